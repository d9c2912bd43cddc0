"""Which sessions on the disk wait for which store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.instrument.events import EventWriter
from bis.launch.liveness import hold, lock, release, unlock
from bis.model.record import Mode
from bis.model.session import Exit
from bis.record.session_folders import LOCK, is_being_stored, is_waiting, session_folders
from tests.unit.sessions import session_of


def ended(project: Path, uri: str | None = None, **changes: object) -> Path:
    """The folder of a session whose program has ended; with `uri` it had a run there."""
    made = replace(session_of(project, "print(1)"), cwd=str(project), project_root=str(project))
    made = replace(made, **changes)  # type: ignore[arg-type]  # fields of Session
    folder = Path(made.spool)
    write_document(folder / spool_files.SESSION, made)
    if uri is not None:
        EventWriter(folder).write("run", run_id="ab" * 16, how="created", uri=uri, ordinal=0)
    write_document(folder / spool_files.EXIT, Exit(0, None, timed_out=False, ended_unix_s=2.0, duration_s=1.0))
    release(folder)
    return folder


@pytest.mark.parametrize(
    ("uri", "given", "variable", "asked", "waits"),
    [
        ("/p/runs", None, None, "file:///p/runs", True),  # it went there
        ("/p/runs", None, None, None, True),  # it was started here
        ("/p/runs", "sqlite:////x.db", "sqlite:////x.db", "sqlite:////x.db", True),  # started here under this variable
        ("/p/runs", "sqlite:////x.db", None, "sqlite:////x.db", False),  # what was named is not where it went
        (None, "sqlite:////x.db", None, "sqlite:////x.db", True),  # it will go there
        (None, "http://host", None, "http://me:pass@host/", True),
        ("/p/runs", None, None, "http://host", False),
    ],
)
def test_a_session_waits_for_its_store(
    project: Path, uri: str | None, given: str | None, variable: str | None, asked: str | None, waits: bool
) -> None:
    """For the one that it went to, or that a user who stands where it was started would mean."""
    folder = ended(project, uri, tracking_uri=given, tracking_variable=variable)
    assert is_waiting(folder, asked, project) is waits


def test_elsewhere_only_the_store_counts(project: Path, tmp_path: Path) -> None:
    """In another folder of the project it is still from here."""
    folder = ended(project, "/p/runs")
    (project / ".git").mkdir()
    (project / ".git" / "HEAD").touch()
    (project / "sub").mkdir()
    assert is_waiting(folder, None, project / "sub")
    assert not is_waiting(folder, None, tmp_path)
    assert is_waiting(folder, "/p/runs", tmp_path)


def test_replays_and_what_still_runs_do_not_wait(project: Path) -> None:
    """A session is held while it is being recorded."""
    replay, running = ended(project, mode=Mode.REPLAY), ended(project)
    hold(running)
    assert not is_waiting(replay, None, project)
    assert not is_waiting(running, None, project)
    release(running)
    assert is_waiting(running, None, project)
    assert set(session_folders()) == {replay, running}


def test_a_lock_says_that_it_is_being_stored(project: Path) -> None:
    """Looking makes no file."""
    folder = ended(project)
    assert not is_being_stored(folder)
    assert not (folder / LOCK).exists()
    held = lock(folder / LOCK)
    assert held is not None
    assert is_being_stored(folder)
    unlock(held)
