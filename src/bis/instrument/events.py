"""Writing events: one file for each process in the session's folder, one ``os.write`` for each event.

So what was seen survives even ``kill -9``. `bis.evidence.spool` reads them; docs/formats/spool.md describes them.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import allocate_lock

from bis.instrument.light_json import encoded

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from typing import Any

EVENTS = "events-{pid}.jsonl"


class EventWriter:
    """Appends events to this process's file of a spool; safe in threads and after a fork.

    Parameters
    ----------
    spool : str or path
        The folder of the session.
    """

    def __init__(self, spool: str | os.PathLike[str]) -> None:
        self._spool = os.fspath(spool)
        self._lock = allocate_lock()
        self._pid = 0
        self._fd = -1
        self._identity = (0, 0)
        self._counted = 0
        self._numbers = iter(range(0))

    def write(self, kind: str, **facts: Any) -> None:
        """Append one event. Raises OSError where the disk refuses."""
        data = encoded({"k": kind, "n": self._number(), "t": time.time(), **facts}) + b"\n"
        if self._pid != os.getpid() or not self._is_ours():
            self._open()
        with self._lock:
            if os.write(self._fd, data) < len(data):  # a full disk: the next event starts on a new line
                os.write(self._fd, b"\n")

    def _number(self) -> int:
        """The events of a process are counted, so that a reader sees where some could not be written."""
        pid = os.getpid()
        if pid != self._counted:
            self._counted, self._numbers = pid, iter(range(sys.maxsize))
        return next(self._numbers)  # one step for all threads

    def _is_ours(self) -> bool:
        """Whether the descriptor is still the event file: a program that closes all (a daemon) may reuse its number."""
        try:
            state = os.fstat(self._fd)
        except OSError:
            return False
        return (state.st_dev, state.st_ino) == self._identity

    def _open(self) -> None:
        self._lock = allocate_lock()  # the inherited one may be held by a thread that the fork did not copy
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        path = os.path.join(self._spool, EVENTS.format(pid=os.getpid()))  # noqa: PTH118 (pathlib is not loaded)
        self._fd = _above_standard(os.open(path, flags, 0o600))
        state = os.fstat(self._fd)
        self._identity = (state.st_dev, state.st_ino)
        self._pid = os.getpid()


def _above_standard(fd: int) -> int:
    """The same file under a number above 2: in a program without some standard stream, that one's is free."""
    lower = []
    while fd < 3:
        lower.append(fd)
        fd = os.dup(fd)  # not inherited, like the first one
    for one in lower:
        os.close(one)
    return fd
