"""What a replay tried to reach where there is no network: by name where Python was asked, else how often.

The kernel counts, in each network of its own, what found no way out (and names that no server was there to look up):
attempts of other programs and of native code are among them. Standard library only.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from typing import Any

    from bis.instrument.recorder import Recorder

_LOCAL = ("127.", "localhost", "::1", "0.0.0.0", "ip6-localhost")  # noqa: S104 (only compared)
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKING = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_MOST_NAMED = 100
# Files with counts of this process's network, and the counts in them: attempts without a way out, unanswered look-ups.
_COUNTS = (("/proc/self/net/snmp", "Ip:", ("OutNoRoutes",)), ("/proc/self/net/snmp", "Udp:", ("NoPorts",)))
_COUNT_6 = ("/proc/self/net/snmp6", "Ip6OutNoRoutes")


class NetworkAttempts:
    """Notes what a process tries to reach.

    Parameters
    ----------
    recorder : Recorder
        Takes the notes.
    counts : bool
        Whether the network is one of its own, so that what the kernel counts is the program's doing.
    """

    def __init__(self, recorder: Recorder, *, counts: bool) -> None:
        self._recorder = recorder
        self._named: set[str] = set()
        self._before = attempts() if counts else None

    def watch(self) -> None:
        """Begin."""
        named = self._name

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if event in _CONNECTING:
                named(args[1] if len(args) > 1 else None)
            elif event in _ASKING:
                named((args[0], args[1] if event == "socket.getaddrinfo" else ""))

        sys.addaudithook(hook)

    def note_count(self) -> None:
        """Note how many attempts there were since the beginning."""
        if self._before is None:
            return
        count = attempts() - self._before
        if count > 0:
            self._recorder.note("network-attempts", count=count)

    def _name(self, address: Any) -> None:
        if not isinstance(address, tuple) or len(address) < 2 or len(self._named) >= _MOST_NAMED:
            return
        host = address[0].decode("latin-1") if isinstance(address[0], bytes) else str(address[0] or "localhost")
        if host.startswith(_LOCAL) or host == _own_name():
            return
        port = address[1].decode("latin-1") if isinstance(address[1], bytes) else str(address[1] or "")
        to = f"{host}:{port}" if port else host
        if to not in self._named:
            self._named.add(to)
            self._recorder.note("network", to=to)


def attempts() -> int:
    """How many attempts of the processes in this network found no way out, since it was made."""
    found = 0
    for path, row, names in _COUNTS:
        lines = [line.split() for line in _lines(path) if line.startswith(row)]
        if len(lines) == 2:
            table = dict(zip(*lines, strict=False))
            found += sum(int(table.get(name, 0)) for name in names)
    for line in _lines(_COUNT_6[0]):
        words = line.split()
        if words and words[0] == _COUNT_6[1]:
            found += int(words[1])
    return found


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123 (pathlib is not loaded)
            return file.read().splitlines()
    except (OSError, ValueError):
        return []


def _own_name() -> str:
    return os.uname().nodename
