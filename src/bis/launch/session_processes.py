"""Processes of sessions, found by the folder that their environment names: children that have written nothing, too.

Only Linux says of what environment a process is; elsewhere nothing is found.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from bis.launch.ending_processes import end_found

TYPE_CHECKING = False  # typing takes time to load
if TYPE_CHECKING:
    from collections.abc import Collection

_PROCESSES = Path("/proc")
_VARIABLE = b"BIS_SPOOL="


def processes_of(folder: Path, *, processes: Path = _PROCESSES) -> list[int]:
    """The processes of the session in a folder.

    Parameters
    ----------
    folder : Path
        The session's.
    processes : Path
        Where the system lists its processes.
    """
    variable = _VARIABLE + os.fsencode(str(folder))
    return [pid for pid, variables in _environments(processes) if variable in variables]


def processes_below(folder: Path, *, processes: Path = _PROCESSES) -> list[int]:
    """The processes of all sessions whose folders lie below one; `processes` as of `processes_of`."""
    start = _VARIABLE + os.fsencode(str(folder).rstrip("/") + "/")
    return [pid for pid, variables in _environments(processes) if any(v.startswith(start) for v in variables)]


def end_processes_below(folder: Path, *, processes: Path = _PROCESSES) -> int:
    """End all processes of `processes_below`, as replays and what they started, whose own watcher was killed.

    Returns how many they were.
    """
    return len(end_found(lambda: processes_below(folder, processes=processes)))


def end_family(pids: Collection[int], folder: str, *, processes: Path = _PROCESSES) -> int:
    """End processes, the others of their sessions and groups, those of the session in a folder, and all descendants.

    Where the system does not list its processes, the groups are ended. Returns how many processes were found.

    Parameters
    ----------
    pids : collection of int
        The processes.
    folder : str
        The session's folder, or nothing.
    processes : Path
        Where the system lists its processes.
    """
    killed: set[int] = set()

    def family() -> set[int]:
        found = family_of({*pids, *killed}, folder, processes=processes)
        killed.update(found)  # what they have started is theirs when they are gone, too
        return found

    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGSTOP)  # so that none starts others while they are looked for
    ended = end_found(family)
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    return len(ended)


def family_of(roots: Collection[int], folder: str, *, processes: Path = _PROCESSES) -> set[int]:
    """The living processes that belong to these, or to the session in a folder; parameters as of `end_family`."""
    marked = set(processes_of(Path(folder), processes=processes)) if folder else set()
    children: dict[int, list[int]] = {}
    found = set(marked)
    for pid, (parent, group, session) in _relations(processes).items():
        children.setdefault(parent, []).append(pid)
        if {pid, group, session} & {*roots, *marked}:
            found.add(pid)
    pending = [*found, *roots]
    while pending:
        new = set(children.get(pending.pop(), ())) - found
        found |= new
        pending += new
    return found - {os.getpid()}


def _relations(processes: Path) -> dict[int, tuple[int, int, int]]:
    """Of each process its parent, group and session; without those that are dead already."""
    found = {}
    for number in _numbers(processes):
        with suppress(OSError, ValueError, IndexError):
            facts = (
                (processes / number / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            )
            if facts[0] != "Z":
                found[int(number)] = (int(facts[1]), int(facts[2]), int(facts[3]))
    return found


def _environments(processes: Path) -> list[tuple[int, list[bytes]]]:
    """The processes whose environment names a session, but for this one, and their variables."""
    found = []
    for number in sorted(_numbers(processes), key=int):
        try:
            environment = (processes / number / "environ").read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue
        if _VARIABLE in environment and int(number) != os.getpid():
            found.append((int(number), environment.split(b"\0")))
    return found


def _numbers(processes: Path) -> list[str]:
    try:
        return [name for name in os.listdir(processes) if name.isdecimal()]  # noqa: PTH208 (names are enough)
    except OSError:
        return []
