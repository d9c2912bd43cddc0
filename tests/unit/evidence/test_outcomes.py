"""Child runs: whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bis._replay.child_runs import ARTIFACT, keep_outcome

from bis._replay.planning import ReplayOptions, make_plan
from bis.errors import StoreUnavailable
from bis.evidence.store import PARENT, EvidenceStore
from bis.model.facets import Curve, Failure, Outputs, Status
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._replay.records import here, record

if TYPE_CHECKING:
    from bis.evidence.store import StoredRun

PLAN = make_plan(record(), ReplayOptions(), here(), run_id="r")


@pytest.fixture
def store(store_uri: str) -> EvidenceStore:
    """An empty store."""
    return EvidenceStore(store_uri)


@pytest.fixture
def stored(store: EvidenceStore) -> StoredRun:
    """The run that is replayed."""
    return store.read(store.create("Default", "original", {}, started_unix_s=1.0))


def outcome(failure: Failure | None = None) -> Outcome:
    """A replay with a metric."""
    outputs = Outputs(Status.RECORDED, metrics=(Curve("m", (0,), ((0.1).hex(),)),))
    return Outcome(2, ReplayKind.EXACT, "ab" * 32, outputs, failure, duration_s=3.0)


def test_an_outcome_becomes_a_child_run(store: EvidenceStore, stored: StoredRun) -> None:
    """With its metrics, its place among the replays, and all of it as a document."""
    child = store.read(keep_outcome(store, stored, PLAN, outcome()))
    assert (child.status, child.experiment_id) == ("FINISHED", stored.experiment_id)
    assert child.name == "replay 3 (exact) of original"
    assert child.tags[PARENT] == child.tags["bis.replay.of"] == stored.run_id
    assert child.record.outputs.metrics[0].final == 0.1
    document = json.loads(store.download(child.run_id, ARTIFACT).read_text())
    assert (document["format"], document["outcome"]["index"]) == ("bis.replay", 2)


def test_a_failed_replay_says_why(store: EvidenceStore, stored: StoredRun) -> None:
    """Any text can be its reason."""
    failure = Failure("exception", "odd \udcff " + "x" * 1000)
    child = store.read(keep_outcome(store, stored, PLAN, outcome(failure)))
    assert child.status == "FAILED"
    assert child.tags["bis.failure"].startswith("odd ")


def test_half_a_child_run_is_taken_back(store: EvidenceStore, stored: StoredRun, store_uri: str) -> None:
    """Where the artifacts cannot be written, the run that was begun is deleted."""
    (Path(store_uri.removeprefix("sqlite:///")).parent / "artifacts").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        keep_outcome(store, stored, PLAN, outcome())
    assert store.find("last") == stored.run_id
    assert [r.info.run_id for r in store._search()] == [stored.run_id]
