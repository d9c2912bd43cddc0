"""Replays of a real run, from its record to the verdict."""

from __future__ import annotations

import multiprocessing
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._replay.engine import Request, plan_replay, replay_run
from bis._replay.planning import ReplayOptions
from bis._verify.tolerances import Tolerances
from bis.config import Settings
from bis.errors import ConsentRefused, DataMissing, EvidenceDamaged, ReplayImpossible
from bis.evidence.store import SOURCE, EvidenceStore, StoredRun
from bis.launch.launcher import Entry
from bis.model.facets import EntryKind
from bis.model.statement import StatementCode
from bis.model.verdict import Level, ReplayKind, Verdict
from bis.record.recording import record_program

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "import random\nprint(open({data!r}).read(), random.random())\n"
CURRENT = ReplayOptions(environment="current")


@pytest.fixture
def store(store_uri: str) -> EvidenceStore:
    """The store of the run."""
    return EvidenceStore(store_uri)


@pytest.fixture
def stored(store: EvidenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredRun:
    """A recorded program that reads a file and draws numbers."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "train.py").write_text(PROGRAM.format(data=str(tmp_path / "data.csv")))
    (tmp_path / "data.csv").write_text("1,2")
    monkeypatch.chdir(project)
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    entry = Entry(EntryKind.SCRIPT, "train.py")
    done = record_program(entry, Settings(), tracking_uri=store.tracking_uri, wait=True, echo=False)
    return store.read(done.run_ids[0])


class Told:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, text: str) -> None:
        """Keep."""
        self.lines.append(text)

    def begin(self, total: int) -> None:
        """Keep."""
        self.lines.append(f"begin {total}")

    def done(self, text: str) -> None:
        """Keep."""
        self.lines.append(text)


def replayed(
    store: EvidenceStore,
    stored: StoredRun,
    times: int = 1,
    *,
    jobs: int = 1,
    options: ReplayOptions = CURRENT,
    consent: Callable[[str], bool] | None = None,
    observer: Told | None = None,
) -> Verdict:
    """Replay in this environment."""
    request = Request(times=times, tolerances=Tolerances.from_settings(Settings()), jobs=jobs, consent=consent)
    return replay_run(store, stored, options, request, settings=Settings(), observer=observer)


def elsewhere(stored: StoredRun, host: str) -> StoredRun:
    """The same run, recorded at another place."""
    return replace(stored, record=replace(stored.record, host=host))


def test_exact_replays_are_bitwise_and_kept(store: EvidenceStore, stored: StoredRun) -> None:
    """Each is a child run; the observer is told each step."""
    told = Told()
    verdict = replayed(store, stored, 2, observer=told)
    assert verdict.level is Level.BITWISE, verdict
    assert told.lines[-3:] == ["begin 2", "replay 1: done", "replay 2: done"]
    children = [store.read(o.run_id or "") for o in verdict.outcomes]
    assert {c.tags["bis.replay.of"] for c in children} == {stored.run_id}


def test_several_at_a_time_give_the_same(store: EvidenceStore, stored: StoredRun) -> None:
    """Each in a process of its own, and none is left."""
    before = set(multiprocessing.active_children())
    verdict = replayed(store, stored, 2, jobs=2)
    assert verdict.level is Level.BITWISE, verdict
    assert sorted(o.index for o in verdict.outcomes) == [0, 1]
    assert set(multiprocessing.active_children()) == before


def test_fresh_replays_draw_anew(store: EvidenceStore, stored: StoredRun) -> None:
    """With a root of their own each."""
    fresh = replace(CURRENT, kind=ReplayKind.FRESH)
    verdict = replayed(store, stored, 2, options=fresh)
    roots = {o.root for o in verdict.outcomes} | {stored.record.randomness.root}
    assert len(roots) == 3
    assert len({o.outputs.stdout for o in verdict.outcomes if o.outputs}) == 2


@pytest.mark.parametrize("host", ["f" * 32, ""])
def test_foreign_code_needs_consent(store: EvidenceStore, stored: StoredRun, host: str) -> None:
    """A record from elsewhere, or one that does not say from where, is asked about; a refusal runs nothing."""
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(ConsentRefused):
        replayed(store, elsewhere(stored, host), consent=refuse)
    assert "train.py" in asked[0]
    assert replayed(store, elsewhere(stored, host), consent=lambda _q: True).level is Level.BITWISE


def test_ones_own_code_is_not_asked_about(store: EvidenceStore, stored: StoredRun) -> None:
    """What was recorded here was run here."""
    assert replayed(store, stored, consent=lambda _q: False).level is Level.BITWISE


def test_changed_data_is_refused(store: EvidenceStore, stored: StoredRun, tmp_path: Path) -> None:
    """The file and what is wrong with it are named; nothing is run."""
    (tmp_path / "data.csv").write_text("3,4")
    with pytest.raises(DataMissing, match=r"data\.csv"):
        replayed(store, stored)
    assert store.find("last") == stored.run_id


def test_a_changed_snapshot_is_damage(store: EvidenceStore, stored: StoredRun) -> None:
    """Code that is not the recorded code is not run."""
    folder = store.artifact_folder(stored.run_id)
    assert folder is not None
    (folder / SOURCE).write_bytes(b"other")
    with pytest.raises(EvidenceDamaged, match="digest"):
        replayed(store, stored)


def test_a_run_without_code_is_impossible(store: EvidenceStore) -> None:
    """And the message says what is missing."""
    bare = store.read(store.create("Default", "bare", {}, started_unix_s=1.0))
    with pytest.raises(ReplayImpossible, match="cannot be replayed"):
        replayed(store, bare)


def test_a_store_that_goes_away_costs_the_child_run_only(store: EvidenceStore, stored: StoredRun) -> None:
    """The verdict is given, and says what could not be stored."""
    gone = Path(stored.artifact_uri).parents[1]

    class Breaks(Told):
        """Takes the artifact store away as the replays begin."""

        def begin(self, total: int) -> None:
            """Break."""
            gone.rename(gone.with_name("away"))
            gone.write_text("in the way")

    verdict = replayed(store, stored, observer=Breaks())
    assert any(s.code is StatementCode.REPLAY_NOT_STORED for s in verdict.statements)
    assert store.find("last") == stored.run_id


def test_plans_can_be_had_without_replaying(stored: StoredRun) -> None:
    """For --dry-run."""
    plan = plan_replay(stored, CURRENT)
    assert (plan.target, plan.environment, plan.run_id) == ("train.py", "current", stored.run_id)
    assert sys.version.split()[0] == stored.record.environment.python
