"""What becomes of one project of a corpus, whatever is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bis.corpus.projects import ProjectSource
from bis.model.project_audit import Problem

T = TypeVar("T")

# What is done with a project: it takes the folder and the name, and must be picklable.
ProjectTask = Callable[[Path, str], T]

CRASHED, TIMEOUT, MISSING = "crashed", "timeout", "missing"


@dataclass(frozen=True, slots=True)
class ProjectOutcome(Generic[T]):
    """A project with what its task returned, or the problem for which there is nothing."""

    source: ProjectSource
    result: T | Problem


@dataclass(frozen=True, slots=True)
class ResultKind(Generic[T]):
    """How the results of one kind of task are written, read again, and distinguished.

    Parameters
    ----------
    file : str
        Name of the file of results, such as ``audits.jsonl``; it ends in ``.jsonl``.
    of : callable
        The result of an outcome: under the name and at the commit by which the corpus knows the project. Of a problem
        it is a result that holds only the reason.
    to_line : callable
        A result as one line of text.
    from_line : callable
        The result that a line says.
    key_of : callable
        Name and commit of the project of a result.
    failure_of : callable
        The kind of problem for which there is no result; empty where there is one.
    detail_of : callable
        The reason of such a problem; empty where there is none.
    """

    file: str
    of: Callable[[ProjectOutcome[T]], T]
    to_line: Callable[[T], str]
    from_line: Callable[[str], T]
    key_of: Callable[[T], tuple[str, str]]
    failure_of: Callable[[T], str]
    detail_of: Callable[[T], str]
