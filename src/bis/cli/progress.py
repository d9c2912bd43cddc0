"""Progress of long work on stderr; nothing but notes where stderr is not a terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

from bis.cli.messages import tell
from bis.model.progress import DONE, KEPT, Note, Silent, Step, Task
from bis.report.text.audit_text import printable
from bis.report.text.progress_text import note_text, step_text, task_text

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

_COUNTED = {Task.REPLAYS, Task.AUDITS, Task.TRIES, Task.LISTING, Task.CLONES, Task.MUTATIONS}
_LONG = {Task.AUDITS, Task.TRIES, Task.CLONES}  # the time that is left is worth an estimate
_BARS = _COUNTED | {Task.ENVIRONMENT}
STORING_S = 0.5  # storing that takes no longer is not worth a line
_NAME_CHARACTERS = 40
_DRAWN_EVERY_S = 0.1
_ALONE_S = 1.0  # in which a corpus forks its processes, which it can do as long as there is no thread


class TerminalProgress:
    """An observer that shows a bar for work that is counted, and a line for each other task.

    Use it as a context manager: the bar is taken away at the end, whatever happens.
    """

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._row: TaskID | None = None
        self._ticks = False
        self._shown_s = self._drawn_s = 0.0
        self._storing = StoringLine()

    def __enter__(self) -> TerminalProgress:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._storing.stop()
        self._take_away()

    def started(self, task: Task, total: int | None = None) -> None:
        """Show the bar, or print what is being done."""
        if not sys.stderr.isatty():
            return
        if task is Task.STORING:
            self._storing.start()
        elif task in _BARS:
            self._show(task, total)
        elif self._bar is not None and self._row is not None:
            self._bar.update(self._row, description=task_text(task, total))
        elif task is not Task.CELLS:
            tell(f"bis: {task_text(task, total)}")

    def advanced(self, task: Task, step: Step) -> None:
        """Move the bar on. Where there is none, failures of a corpus are printed."""
        if self._bar is not None and self._row is not None:
            text = step_text(task, step) if task is Task.REPLAYS else step.what[:_NAME_CHARACTERS]
            self._bar.update(self._row, description=printable(text), advance=1 if task in _COUNTED else 0)
            if not self._ticks:
                self._draw(self._bar)
        elif task in {Task.AUDITS, Task.TRIES} and step.code not in {DONE, KEPT}:
            self._write(step_text(task, step))

    def noted(self, note: Note) -> None:
        """Print it."""
        self._write(note_text(note))

    def finished(self, task: Task) -> None:
        """Take the bar of a task away."""
        if task is Task.STORING:
            self._storing.stop()
        elif task in _BARS:
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
            ProgressColumn,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._take_away()
        left = [TimeRemainingColumn()] if task in _LONG else []
        counted: list[ProgressColumn] = [BarColumn(), MofNCompleteColumn()] if task in _COUNTED else [SpinnerColumn()]
        self._bar = Progress(
            TextColumn(task_text(task, total if task is Task.ENVIRONMENT else None)),
            *counted,
            TimeElapsedColumn(),
            *left,
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=task is not Task.AUDITS,
        )
        self._ticks = task is not Task.AUDITS
        self._shown_s = time.monotonic()
        self._row = self._bar.add_task("", total=total if task in _COUNTED else None)
        self._bar.start()

    def _draw(self, bar: Progress) -> None:
        """Draw the bar of a corpus from here, until a thread may do it."""
        now = time.monotonic()
        if now - self._shown_s > _ALONE_S:
            bar.stop()
            bar.live.auto_refresh = self._ticks = True
            bar.start()
        elif now - self._drawn_s > _DRAWN_EVERY_S:
            bar.refresh()
            self._drawn_s = now

    def _take_away(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._row = None


class StoringLine:
    """A line on a terminal that says that storing takes its time; nothing where it is done within half a second."""

    def __init__(self, after_s: float = STORING_S) -> None:
        self._after_s = after_s
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Print the line in a while, unless `stop` comes first."""
        self.stop()
        self._timer = threading.Timer(self._after_s, tell, (f"bis: {task_text(Task.STORING)}",))
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """Print no line that was not printed yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class NoteLines(Silent):
    """An observer that prints notes, and nothing else."""

    def noted(self, note: Note) -> None:
        """Print it."""
        tell(f"bis: {printable(note_text(note))}")


class CellLines:
    """An observer that prints a line for each cell of a notebook as it starts, and where storing takes its time."""

    def __init__(self) -> None:
        self._total: int | None = None
        self._storing = StoringLine()

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep the number of cells, or wait whether storing is worth a line."""
        if task is Task.CELLS:
            self._total = total
        elif task is Task.STORING:
            self._storing.start()

    def advanced(self, task: Task, step: Step) -> None:
        """Print the number of the cell."""
        if task is Task.CELLS:
            tell(f"bis: cell {step.what} of {self._total}")

    def noted(self, note: Note) -> None:
        """Print it."""
        tell(f"bis: {note_text(note)}")

    def finished(self, task: Task) -> None:
        """Print nothing more: what follows is printed by the command."""
        if task is Task.STORING:
            self._storing.stop()
