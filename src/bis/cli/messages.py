"""What the commands write: the answer on stdout, the rest on stderr, and neither fails where the reader has gone."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bis.launch.muting import mute
from bis.report.text.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator


def tell(text: str) -> None:
    """Write a line for the user, in which nothing steers the terminal.

    Where nobody reads it any more (``2>&1 | head``) the work goes on without it.
    """
    try:
        sys.stderr.write(f"{visible(text)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        mute(sys.stderr)


@contextmanager
def answering() -> Iterator[None]:
    """Write the answer within this: a reader that has gone (``| head``) does not change the exit code."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        mute(sys.stdout)
