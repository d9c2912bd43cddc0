"""Progress of long work on stderr; nothing but notes where stderr is not a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bis.cli.messages import tell
from bis.model.progress import DONE, KEPT, Note, Step, Task
from bis.report.text.audit_text import printable
from bis.report.text.progress_text import note_text, step_text, task_text

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

_COUNTED = {Task.REPLAYS, Task.AUDITS, Task.LISTING, Task.CLONES}
_LONG = {Task.AUDITS, Task.CLONES}  # the time that is left is worth an estimate
_NAME_CHARACTERS = 40


class TerminalProgress:
    """An observer that shows a bar for work that is counted, and a line for each other task.

    Use it as a context manager: the bar is taken away at the end, whatever happens.
    """

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._row: TaskID | None = None

    def __enter__(self) -> TerminalProgress:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take_away()

    def started(self, task: Task, total: int | None = None) -> None:
        """Show the bar, or print what is being done."""
        if not sys.stderr.isatty():
            return
        if task in _COUNTED:
            self._show(task, total)
        elif self._bar is not None and self._row is not None:
            self._bar.update(self._row, description=task_text(task, total))
        elif task not in {Task.CELLS, Task.STORING}:
            tell(f"bis: {task_text(task, total)}")

    def advanced(self, task: Task, step: Step) -> None:
        """Move the bar on. Where there is none, failures of a corpus are printed."""
        if self._bar is not None and self._row is not None:
            text = step.what[:_NAME_CHARACTERS] if task is not Task.REPLAYS else step_text(task, step)
            self._bar.update(self._row, description=printable(text), advance=1)
        elif task is Task.AUDITS and step.code not in {DONE, KEPT}:
            self._write(step_text(task, step))

    def noted(self, note: Note) -> None:
        """Print it."""
        self._write(note_text(note))

    def finished(self, task: Task) -> None:
        """Take the bar of a counted task away."""
        if task in _COUNTED:
            self._take_away()

    def _write(self, text: str) -> None:
        line = f"bis: {printable(text)}"  # names of projects may contain control characters
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, emoji=False)
        else:
            tell(line)

    def _show(self, task: Task, total: int | None) -> None:
        from rich.console import Console  # only where a bar is shown
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._take_away()
        left = [TimeRemainingColumn()] if task in _LONG else []
        self._bar = Progress(
            TextColumn(task_text(task)),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            *left,
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._row = self._bar.add_task("", total=total)
        self._bar.start()

    def _take_away(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._row = None


class CellLines:
    """An observer that prints a line for each cell of a notebook as it starts."""

    def __init__(self) -> None:
        self._total: int | None = None

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep the number of cells."""
        if task is Task.CELLS:
            self._total = total

    def advanced(self, task: Task, step: Step) -> None:
        """Print the number of the cell."""
        if task is Task.CELLS:
            tell(f"bis: cell {step.what} of {self._total}")

    def noted(self, note: Note) -> None:
        """Print it."""
        tell(f"bis: {note_text(note)}")

    def finished(self, task: Task) -> None:
        """Do nothing: what follows is printed by the command."""
