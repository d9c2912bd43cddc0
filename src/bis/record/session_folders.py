"""The folders of sessions in the home of bis, and which of them wait to be stored; nothing is stored or changed here.

Light, since commands that only read ask this first.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from bis.config import home
from bis.evidence import spool as spool_files
from bis.evidence.known_stores import place_of
from bis.launch.liveness import has_processes, is_alive, is_locked
from bis.launch.project_root import find_project_root
from bis.model.record import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.session import Session

LOCK = "storing.lock"
MADE = "run.id"  # holds the run that was made for a program that started none; empty while it is being made
LOST = "lost.txt"  # says why a session cannot be stored, once that was told
_RESULTS = frozenset({"run", "metric", "param", "tag", "model", "dataset"})
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_JUST_MADE_S = 60.0


def session_folders() -> list[Path]:
    """The folders of all sessions, the oldest first."""
    return sorted(p for p in (home() / "sessions").glob("*") if p.is_dir())


def is_stored(folder: Path) -> bool:
    """Whether a session's evidence is in MLflow, and nothing is to be added."""
    return spool_files.is_written(folder / spool_files.STORED) and not has_late_results(folder)


def has_late_results(folder: Path) -> bool:
    """Whether a child that outlived its program logged something after the session was stored, and has ended, too."""
    try:
        stored = (folder / spool_files.STORED).stat().st_mtime
        written = max((path.stat().st_mtime for path in folder.glob("events-*.jsonl")), default=0.0)
        if written <= stored or has_processes(folder):
            return False
        late = (e for e in spool_files.read_events(folder) if e.get("k") in _RESULTS)
        if any(float(e.get("t", 0)) > stored for e in late):
            return True
        os.utime(folder / spool_files.STORED, (written, written))  # it need not be looked at again
    except (OSError, ValueError, TypeError):  # it cannot be told, and the session is stored
        return False
    return False


def is_lost(folder: Path) -> bool:
    """Whether a session was found to be unreadable, which was told then."""
    return spool_files.is_written(folder / LOST)


def made_run(folder: Path) -> str | None:
    """The run that was made for a program that started none.

    Empty where one may have been made of which the note is not whole; None where none was.
    """
    try:
        noted = (folder / MADE).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError:
        return ""
    return noted if _RUN_ID.fullmatch(noted) else ""


def is_being_made(folder: Path) -> bool:
    """Whether a session's folder is so new that its first file may be on its way."""
    try:
        return time.time() - folder.stat().st_mtime < _JUST_MADE_S
    except OSError:
        return False


def is_waiting(folder: Path, tracking_uri: str | None, cwd: Path) -> bool:
    """Whether a session that was not stored yet has ended, and belongs to the store at hand; changes nothing.

    Raises
    ------
    EvidenceError
        It cannot be read.
    """
    session = spool_files.read_session(folder)
    return session.mode is not Mode.REPLAY and _same_store(session, folder, tracking_uri, cwd) and not is_alive(folder)


def _same_store(session: Session, folder: Path, tracking_uri: str | None, cwd: Path) -> bool:
    here = session.cwd == str(cwd)
    if tracking_uri is None:
        if here:
            return True
        return str(find_project_root(cwd)) == session.project_root and session.tracking_variable is None
    named = place_of(tracking_uri, str(cwd))
    variable = session.tracking_variable
    if here and variable is not None and place_of(variable, session.cwd) == named:
        return True  # wherever its program then went
    uris = {str(e.get("uri")) for e in spool_files.read_events(folder) if e.get("k") == "run"}
    theirs = uris or ({session.tracking_uri} if session.tracking_uri is not None else set())
    return named in {place_of(uri, session.cwd) for uri in theirs}


def is_being_stored(folder: Path) -> bool:
    """Whether a process is storing the session at this moment."""
    return is_locked(folder / LOCK)
