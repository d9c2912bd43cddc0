"""The folders of sessions in the home of bis, and which of them wait to be stored; nothing is stored or changed here.

Light, since commands that only read ask this first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.config import home
from bis.evidence import spool as spool_files
from bis.evidence.known_stores import place_of
from bis.launch.liveness import is_alive, is_locked
from bis.launch.project_root import find_project_root
from bis.model.record import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.session import Session

LOCK = "storing.lock"
MADE = "run.id"  # holds the run that was made for a program that started none


def session_folders() -> list[Path]:
    """The folders of all sessions, the oldest first."""
    return sorted(p for p in (home() / "sessions").glob("*") if p.is_dir())


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
