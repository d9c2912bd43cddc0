"""Making a new SQLite database for MLflow, also while a program makes it at the same time.

MLflow makes its tables one after the other in the file that it was given. Two processes that find no database at the
same moment do so in the same file, and one of them fails: the user's program, if bis is the other one. So bis lets
MLflow make the tables in a file of its own, which takes its place as a whole, and waits where another process is at it.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from bis.evidence.sqlite_reader import is_current, is_to_be_made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_POLL_S = 0.05
_STILL_S = 3.0  # a process that makes tables changes the file more often
_LONGEST_S = 60.0


def settle(database: Path, make: Callable[[str], object]) -> None:
    """Have a database that is complete, or that nobody is making at this moment.

    Parameters
    ----------
    database : Path
        Where it is, or will be.
    make : callable
        Has MLflow make the tables under a tracking URI.
    """
    # An open file cannot be removed on Windows: there it is made in its place.
    if os.name == "posix" and is_to_be_made(database) and database.parent.is_dir():
        _make_whole(database, make)
    deadline = time.monotonic() + _LONGEST_S
    while _is_being_made(database) and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _make_whole(database: Path, make: Callable[[str], object]) -> None:
    """Make it beside its place, and put it there unless there is one by now."""
    aside = database.with_name(f".{database.name}.{secrets.token_hex(4)}")
    try:
        make(f"sqlite:///{aside}")
        with suppress(OSError):  # another process was faster; or a disk without links: it is made in its place
            os.link(aside, database)
    finally:
        for path in aside.parent.glob(f"{aside.name}*"):  # its journal, too
            with suppress(OSError):
                path.unlink()


def _is_being_made(database: Path) -> bool:
    try:
        changed = time.time() - database.stat().st_mtime
    except OSError:
        return False
    return changed < _STILL_S and not is_current(database)
