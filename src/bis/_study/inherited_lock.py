"""A lock that a child process goes on holding where its parent is killed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bis.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone_in(path: Path) -> Iterator[tuple[int, ...]]:
    """Wait until nobody holds the lock, and hold it; gives the descriptors that a child takes over to hold it, too.

    The lock is free again once this and all such children have ended.

    Raises
    ------
    StorageError
        The file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}") from error
    with file:
        try:
            import fcntl
        except ImportError:  # Windows: what a killed study left behind is not waited for
            yield ()
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield (file.fileno(),)
