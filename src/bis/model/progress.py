"""Progress of long work, as data: tasks, steps and notes. Words are made of them in `bis.report.text.progress_text`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Task(str, Enum):
    """Work that takes long enough to be reported."""

    SOURCE = "source"  # fetching the source snapshot of a run
    ENVIRONMENT = "environment"  # building a recorded environment
    REPLAYS = "replays"
    CELLS = "cells"  # running a notebook
    STORING = "storing"  # what was recorded goes to MLflow
    AUDITS = "audits"  # of a corpus
    TRIES = "tries"  # of a corpus
    LISTING = "listing"  # repositories of a topic
    CLONES = "clones"
    MUTATIONS = "mutations"  # running a project's tests on each
    STUDY = "study"  # the steps of a study


DONE = "done"
KEPT = "kept"
FAILED = "failed"  # where the kind of failure is not known


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a task that has ended (of a notebook: that starts).

    `what` names it: a project, or a number from 1. `code` is ``done``, ``kept`` where an earlier result is used, or
    the kind of failure; `detail` is the reason of a failure, as the result has it.
    """

    what: str = ""
    code: str = DONE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the user should know and that stops nothing: a code, and the values that belong to it."""

    code: str
    values: dict[str, str | int | float] = field(default_factory=dict)


class Observer(Protocol):
    """Receives the progress of any long work; the library itself prints nothing.

    The methods are called in the thread of the caller, one at a time; a note on a cluster may come from another thread.
    What they raise ends the work.
    """

    def started(self, task: Task, total: int | None = None) -> None:
        """Work on a task starts; `total` is the number of its steps, None where it is not known beforehand."""

    def advanced(self, task: Task, step: Step) -> None:
        """One more step of a task."""

    def noted(self, note: Note) -> None:
        """Something that the user should know."""

    def finished(self, task: Task) -> None:
        """A task has ended well."""


class Silent:
    """An observer that does nothing; others derive from it and override what they want."""

    def started(self, task: Task, total: int | None = None) -> None:
        """Do nothing."""

    def advanced(self, task: Task, step: Step) -> None:
        """Do nothing."""

    def noted(self, note: Note) -> None:
        """Do nothing."""

    def finished(self, task: Task) -> None:
        """Do nothing."""


SILENT = Silent()
