"""Sessions that are not in MLflow yet, as commands that only read see them: nothing is stored or changed here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bis.errors import EvidenceError
from bis.evidence import spool as spool_files
from bis.record.session_folders import is_being_stored, is_lost, is_stored, is_waiting, session_folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORING_WAIT_S = 10.0
_LAST = "last"


def waiting_sessions(tracking_uri: str | None, cwd: Path) -> tuple[Path, ...]:
    """Folders of the sessions that wait to be stored in the store at hand, damaged ones among them."""
    return tuple(f for f in _unstored(tracking_uri, cwd) if not is_being_stored(f))


def before_reading(
    references: tuple[str, ...], tracking_uri: str | None, cwd: Path, *, wait_s: float = STORING_WAIT_S
) -> Iterator[str]:
    """What a command that reads does first: it waits for what is being stored, and finds what waits to be stored.

    Sessions that another process is storing at this moment are waited for, as far as they are asked for.

    Parameters
    ----------
    references : tuple of str
        The runs that are going to be read: ``last`` may be the run of any session, an id is that of certain ones.
    tracking_uri, cwd : str or None, path
        The store at hand.
    wait_s : float
        How long to wait at most, in seconds.

    Yields
    ------
    str
        A message for the user: before waiting, where the time was not enough, and where sessions wait for `bis store`.
    """
    awaited = [f for f in _unstored(tracking_uri, cwd) if is_being_stored(f) and _asked_for(f, references)]
    if awaited:
        yield "waiting for the run that is being stored in the background"
        if not _all_stored(awaited, wait_s):
            yield f"the run is still being stored after {wait_s:g} s; what is shown may not be complete"
    waiting = waiting_sessions(tracking_uri, cwd)
    if waiting:
        count = "1 recorded session waits" if len(waiting) == 1 else f"{len(waiting)} recorded sessions wait"
        yield f"{count} to be stored: run `bis store`"


def _all_stored(folders: list[Path], wait_s: float) -> bool:
    """Wait until no session of these is being stored any more; false where the time was not enough."""
    deadline = time.monotonic() + wait_s
    while any(is_being_stored(f) and not is_stored(f) for f in folders):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _unstored(tracking_uri: str | None, cwd: Path) -> list[Path]:
    return [f for f in session_folders() if not (is_stored(f) or is_lost(f)) and _waits(f, tracking_uri, cwd)]


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
