"""Sessions of processes that record themselves (ambient mode), as the process itself keeps and stores them.

No launcher waits for such a process: what `bis run` does before a program starts and after it has ended, the
process itself does when a run starts and when it ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.config import load_settings, waits_for_storing
from bis.errors import BisError
from bis.evidence.spool import STORED
from bis.launch.launcher import write_session
from bis.model.jsonable import from_json
from bis.model.session import Session
from bis.record.preparation import prepare
from bis.record.storing import store_in_background, store_under_lock

if TYPE_CHECKING:
    from collections.abc import Mapping


def create(fields: Mapping[str, Any]) -> Session:
    """Make the folder of a session that describes itself.

    Parameters
    ----------
    fields : mapping
        What ``session.json`` is to hold.

    Raises
    ------
    StorageError
        The folder cannot be made.
    """
    return write_session(from_json(Session, {**fields}))


def describe(session: Session) -> None:
    """Record code and packages.

    Raises
    ------
    ConfigurationError
        The project's settings are invalid.
    """
    prepare(session, load_settings(Path(session.cwd)))


def store(folder: Path, *, at_exit: bool) -> None:
    """Store what is known of a session, again where it was stored before.

    Parameters
    ----------
    folder : Path
        The session's folder.
    at_exit : bool
        Whether the process is about to end. Then the storing is left to a process of its own, unless the machine may go
        away with this one. No more threads can be started at that point, which some artifact stores need: where storing
        fails another process does it, too.
    """
    (folder / STORED).unlink(missing_ok=True)
    if not at_exit:
        store_under_lock(folder)
    elif not waits_for_storing():
        store_in_background(folder)
    else:
        try:
            store_under_lock(folder)
        except (BisError, RuntimeError):
            store_in_background(folder)
