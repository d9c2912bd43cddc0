"""Sessions that processes keep and store themselves; see test_ambient.py for whole processes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.errors import StorageError
from bis.evidence.spool import read_session
from bis.model.jsonable import to_json
from bis.model.record import Mode
from bis.record import self_recording
from bis.record.storing import read_stored
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from bis.model.session import Session


@pytest.fixture
def session(project: Path, home: Path, store_uri: str) -> Session:
    """A session that a process described itself, with code and packages."""
    (project / "train.py").write_text("pass\n")
    (home / "sessions").mkdir(parents=True)
    described = described_session(
        project, mode=Mode.AMBIENT, spool=str(home / "sessions" / "s"), tracking_uri=store_uri
    )
    begun = self_recording.create(to_json(described))
    self_recording.describe(begun)
    return begun


def test_a_process_begins_its_own_session(session: Session) -> None:
    """The folder is private, holds the session as it was described, and then code and packages."""
    folder = Path(session.spool)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert read_session(folder) == session
    assert {"code.json", "environment.json"} <= {p.name for p in folder.iterdir()}


def test_a_folder_that_is_there_is_an_error(session: Session) -> None:
    """Two processes never share a folder."""
    with pytest.raises(StorageError, match="cannot be written"):
        self_recording.create(to_json(session))


@pytest.mark.parametrize(("at_exit", "waits"), [(False, "0"), (True, "1"), (True, "0")])
def test_it_is_stored_again_where_it_was_stored_before(
    session: Session, monkeypatch: pytest.MonkeyPatch, at_exit: bool, waits: str
) -> None:
    """Here, or in a process of its own at the end of a process that does not wait."""
    monkeypatch.setenv("BIS_WAIT", waits)
    folder = Path(session.spool)
    for _ in range(2):
        self_recording.store(folder, at_exit=at_exit)
        assert wait_for_storing(folder) is not None


def wait_for_storing(folder: Path) -> Any:
    """Where the session was stored, at once or by another process."""
    deadline = time.monotonic() + 60
    while (done := read_stored(folder)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    return done
