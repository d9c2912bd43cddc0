"""Sessions that are not in MLflow yet, as commands that only read see them."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.instrument.events import EventWriter
from bis.launch.liveness import lock, release, unlock
from bis.model.record import Mode
from bis.model.session import Exit
from bis.record.waiting_sessions import before_reading, waiting_sessions
from tests.unit.sessions import session_of

URI = "sqlite:////elsewhere/mlflow.db"
RUN = "ab" * 16


@pytest.fixture
def ended(project: Path) -> Path:
    """The folder of a session whose program has ended, with a run, and that is not being stored."""
    return session(project)


def session(project: Path, **changes: object) -> Path:
    """Such a session with changes."""
    made = replace(session_of(project, "print(1)"), **{"tracking_uri": URI, **changes})  # type: ignore[arg-type]  # fields of Session
    folder = Path(made.spool)
    write_document(folder / spool_files.SESSION, made)
    EventWriter(folder).write("run", run_id=RUN, how="created", uri=URI, ordinal=0)
    write_document(folder / spool_files.EXIT, Exit(0, None, timed_out=False, ended_unix_s=2.0, duration_s=1.0))
    release(folder)
    return folder


def test_sessions_of_this_store_wait(ended: Path, project: Path) -> None:
    """Not those of other stores, nor replays, nor what is stored; a damaged one is listed, so that a user sees it."""
    session(project, mode=Mode.REPLAY)
    damaged = ended.with_name("damaged")
    damaged.mkdir()
    assert set(waiting_sessions(URI, Path("/"))) == {ended, damaged}
    assert set(waiting_sessions("http://other.example", Path("/"))) == {damaged}
    (ended / spool_files.STORED).write_text("{}")
    assert set(waiting_sessions(URI, Path("/"))) == {damaged}


def test_a_session_that_is_being_stored_does_not_wait_for_anybody(ended: Path) -> None:
    """Its lock says so; looking at locks creates no file."""
    names = {p.name for p in ended.iterdir()}
    assert waiting_sessions(URI, Path("/")) == (ended,)
    assert {p.name for p in ended.iterdir()} == names
    held = lock(ended / "storing.lock")
    assert held is not None
    assert waiting_sessions(URI, Path("/")) == ()
    unlock(held)


@pytest.mark.parametrize("reference", ["last", RUN, RUN[:6]])
def test_a_run_that_is_being_stored_is_waited_for(ended: Path, reference: str) -> None:
    """Until it is stored, with one message."""
    held = lock(ended / "storing.lock")
    assert held is not None

    def store() -> None:
        time.sleep(0.3)
        (ended / spool_files.STORED).write_text("{}")

    storing = threading.Thread(target=store)
    storing.start()
    told = list(before_reading((reference,), URI, Path("/"), wait_s=30))
    storing.join()
    unlock(held)
    assert told == ["waiting for the run that is being stored in the background"]


def test_waiting_has_an_end(ended: Path) -> None:
    """What is shown then may not be complete; other runs are not waited for."""
    held = lock(ended / "storing.lock")
    assert held is not None
    assert list(before_reading(("ffff",), URI, Path("/"), wait_s=30)) == []
    told = list(before_reading(("last",), URI, Path("/"), wait_s=0.2))
    unlock(held)
    assert "still being stored after 0.2 s" in told[-1]


def test_nothing_is_waited_for_where_nobody_stores(ended: Path) -> None:
    """A session that waits for `bis store` delays no command."""
    told = list(before_reading(("last",), URI, Path("/"), wait_s=3000))
    assert told == ["1 recorded session waits to be stored: run `bis store`"]
