"""What becomes of one project of a corpus, whatever is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bis.corpus.projects import ProjectSource
from bis.model.project_audit import Problem

T = TypeVar("T")
R = TypeVar("R")

# What is done with a project: it takes the folder and the name, and must be picklable.
ProjectTask = Callable[[Path, str], T]

CRASHED, TIMEOUT, MISSING = "crashed", "timeout", "missing"


@dataclass(frozen=True, slots=True)
class ProjectOutcome(Generic[T]):
    """A project with what its task returned, or the problem for which there is nothing."""

    source: ProjectSource
    result: T | Problem


@dataclass(frozen=True, slots=True)
class ProjectWork(Generic[T, R]):
    """What a process does with a project, and what it makes of the outcome before it hands it back; picklable.

    `state` is taken before, and given to `keep` with what was made of the outcome.
    """

    task: ProjectTask[T]
    finish: Callable[[ProjectOutcome[T]], R]
    state: Callable[[ProjectSource], str] | None = None
    keep: Callable[[ProjectSource, str, R], None] | None = None

    def __call__(self, folder: Path, source: ProjectSource) -> R:
        """Do it with the project in a folder."""
        state = self.state(source) if self.state is not None else ""
        result = self.finish(ProjectOutcome(source, self.task(folder, source.name)))
        if self.keep is not None:
            self.keep(source, state, result)
        return result


def result_of(outcome: ProjectOutcome[T]) -> T | Problem:
    """What the task returned, or the problem: for work that makes nothing else of it."""
    return outcome.result


@dataclass(frozen=True, slots=True)
class ResultKind(Generic[T]):
    """How the results of one kind of task are written, read again, and distinguished; all functions are picklable.

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
