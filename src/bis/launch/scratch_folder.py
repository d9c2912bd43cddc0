"""Folders for work that is thrown away, which the next command removes where their process was killed.

Such a folder has a file that its process has locked; the system takes the lock back with the process.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis.launch.liveness import lock, unlock
from bis.launch.session_processes import end_processes_below

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "bis-"
_MARK = ".in-use"


@contextmanager
def scratch_folder(prefix: str) -> Iterator[str]:
    """A folder among the temporary files, removed in the end; those that a killed process has left are removed first.

    Parameters
    ----------
    prefix : str
        The beginning of its name; starts with `PREFIX`.
    """
    remove_left()
    folder = tempfile.mkdtemp(prefix=prefix)
    held = None
    try:
        with suppress(OSError):  # a system without locks: it is not removed by others, then
            held = lock(Path(folder) / f"{_MARK}.new")
            # Only what is locked already is seen by others.
            (Path(folder) / f"{_MARK}.new").rename(Path(folder) / _MARK)
        yield folder
    finally:
        _remove(Path(folder))
        if held is not None:
            unlock(held)


def remove_left(place: Path | None = None) -> tuple[Path, ...]:
    """Remove the folders of processes that were killed, and end the programs that still run in them; which they were.

    `place` is the folder in which they are; by default that of temporary files.
    """
    removed = []
    with suppress(OSError):
        for mark in (place or Path(tempfile.gettempdir())).glob(f"{PREFIX}*/{_MARK}"):
            if _is_left(mark):
                end_processes_below(mark.parent)
                _remove(mark.parent)
                removed.append(mark.parent)
    return tuple(removed)


def _is_left(mark: Path) -> bool:
    """Whether a folder is this user's, and its process is no more."""
    try:
        if os.name != "posix" or mark.parent.lstat().st_uid != os.getuid() or mark.is_symlink():
            return False
        held = lock(mark)
    except OSError:
        return False
    if held is None:
        return False
    unlock(held)
    return True


def _remove(folder: Path) -> None:
    """Remove a folder, also what a program has left unwritable in it."""
    for place, folders, _ in os.walk(folder):
        for name in folders:
            with suppress(OSError):
                inner = Path(place, name)
                if not inner.is_symlink():
                    inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
