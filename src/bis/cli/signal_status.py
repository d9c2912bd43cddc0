"""Ending as by a signal, so that whoever started bis sees it: a shell ends its loop where Ctrl-C ended a command."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


class SignalStatus(int):
    """The exit status of what a signal ended: 128 and the number of the signal."""

    @property
    def number(self) -> int:
        """The number of the signal."""
        return self - 128


def leave(status: int) -> int:
    """End this process by the signal of a status, where it has one; else return the status for ``sys.exit``.

    Exit functions are not called then: what is written must be flushed, and nothing left to do.
    """
    if not isinstance(status, SignalStatus) or os.name != "posix":
        return status
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    import resource  # POSIX

    with suppress(OSError, ValueError):  # a number of no signal, or one that cannot be set
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the program has left its core file, if any
        if status.number != signal.SIGKILL:
            signal.signal(status.number, signal.SIG_DFL)
        os.kill(os.getpid(), status.number)
    return status
