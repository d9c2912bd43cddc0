"""Runs that bis makes for replays: noted before they are made, so that one whose maker was killed is ended later.

Between the moment at which a run is in MLflow and the one at which it ends, a process may be killed (``kill -9``, no
more memory, no power), and MLflow would show it as running for ever. So a note is written first, in ``begun`` in the
folder of bis: the store, and a number that the run has as a tag. The process has the note locked, and the system takes
that back with it. The next command that stores or replays there ends what runs under a note that nobody holds.
"""

from __future__ import annotations

import json
import secrets
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.known_stores import local_place, place_of
from bis.evidence.outcomes import BEGUN
from bis.evidence.spool import write_whole
from bis.launch.liveness import lock, unlock
from bis.model.jsonable import json_value
from bis.model.stored_runs import RunFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.evidence.store import EvidenceStore

FOLDER = "begun"
_RUNNING = "RUNNING"
_JUST_MADE_S = 60.0


@contextmanager
def begun_run(home: Path, uri: str) -> Iterator[str]:
    """A number for the tag `bis.evidence.outcomes.BEGUN` of a run that is made and ended in this context.

    Parameters
    ----------
    home : Path
        The folder of bis. Where nothing can be written in it, there is no note.
    uri : str
        The tracking URI of the store.
    """
    number = secrets.token_hex(16)
    note = home / FOLDER / f"{number}.json"
    held = None
    with suppress(OSError):
        note.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        held = lock(note.with_suffix(".lock"))
        write_whole(note, json.dumps({"store": place_of(uri, str(Path.cwd()))}).encode())
    try:
        yield number
    except BaseException:
        _let_go(held)  # the run may not have been taken back: the next command looks for it
        raise
    with suppress(OSError):
        note.unlink(missing_ok=True)
        note.with_suffix(".lock").unlink(missing_ok=True)
    _let_go(held)


def end_begun(home: Path, store: EvidenceStore, cwd: Path) -> tuple[str, ...]:
    """End the runs in a store whose makers are no more, as KILLED; which they were.

    What cannot be ended now, as the store does not answer, is left for the next command.
    """
    ended: list[str] = []
    place = ""
    for note in sorted((home / FOLDER).glob("*.json")):
        with suppress(OSError, BisError):
            place = place or place_of(store.tracking_uri, str(cwd))
            there = _store_of(note)
            if (gone := local_place(there)) is not None and not gone.exists():
                note.unlink()
            elif there == place and (held := lock(note.with_suffix(".lock"))) is not None:
                try:
                    ended += _end(store, note.stem)
                    note.unlink(missing_ok=True)
                    note.with_suffix(".lock").unlink(missing_ok=True)
                finally:
                    unlock(held)
    _remove_locks(home / FOLDER)
    return tuple(ended)


def _store_of(note: Path) -> str:
    try:
        return str(json_value(note.read_text(encoding="utf-8"))["store"])
    except (ValueError, KeyError, TypeError):
        return ""


def _end(store: EvidenceStore, number: str) -> list[str]:
    found = store.runs(RunFilter(tags={BEGUN: number}, replays=True))
    running = [run.run_id for run in found if run.status == _RUNNING]
    for run_id in running:
        store.end(run_id, "KILLED", time.time())
    return running


def _remove_locks(folder: Path) -> None:
    """Remove what has no note: its process was killed before it had written that, and so before there was a run."""
    for path in (*folder.glob("*.lock"), *folder.glob("*.tmp")):
        with suppress(OSError):
            if path.with_suffix(".json").exists() or time.time() - path.stat().st_mtime < _JUST_MADE_S:
                continue
            held = lock(path)
            if held is not None:
                path.unlink(missing_ok=True)
                unlock(held)


def _let_go(held: int | None) -> None:
    if held is not None:
        unlock(held)
