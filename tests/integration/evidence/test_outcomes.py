"""Child runs: whole or not at all, and read back whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.errors import StoreUnavailable
from bis.evidence.outcomes import ARTIFACT, keep_outcome, read_outcomes, replays_of
from bis.evidence.store import PARENT, EvidenceStore, StoredRun
from bis.model.facets import Failure
from bis.model.record import missing_record
from bis.model.verdict import Deviation, Outcome, ReplayKind
from tests.unit.evidence.replays import PLAN, outputs

if TYPE_CHECKING:
    from tests.doubles.memory_store import MemoryStore


def outcome(failure: Failure | None = None, index: int = 2, kind: ReplayKind = ReplayKind.EXACT) -> Outcome:
    """A replay with a metric."""
    changed = (Deviation("lr", "0.2", "0.1"),)
    return Outcome(index, kind, "ab" * 32, outputs(m=0.1), failure, changed, {"np": "1"}, duration_s=3.0, notes=("n",))


def original(store: MemoryStore | EvidenceStore) -> StoredRun:
    """The run that is replayed."""
    run_id = store.create("Default", "original", {}, started_unix_s=1.0)
    record = missing_record("not seen", outputs=outputs(m=0.1, other=1.0))
    tags: dict[str, str] = {}
    experiment = "0" if isinstance(store, EvidenceStore) else "Default"
    return StoredRun(run_id, experiment, "original", "FINISHED", 1.0, "", tags, record, recorded=True)


def test_an_outcome_becomes_a_child_run(store_uri: str) -> None:
    """With its metrics, its place among the replays, and all of it as a document."""
    store = EvidenceStore(store_uri)
    stored = original(store)
    child = store.read(keep_outcome(store, stored, PLAN, outcome()))
    assert (child.status, child.experiment_id) == ("FINISHED", stored.experiment_id)
    assert child.name == "replay 3 (exact) of original"
    assert child.tags[PARENT] == child.tags["bis.replay.of"] == stored.run_id
    assert child.tags["bis.replay.same_metrics"] == "1/2"
    assert child.record.outputs.metrics[0].final == 0.1
    document = json.loads(store.download(child.run_id, ARTIFACT).read_text())
    assert (document["format"], document["outcome"]["index"]) == ("bis.replay", 2)
    assert read_outcomes(store, stored.run_id) == (replace(outcome(), run_id=child.run_id),)


def test_a_failed_replay_says_why(store_uri: str) -> None:
    """Any text can be its reason."""
    store = EvidenceStore(store_uri)
    failure = Failure("exception", "odd \udcff " + "x" * 1000)
    child = store.read(keep_outcome(store, original(store), PLAN, outcome(failure)))
    assert child.status == "FAILED"
    assert child.tags["bis.failure"].startswith("odd ")


def test_half_a_child_run_is_taken_back(store_uri: str) -> None:
    """Where the artifacts cannot be written, the run that was begun is deleted."""
    store = EvidenceStore(store_uri)
    stored = original(store)
    (Path(store_uri.removeprefix("sqlite:///")).parent / "artifacts").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        keep_outcome(store, stored, PLAN, outcome())
    assert store.find("last") == stored.run_id
    assert replays_of(store, stored.run_id) == ()
