"""``bis store``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main
from bis.evidence.spool import STORED

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.filterwarnings("always::bis.errors.BisWarning")  # it is printed, and not raised as in other tests
def test_what_waits_is_stored(run_id: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A session of which nothing was stored: a command that reads reports it, this one stores it."""
    (stored,) = (tmp_path / "home" / "sessions").glob(f"*/{STORED}")
    stored.unlink()
    assert main(["show", run_id]) == 0
    assert "1 recorded session waits to be stored: run `bis store`" in capfd.readouterr().err
    assert not stored.exists()
    assert main(["store"]) == 0
    assert run_id in capfd.readouterr().out
    assert stored.exists()
    assert main(["store"]) == 0
    assert capfd.readouterr().out == "no session waits to be stored\n"


def test_a_session_that_cannot_be_stored(project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit status 3, with the session and the reason, each time: a later bis can store it."""
    later = tmp_path / "home" / "sessions" / "20260101-000000-x"
    later.mkdir(parents=True)
    (later / "session.json").write_text('{"version": 999}')
    assert main(["store"]) == 3
    assert "20260101-000000-x" in capfd.readouterr().err
    assert main(["store", "--json"]) == 3
    document = json.loads(capfd.readouterr().out)
    assert document["format"] == "bis.store"
    assert [s["session"] for s in document["sessions"]] == ["20260101-000000-x"]
    assert "999" in document["sessions"][0]["problem"]


def test_a_session_that_is_lost(project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What nobody can read is told once, with exit status 3; a folder that never had anything is not spoken of."""
    torn, empty = (tmp_path / "home" / "sessions" / f"20260101-000000-{name}" for name in "xy")
    for folder in (torn, empty):
        folder.mkdir(parents=True)
    (torn / "session.json").write_text("{")
    assert main(["store"]) == 3
    told = capfd.readouterr().err
    assert "20260101-000000-x is lost" in told
    assert empty.name not in told
    assert main(["store"]) == 0
    assert capfd.readouterr().out == "no session waits to be stored\n"
