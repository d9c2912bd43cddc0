"""Sessions that are not in MLflow yet, as commands that only read see them: nothing is stored or changed here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bis.errors import EvidenceError
from bis.evidence import spool as spool_files
from bis.record.storing import is_being_stored, is_waiting, session_folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LAST = "last"


def waiting_sessions(tracking_uri: str | None, cwd: Path) -> tuple[Path, ...]:
    """Folders of the sessions that wait for somebody to store them in the store at hand, damaged ones among them."""
    return tuple(f for f in _unstored(tracking_uri, cwd) if not is_being_stored(f))


def await_storing(
    references: tuple[str, ...],
    tracking_uri: str | None,
    cwd: Path,
    *,
    wait_s: float,
    tell: Callable[[str], None],
) -> None:
    """Wait until sessions that another process is storing at this moment are stored, as far as they are asked for.

    Parameters
    ----------
    references : tuple of str
        The runs that are going to be read: ``last`` may be the run of any session, an id is that of certain ones.
    tracking_uri, cwd : str or None, path
        The store at hand.
    wait_s : float
        How long to wait at most, in seconds.
    tell : callable
        Is given one line, where there is something to wait for, and another one where the time was not enough.
    """
    awaited = [f for f in _unstored(tracking_uri, cwd) if is_being_stored(f) and _asked_for(f, references)]
    if not awaited:
        return
    tell("waiting for the run that is being stored in the background")
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        if not any(is_being_stored(f) and not _stored(f) for f in awaited):
            return
        time.sleep(0.05)
    tell(f"it is still being stored after {wait_s:g} s; what is shown may not be complete")


def _unstored(tracking_uri: str | None, cwd: Path) -> list[Path]:
    return [f for f in session_folders() if not _stored(f) and _waits(f, tracking_uri, cwd)]


def _stored(folder: Path) -> bool:
    return (folder / spool_files.STORED).exists()


def _waits(folder: Path, tracking_uri: str | None, cwd: Path) -> bool:
    try:
        return is_waiting(folder, tracking_uri, cwd)
    except EvidenceError:  # `bis store` reports what is wrong with it
        return True
    except OSError:  # another process removes it
        return False


def _asked_for(folder: Path, references: tuple[str, ...]) -> bool:
    if _LAST in references:
        return True
    ids = {str(e.get("run_id")) for e in spool_files.read_events(folder) if e.get("k") == "run"}
    return any(i.startswith(r) for i in ids for r in references)
