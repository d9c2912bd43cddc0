"""Processes that a sandboxed program left running: they are told by what is mounted for them, and ended."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bis.launch.ending_processes import end_found

if TYPE_CHECKING:
    from collections.abc import Collection

_PROCESSES = Path("/proc")


def end_leftovers(folder: Path, *, but: Collection[int] = (), processes: Path = _PROCESSES) -> int:
    """End all processes that see `folder` as a mount of its own, as those in its sandbox do; returns how many.

    Processes in `but` (of a warm parent) stay. A process that starts others while it is ended is looked for again.
    """
    here = _namespace(processes / str(os.getpid()))
    if not here:
        return 0

    def left() -> list[int]:
        return [pid for pid in _elsewhere(processes, here) if pid not in but and _sees(processes / str(pid), folder)]

    return len(end_found(left))


def _elsewhere(processes: Path, here: str) -> list[int]:
    """Processes of this user with mounts of their own."""
    pids = [int(p.name) for p in processes.iterdir() if p.name.isdigit()]
    return [pid for pid in pids if _namespace(processes / str(pid)) not in {"", here}]


def _namespace(process: Path) -> str:
    try:
        return str((process / "ns" / "mnt").readlink())
    except OSError:  # it has ended, or is another user's
        return ""


def _sees(process: Path, folder: Path) -> bool:
    try:
        lines = (process / "mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    target = str(folder.resolve()).replace(" ", "\\040")
    return any(line.split(" ")[4:5] == [target] for line in lines)
