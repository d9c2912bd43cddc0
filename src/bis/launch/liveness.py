"""Whether a session is still being recorded, or stored: locks that the system takes back when their process dies."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from bis.evidence import spool as spool_files
from bis.launch.session_processes import processes_of

_ALIVE = "alive.lock"
_JUST_MADE_S = 60.0
_CLOCK_S = 2.0
_held: dict[str, int] = {}


def lock(path: Path) -> int | None:
    """Take the lock of a file; its descriptor, or None where another process (or this one) has it.

    Raises
    ------
    OSError
        The file cannot be made.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock of a file; the file is not created where it is missing."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:  # it is missing, or may not be locked
        return False
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def unlock(descriptor: int) -> None:
    """Release the lock."""
    with suppress(OSError):
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold(folder: Path) -> None:
    """Mark the session in `folder` as being recorded by this process, until `release` or its end.

    Raises
    ------
    OSError
        The disk refuses.
    """
    descriptor = lock(folder / _ALIVE)
    if descriptor is not None:
        _held[str(folder)] = descriptor


def held_lock(folder: Path) -> int | None:
    """The descriptor of the lock by which this process holds the session; None where it does not."""
    return _held.get(str(folder))


def release(folder: Path) -> None:
    """Mark the session as no longer recorded by this process."""
    descriptor = _held.pop(str(folder), None)
    if descriptor is not None:
        unlock(descriptor)


def is_alive(folder: Path) -> bool:
    """Whether more may come into a session: its launcher lives, or (where that was killed) one of its processes."""
    if is_locked(folder / _ALIVE):
        return True
    if (folder / spool_files.EXIT).exists():
        return False
    written = _written(folder)
    if not written:
        return time.time() - (folder / spool_files.SESSION).stat().st_mtime < _JUST_MADE_S
    return _some_run(written)


def has_processes(folder: Path) -> bool:
    """Whether a process of the session lives, a child that outlived the program for instance.

    It need not have written anything: a shell that waits before it starts a program is one.
    """
    return _some_run(_written(folder)) or bool(processes_of(folder))


def _written(folder: Path) -> dict[int, float]:
    """The processes of a session, and when each wrote last."""
    return {int(p.stem.split("-")[1]): p.stat().st_mtime for p in folder.glob("events-*.jsonl")}


def _some_run(written: dict[int, float]) -> bool:
    return any(is_running(pid) and not _began_after(pid, moment) for pid, moment in written.items())


def is_running(pid: int) -> bool:
    """Whether there is a process of this number, and it is not dead already."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # A dead process that its parent has not waited for; it stays for ever where PID 1 of a container never does.
        return _stat(pid)[0] != "Z"
    except (OSError, IndexError):
        return True


def _began_after(pid: int, moment: float) -> bool:
    """Whether a process is younger than what it is said to have written: another one, with a number used again."""
    try:
        boot = next(line for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines() if "btime" in line)
        began = int(boot.split()[1]) + int(_stat(pid)[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration, AttributeError):  # not Linux
        return False
    return began > moment + _CLOCK_S


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
