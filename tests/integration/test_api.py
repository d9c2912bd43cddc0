"""The commands as functions, on a real store."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

import bis
from bis.errors import BisWarning, ConfigurationError, RunNotFound, UsageError
from bis.model.record import Mode
from bis.model.verdict import Level, ReplayKind

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import random, sys
random.seed(1)
print("score", random.random())
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_uri: str) -> Path:
    """The working directory, with a program, a home and a store of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(PROGRAM)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri)
    return folder


def test_run_show_plan_replay_and_diff(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One program through all of it: recorded once, shown, planned, replayed bit for bit, equal to itself."""
    recorded = bis.run("train.py", "--lr", "0.1", wait=True)
    assert (recorded.exit.exit_code, recorded.stored) == (0, True)
    assert capfd.readouterr().out.startswith("score 0.13")
    (run_id,) = recorded.run_ids
    shown = bis.show(run_id[:8])
    assert (shown.run_id, shown.record.mode, shown.record.code.argv) == (run_id, Mode.RUN, ("--lr", "0.1"))
    plan = bis.plan("last", overrides={"lr": "0.2"})
    assert plan.kind is ReplayKind.EXACT
    assert [(d.recorded, d.replayed) for d in plan.deviations if "lr" in d.what] == [("0.1", "0.2")]
    verdict = bis.replay("last", times=1, environment="current")
    assert verdict.level is Level.BITWISE, verdict
    again = bis.show("last")
    assert again.run_id == run_id  # a replay is never the last run
    assert again.verdict is not None
    assert again.verdict.verdict.level is verdict.level
    (replayed,) = again.replays
    assert replayed.tags["bis.replay.same_metrics"] == "0/0"
    assert [r.replays for r in bis.runs(verdict="bitwise")] == [1]
    assert not bis.diff(run_id, run_id).differs


@pytest.mark.parametrize("reference", ["0" * 32, "abc", "last", "not an id"])
def test_unknown_runs_are_explained(project: Path, reference: str) -> None:
    """Whatever asks for them."""
    for ask in (bis.show, bis.plan, bis.replay):
        with pytest.raises(RunNotFound):
            ask(reference)


def test_parameters_are_for_notebooks(project: Path) -> None:
    """Values that nothing would take are refused, not dropped."""
    with pytest.raises(UsageError, match="not a notebook"):
        bis.run("train.py", parameters={"lr": "1"})
    (project / "a.ipynb").touch()
    with pytest.raises(UsageError, match="takes no arguments"):
        bis.run("a.ipynb", "--lr", "1")


def test_faulty_settings_stop_before_anything_runs(project: Path) -> None:
    """A mistake in [tool.bis] is told first."""
    (project / "pyproject.toml").write_text("[tool.bis]\nreplay-tims = 3\n")
    with pytest.raises(ConfigurationError, match="replay-tims"):
        bis.run("train.py")


def test_sessions_that_cannot_be_stored_are_warned_of(project: Path, tmp_path: Path) -> None:
    """A session of a later bis stops no other command: those that read say that it waits, those that store say why."""
    later = tmp_path / "home" / "sessions" / "20260101-000000-x"
    later.mkdir(parents=True)
    (later / "session.json").write_text('{"version": 999}')
    with pytest.warns(BisWarning, match="1 recorded session waits"), pytest.raises(RunNotFound):
        bis.show("last")
    with pytest.warns(BisWarning, match="20260101-000000-x"), pytest.raises(RunNotFound):
        bis.replay("last")
    (result,) = bis.store()
    assert (result.session, result.run_ids) == ("20260101-000000-x", ())
    assert "has format version 999" in result.problem


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, with its time and its bytes."""
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def test_reading_changes_nothing(project: Path, tmp_path: Path) -> None:
    """Neither the environment of the process nor a session that waits to be stored."""
    (run_id,) = bis.run("train.py", wait=True).run_ids
    (session,) = (tmp_path / "home" / "sessions").iterdir()
    (session / "stored.json").unlink()
    table = tmp_path / "table.csv"
    table.write_text("accuracy\n0.5\n")
    before, files = dict(os.environ), contents(session)

    def verified() -> None:
        with pytest.raises(UsageError, match="accuracy"):  # the run has no such metric
            bis.verify("last", expect=str(table))

    for read in (
        lambda: bis.show(run_id),
        lambda: bis.show("last"),
        bis.runs,
        lambda: bis.diff(run_id, "last"),
        lambda: bis.plan("last"),
        verified,
    ):
        with pytest.warns(BisWarning, match="1 recorded session waits to be stored: run `bis store`"):
            read()
        assert dict(os.environ) == before
        assert contents(session) == files


def test_runs_can_be_listed_and_filtered(project: Path) -> None:
    """By the level of the latest verdict; a level that does not exist is explained."""
    assert bis.runs() == ()
    (run_id,) = bis.run("train.py", wait=True).run_ids
    assert [r.run_id for r in bis.runs(experiment="Default", limit=1)] == [run_id]
    assert bis.runs(verdict="divergent") == ()
    with pytest.raises(UsageError, match="'good' is not a level"):
        bis.runs(verdict="good")


def test_running_works_in_a_thread(project: Path) -> None:
    """Signals are the main thread's affair; a program runs without them."""
    found: list[int | None] = []
    thread = threading.Thread(target=lambda: found.append(bis.run("train.py", wait=True).exit.exit_code))
    thread.start()
    thread.join(60)
    assert found == [0]
