"""A folder of results that one run of bis at a time writes to, and what is said where it cannot be written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from bis.errors import StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn errors of the file system into one of bis, which says what to do."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{error.filename or path} cannot be written: {error.strerror or error}",
            hint="What was finished is kept; the same command goes on from there.",
        ) from error


def locked(path: Path, *, busy: str) -> IO[bytes]:
    """The lock file, held until it is closed or this process ends, however it does.

    Raises
    ------
    UsageError
        Another process holds it: `busy` is what is said then.
    """
    file = path.open("ab")
    try:
        import fcntl
    except ImportError:  # Windows: two runs at once are not noticed
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise UsageError(busy, hint="Wait for it, or name another folder with --out.") from error
    return file
