"""Limits of a whole try: memory, disk and processes of a program and all that it starts, looked at now and then.

Limits of the system hold for each process alone; the groups of processes that it could limit together need rights that
users do not have. Linux only, whose `/proc` says what belongs together.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_EVERY_S = 0.5
_DISK_EVERY = 8  # rounds: there may be many files
_PROCESSES = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class TreeLimits:
    """What all processes of a try may have together; None for no limit. `disk_mib` is what they add to `folders`."""

    memory_mib: int | None = None
    disk_mib: int | None = None
    processes: int | None = None
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that was exceeded: ``memory``, ``disk`` or ``processes``; both numbers are in MiB, or processes."""

    name: str
    number: int
    limit: int


class TreeWatch:
    """What is seen of the processes that this one has started; `excess` is set once a limit was exceeded."""

    def __init__(self, limits: TreeLimits, *, processes: Path = _PROCESSES, root: int | None = None) -> None:
        self.limits = limits
        self.excess: Excess | None = None
        self._processes = processes
        self._root = os.getpid() if root is None else root
        self._before = self._disk_mib() if limits.disk_mib is not None else 0

    def look(self, *, disk: bool = True) -> Excess | None:
        """The first limit that is exceeded now."""
        tree = self._tree()
        measures: tuple[tuple[str, int | None, Callable[[], int]], ...] = (
            ("processes", self.limits.processes, lambda: len(tree)),
            ("memory", self.limits.memory_mib, lambda: _memory_mib([self._processes / str(pid) for pid in tree])),
            ("disk", self.limits.disk_mib if disk else None, lambda: self._disk_mib() - self._before),
        )
        for name, limit, measure in measures:
            if limit is not None and (number := measure()) > limit:
                return Excess(name, number, limit)
        return None

    def end_all(self) -> None:
        """End all that this process has started; what is started meanwhile, too."""
        for _ in range(20):
            tree = self._tree()
            if not tree:
                return
            for pid in tree:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)

    def _tree(self) -> list[int]:
        """The processes below this one that have not ended."""
        parents: dict[int, int] = {}
        with suppress(OSError):
            for name in os.listdir(self._processes):  # noqa: PTH208 (names are enough)
                if name.isdecimal() and (parent := _parent(self._processes / name)) is not None:
                    parents[int(name)] = parent
        found, new = set[int](), {self._root}
        while new:
            new = {pid for pid, parent in parents.items() if parent in new} - found
            found |= new
        return sorted(found)

    def _disk_mib(self) -> int:
        total = 0
        for folder in self.limits.folders:
            for where, _folders, names in os.walk(folder):
                for name in names:
                    with suppress(OSError):
                        status = os.lstat(os.path.join(where, name))  # noqa: PTH118 (there may be very many)
                        total += status.st_blocks * 512  # what it takes; a file may have holes
        return total // _MIB


@contextmanager
def watched_tree(limits: TreeLimits) -> Iterator[TreeWatch | None]:
    """Look at what this process starts in here, and end all of it where a limit is exceeded; None: nothing to see."""
    if sys.platform != "linux" or (limits.memory_mib, limits.disk_mib, limits.processes) == (None, None, None):
        yield None
        return
    watch, over = TreeWatch(limits), threading.Event()

    def look() -> None:
        rounds = 0
        while not over.wait(_EVERY_S):
            rounds += 1
            excess = watch.look(disk=rounds % _DISK_EVERY == 0)
            if excess is not None:
                watch.excess = watch.excess or excess
                watch.end_all()

    thread = threading.Thread(target=look, name="bis-tree-watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def _parent(process: Path) -> int | None:
    """The parent of a process; None where that is gone, or has ended."""
    try:
        text = (process / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # its name may have blanks and brackets
    return None if len(fields) < 2 or fields[0] in {"Z", "X"} else int(fields[1])


def _memory_mib(processes: Sequence[Path]) -> int:
    """What they hold in memory: each its own, and what they share once, as much as the one that shares most of it."""
    own, shared = 0, 0
    for process in processes:
        with suppress(OSError, ValueError, IndexError):
            fields = (process / "statm").read_text(encoding="ascii").split()
            own += int(fields[1]) - int(fields[2])
            shared = max(shared, int(fields[2]))
    return (own + shared) * _PAGE // _MIB
