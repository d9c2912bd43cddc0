"""Progress of long work on stderr; nothing where stderr is no terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


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
