"""Which signals that bis gets are for the program that it runs, and which the program has got already.

Ctrl-C goes to the whole process group, of which the program is a member: to pass it on would interrupt it twice, in the
middle of its own tidying up. `kill -INT` of bis alone is for the program, which knows nothing of it. A signal does not
say which of the two it was; another member of the group does, which the first kills and the second does not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

# Signals that others send to bis, since they do not know of the program.
_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_FROM_TERMINAL = ("SIGINT", "SIGQUIT")
_DEATH_S = 0.1  # a signal to a group is sent to all its members before the sender goes on
# Ends with bis, whose end of its input is closed then; Ctrl-\ must not leave a core file of it.
_MATE = ("sh", "-c", "ulimit -c 0; exec cat")


class Signalled(Protocol):
    """A program that can be signalled."""

    def send_signal(self, sig: int) -> None:
        """Signal its process."""
        ...


class GroupMate:
    """A process that does nothing but share our process group: it dies of a signal that is sent to all of it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    def got_it_too(self) -> bool:
        """Whether the signal that we just got went to the whole group; True where that cannot be known."""
        if self._process is None:
            return True
        try:
            self._process.wait(_DEATH_S)
        except subprocess.TimeoutExpired:
            return False
        self.end()
        self._start()
        return True

    def end(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        with suppress(OSError):
            nowhere = subprocess.DEVNULL
            self._process = subprocess.Popen(_MATE, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, cwd="/")


@contextmanager
def passing_signals(process: Signalled) -> Iterator[None]:
    """Pass on what is sent to bis alone, and leave to the program what its terminal sends to both.

    Signals that are ignored (as by ``nohup``, or in the background of a shell script) stay so.
    """
    before: dict[int, Any] = {}
    mate: GroupMate | None = None

    def pass_on(number: int, _frame: object) -> None:
        with suppress(ProcessLookupError, PermissionError):
            process.send_signal(number)

    def pass_on_if_sent_to_us_alone(number: int, frame: object) -> None:
        """Unlike SIG_IGN, a handler cannot be overtaken by a signal, which Python would report as an error."""
        if mate is not None and not mate.got_it_too():
            pass_on(number, frame)

    if threading.current_thread() is threading.main_thread():
        for name in (*_FROM_TERMINAL, *_PASSED_ON):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) not in {signal.SIG_IGN, None}:
                handler = pass_on_if_sent_to_us_alone if name in _FROM_TERMINAL else pass_on
                before[number] = signal.signal(number, handler)
        if os.name == "posix" and before:
            mate = GroupMate()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if mate is not None:
            mate.end()
