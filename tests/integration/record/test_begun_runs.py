"""Runs whose makers were killed: found again by the note that was written before they were made, and ended."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bis.errors import StoreUnavailable
from bis.evidence.outcomes import BEGUN, is_readable, keep_outcome, read_outcomes
from bis.evidence.store import EvidenceStore
from bis.launch.liveness import lock, unlock
from bis.model.stored_runs import RunFilter, RunSummary
from bis.record.begun_runs import FOLDER, begun_run, end_begun
from bis.record.storing import store_waiting
from tests.integration.evidence.test_outcomes import original, outcome
from tests.unit.evidence.replays import PLAN

# Stores a replay as `bis replay` does, and is killed, or only waits, in one of the calls by which that is done.
MAKER = """
import os, signal, sys, time
from pathlib import Path
from bis.evidence.outcomes import keep_outcome
from bis.evidence.store import EvidenceStore
from bis.record.begun_runs import begun_run
from tests.integration.evidence.test_outcomes import PLAN, original, outcome

class Store(EvidenceStore):
    pass

def cut(name):
    before = getattr(EvidenceStore, name)
    def replaced(self, *args, **kwargs):
        done = before(self, *args, **kwargs) if sys.argv[3] != "end" else None
        print("there", flush=True)
        if sys.argv[4] == "wait":
            time.sleep(60)
        os.kill(os.getpid(), signal.SIGKILL)
        return done
    return replaced

given = EvidenceStore(sys.argv[2])
stored = original(given)
print(stored.run_id, flush=True)
setattr(Store, sys.argv[3], cut(sys.argv[3]))
with begun_run(Path(sys.argv[1]), sys.argv[2]) as number:
    keep_outcome(Store(sys.argv[2]), stored, PLAN, outcome(), begun=number)
"""


def maker(home: Path, uri: str, at: str, then: str = "die") -> subprocess.Popen[str]:
    """A process that stores a replay."""
    root = Path(__file__).parents[3]
    words = [sys.executable, "-c", MAKER, str(home), uri, at, then]
    return subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, text=True)


def replays(store: EvidenceStore, run_id: str) -> tuple[RunSummary, ...]:
    """The child runs of a run."""
    return store.runs(RunFilter(replay_of=run_id))


@pytest.mark.parametrize("at", ["create", "log", "log_text", "end"])
def test_a_run_whose_maker_was_killed_is_ended(store_uri: str, tmp_path: Path, at: str) -> None:
    """Wherever it was killed; the next command that stores there says so in MLflow, and the note is gone."""
    with maker(tmp_path, store_uri, at) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, out
    run_id = out.split()[0]
    store = EvidenceStore(store_uri)
    assert [r.status for r in replays(store, run_id)] == ["RUNNING"]
    [note] = (tmp_path / FOLDER).glob("*.json")
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert stat.S_IMODE(note.parent.stat().st_mode) == 0o700
    other = EvidenceStore(f"sqlite:///{tmp_path / 'other.db'}")
    assert end_begun(tmp_path, other, tmp_path) == ()
    [ended] = end_begun(tmp_path, store, tmp_path)
    [run] = replays(store, run_id)
    assert (run.run_id, run.status) == (ended, "KILLED")
    assert store.tags(ended)[BEGUN] == note.stem
    assert list((tmp_path / FOLDER).iterdir()) == []
    [read] = read_outcomes(store, run_id)
    assert is_readable(read) is (at in {"log_text", "end"})  # all that there is of it was stored by then


def test_a_run_whose_maker_lives_is_left_alone(store_uri: str, tmp_path: Path) -> None:
    """However long it takes."""
    with maker(tmp_path, store_uri, "create", "wait") as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        assert process.stdout.readline() == "there\n"
        store = EvidenceStore(store_uri)
        assert end_begun(tmp_path, store, tmp_path) == ()
        assert [r.status for r in replays(store, run_id)] == ["RUNNING"]
        process.kill()
        process.wait()
        assert len(end_begun(tmp_path, store, tmp_path)) == 1


def test_commands_that_store_end_them(store_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`bis store`, and what goes before each replay."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path))
    with maker(tmp_path, store_uri, "create") as process:
        out, _ = process.communicate(timeout=60)
    assert list(store_waiting(store_uri, tmp_path)) == []
    assert [r.status for r in replays(EvidenceStore(store_uri), out.split()[0])] == ["KILLED"]


def test_a_finished_run_leaves_no_note(store_uri: str, tmp_path: Path) -> None:
    """Nor does one that was taken back, once it was looked at."""
    store = EvidenceStore(store_uri)
    stored = original(store)
    with begun_run(tmp_path, store_uri) as number:
        child = keep_outcome(store, stored, PLAN, outcome(), begun=number)
    assert list((tmp_path / FOLDER).iterdir()) == []
    assert [r.run_id for r in replays(store, stored.run_id)] == [child]
    (Path(store_uri.removeprefix("sqlite:///")).parent / "artifacts").rename(tmp_path / "away")
    (Path(store_uri.removeprefix("sqlite:///")).parent / "artifacts").write_text("in the way")
    with pytest.raises(StoreUnavailable), begun_run(tmp_path, store_uri) as number:
        keep_outcome(store, stored, PLAN, outcome(), begun=number)
    assert end_begun(tmp_path, store, tmp_path) == ()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_notes_that_are_not_whole_or_of_no_use(store_uri: str, tmp_path: Path) -> None:
    """Malformed ones are passed over; those of a store that was removed go, and so do locks without a note."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "a.json").write_text("{")
    (folder / "b.json").write_text('{"store": "sqlite:////nowhere/at/all.db"}')
    old, held = folder / "c.lock", lock(folder / "d.lock")
    old.touch()
    cut = folder / "e.json.123.tmp"
    cut.touch()
    for path in (old, cut, folder / "d.lock"):
        os.utime(path, (time.time() - 3600,) * 2)
    assert end_begun(tmp_path, EvidenceStore(store_uri), tmp_path) == ()
    assert sorted(p.name for p in folder.iterdir()) == ["a.json", "d.lock"]
    assert held is not None
    unlock(held)


def test_without_a_folder_for_notes_all_goes_on(tmp_path: Path) -> None:
    """A home in which nothing can be made costs the note only."""
    (tmp_path / "home").write_text("a file")
    with begun_run(tmp_path / "home", "sqlite:///x.db") as number:
        assert len(number) == 32
