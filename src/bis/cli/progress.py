"""Progress of long work on stderr; nothing where stderr is no terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bis.corpus.corpus_progress import CorpusProgress

if TYPE_CHECKING:
    from types import TracebackType

    from bis.model.project_audit import ProjectAudit


class ReplayProgress:
    """A bar that counts replays; tells each step of the preparation."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> ReplayProgress:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def step(self, text: str) -> None:
        """Tell what is being prepared."""
        if self._bar is not None:
            self._bar.update(self._task, description=text)
        elif sys.stderr.isatty():
            sys.stderr.write(f"bis: {text}\n")

    def begin(self, total: int) -> None:
        """Begin to count."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("replaying", total=total)
        self._bar.start()

    def done(self, text: str) -> None:
        """One more replay has ended."""
        if self._bar is not None:
            self._bar.update(self._task, description=text, advance=1)


class CorpusBar(CorpusProgress):
    """A bar that counts projects, and the rate at which they come."""

    def __init__(self, what: str = "auditing") -> None:
        self._what = what
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> CorpusBar:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def begin(self, total: int | None) -> None:
        """Begin to count."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn(self._what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("", total=total)
        self._bar.start()

    def done(self, name: str, audit: ProjectAudit) -> None:
        """One more project."""
        self.kept(name)
        if not audit.facts and not sys.stderr.isatty():
            why = audit.problems[0].detail if audit.problems else "it could not be audited"
            self.note(f"{name}: {why}")

    def kept(self, name: str) -> None:
        """One more that was there already."""
        if self._bar is not None:
            from bis.report.text.audit_text import printable  # names of projects are anybody's text

            self._bar.update(self._task, description=printable(name[:40]), advance=1)

    def note(self, text: str) -> None:
        """Tell it on stderr."""
        from bis.report.text.audit_text import printable

        if self._bar is not None:
            self._bar.console.print(f"bis: {printable(text)}", markup=False, highlight=False, emoji=False)
        else:
            sys.stderr.write(f"bis: {printable(text)}\n")
