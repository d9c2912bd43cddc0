"""A fork of this process, for work that needs what this process has loaded: a fork loads nothing a second time.

Only a process with one thread can be forked: what others hold (locks, sockets) would be held for good in the fork. A
fork keeps nothing that is open here but its own pipes, and listens to no signal that this process listens to.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    _Serve: TypeAlias = Callable[[IO[bytes], IO[bytes]], None]

_SHORTEST_NAP_S, _LONGEST_NAP_S = 0.0005, 0.05
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has not all of them


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether this process may be forked: on Linux, as long as it has one thread, of whatever library."""
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 (names only)
    except OSError:
        return False


class ForkedProcess:
    """A fork, which can be spoken to as to a `subprocess.Popen`.

    Parameters
    ----------
    serve : callable
        What the fork does: it reads from the first file and answers on the second one. The fork ends with it, whether
        it returns or raises.
    talk : file
        Takes what the fork prints.
    keep : tuple of int
        Descriptors that the fork keeps, besides its own.

    Raises
    ------
    OSError
        There can be no more processes.
    """

    def __init__(self, serve: _Serve, talk: IO[bytes], keep: tuple[int, ...] = ()) -> None:
        for stream in (sys.stdout, sys.stderr):  # what is not written yet would be written by the fork as well
            with suppress(AttributeError, OSError, ValueError):
                stream.flush()
        asked, asking = os.pipe()
        answered, answering = os.pipe()
        # A signal that came before the fork is on its own would be taken for one to this process.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ending())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _become(serve, _ForkStreams(asked, answering, talk.fileno()), keep, mask)
        except OSError:
            os.close(asking)
            os.close(answered)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(asked)
            os.close(answering)
        self.stdin: IO[bytes] = os.fdopen(asking, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(answered, "rb", buffering=0)
        self._code: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code, negative for a signal.

        Raises
        ------
        subprocess.TimeoutExpired
            It has not ended in so many seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        nap = _SHORTEST_NAP_S
        while self._code is None:
            found, status = os.waitpid(self.pid, 0 if deadline is None else os.WNOHANG)
            if found:
                self._code = os.waitstatus_to_exitcode(status)
            elif deadline is not None and time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired("fork", timeout or 0.0)
            else:
                time.sleep(nap)
                nap = min(_LONGEST_NAP_S, 2 * nap)
        return self._code

    def kill(self) -> None:
        """End it."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, and close its pipes."""
        self.kill()
        self.wait()
        for pipe in (self.stdin, self.stdout):
            pipe.close()


def _ending() -> set[signal.Signals]:
    return {getattr(signal, name) for name in _ENDING if hasattr(signal, name)}


class _ForkStreams(NamedTuple):
    """The descriptors that become the streams of a fork."""

    asked: int
    answering: int
    talk: int


def _become(serve: _Serve, ends: _ForkStreams, keep: tuple[int, ...], mask: set[signal.Signals | int]) -> NoReturn:
    import fcntl  # Windows has none, and no forks

    code = 1
    try:
        # Where this process was started without streams, the pipes may have their numbers.
        asked, answering, talk = (fcntl.fcntl(n, fcntl.F_DUPFD_CLOEXEC, 3) for n in ends)
        os.setsid()  # bis handles Ctrl-C
        for number in _ending():
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.dup2(asked, 0)
        os.dup2(talk, 1)
        os.dup2(talk, 2)
        _let_go({answering, *keep})
        sys.stdout = sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        gc.freeze()  # a collection here would copy all that was loaded before
        serve(os.fdopen(0, "rb", closefd=False), os.fdopen(answering, "wb", buffering=0))
        code = 0
    finally:  # nothing of the process that was forked may run after this
        if code:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


def _let_go(kept: set[int]) -> None:
    """Put the null device in the place of all that is open but the streams and those that are kept.

    An open lock or pipe would be held as long as the fork lives. None is merely closed: an object that still has the
    number would then write to whatever is opened next.
    """
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 (names only)
        if int(name) > 2 and int(name) not in kept | {null}:
            os.dup2(null, int(name), inheritable=False)
