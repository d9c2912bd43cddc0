"""Copies of files as they were before the program changed them.

A program that carries state over (a counter, a study in a database, a checkpoint that is resumed) reads a file and
later replaces what is in it. What it read is gone then, and with it what a replay would need. So an existing file is
copied at the last moment: before it is opened for writing for the first time, replaced, removed or truncated, or opened
as a database.

Standard library only: this works in the recorded program's interpreter.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = "kept"
MAX_FILE_BYTES = 64 << 20
MAX_TOTAL_BYTES = 256 << 20
# A file that was never read and is overwritten as a whole matters only where the program looked whether it is there.
SMALL_BYTES = 1 << 20
MAX_SMALL_FILES = 1000
_CHUNK_BYTES = 1 << 20


class CarriedFiles:
    """Keeps copies in the folder of a session.

    Parameters
    ----------
    spool : str
        The session's folder.
    project : str
        The project's folder: what children overwrite there may have been read by another process.
    note : callable
        Writes an event: ``kept`` for a copy, ``unkept`` for a file of which none could be made.
    total_bytes : int
        How much this process may keep.
    """

    def __init__(
        self, spool: str, project: str, note: Callable[..., None], *, total_bytes: int = MAX_TOTAL_BYTES
    ) -> None:
        self._folder = os.path.join(spool, FOLDER)  # noqa: PTH118 (pathlib is not loaded)
        self._project = project.rstrip(os.sep) + os.sep
        self._note = note
        self._total_bytes = total_bytes
        self._copies = 0
        self._small = 0
        self._bytes = 0

    def keep(self, path: str, mode: str, status: os.stat_result, *, was_read: bool, is_main: bool) -> None:
        """Copy a file that is about to be changed, unless it is too large.

        Parameters
        ----------
        path : str
            The regular file, absolute.
        mode : str
            How it is about to be opened: ``w``, ``a``, ``r+`` or ``db``.
        status : os.stat_result
            Of the file, now.
        was_read : bool
            Whether this process read it before.
        is_main : bool
            Whether this is the program itself, and no child.
        """
        if status.st_size > SMALL_BYTES and f"{os.sep}." in path and not path.startswith(self._project):
            return  # what libraries keep in hidden folders for all programs is left as it is in a replay
        needed = was_read or mode != "w" or (not is_main and path.startswith(self._project))
        if not needed and (status.st_size > SMALL_BYTES or self._small >= MAX_SMALL_FILES):
            return
        if status.st_size > MAX_FILE_BYTES:
            self._note("unkept", path=path, size=status.st_size, mode=mode, why="large")
            return
        if self._bytes + status.st_size > self._total_bytes:
            if needed:
                self._note("unkept", path=path, size=status.st_size, mode=mode, why="full")
            return
        self._small += not needed
        self._copies += 1
        self._bytes += status.st_size
        name = f"{os.getpid()}-{self._copies}"
        try:
            self._copy(path, name)
        except OSError:
            self._note("unkept", path=path, size=status.st_size, mode=mode, why="failed")
            return
        self._note("kept", path=path, copy=name, size=status.st_size, mtime_ns=status.st_mtime_ns, mode=mode)

    def _copy(self, path: str, name: str) -> None:
        target = os.path.join(self._folder, name)  # noqa: PTH118
        if self._copies == 1:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        binary = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        source = os.open(path, os.O_RDONLY | binary | getattr(os, "O_NONBLOCK", 0))
        try:
            copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | binary, 0o600)
            try:
                _pass_on(source, copy)
            except OSError:
                os.unlink(target)  # noqa: PTH108
                raise
            finally:
                os.close(copy)
        finally:
            os.close(source)


def _pass_on(source: int, target: int) -> None:
    """Copy what is left of an open file."""
    while chunk := os.read(source, _CHUNK_BYTES):
        while chunk:
            chunk = chunk[os.write(target, chunk) :]
