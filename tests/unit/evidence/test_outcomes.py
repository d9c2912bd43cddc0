"""Child runs: whole or not at all, and read back whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.evidence.outcomes import ARTIFACT, is_readable, keep_outcome, read_outcomes, same_metrics
from bis.evidence.store import EvidenceStore, StoredRun
from bis.model.facets import Curve, Failure, Outputs, Status
from bis.model.record import missing_record
from bis.model.verdict import Deviation, Outcome, ReplayKind
from tests.doubles.memory_store import MemoryStore
from tests.unit.evidence.replays import PLAN, outputs

if TYPE_CHECKING:
    import pytest

OLD = Path(__file__).with_name("replay_version_1.json")


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


def test_outcomes_come_back_in_order_and_by_kind() -> None:
    """In the order in which they were made, those of one kind on request; a failure comes back with its outputs."""
    store = MemoryStore()
    stored = original(store)
    failed = outcome(Failure("exception", "ValueError", cell=2), index=1, kind=ReplayKind.FRESH)
    given = [outcome(index=0), failed, outcome(index=2)]
    kept = [replace(o, run_id=keep_outcome(store, stored, PLAN, o)) for o in given]
    for position, one in enumerate(kept):
        assert one.run_id is not None
        store.kept[one.run_id].started_unix_s = 10.0 + position
    assert read_outcomes(store, stored.run_id) == tuple(kept)
    assert read_outcomes(store, stored.run_id, kind=ReplayKind.FRESH) == (kept[1],)
    assert all(is_readable(o) for o in kept)
    assert read_outcomes(store, "f" * 32) == ()


def test_a_child_run_that_cannot_be_read_is_a_value() -> None:
    """Lost, cut off, or of a later bis: each is reported in its place, and the others are read."""
    store = MemoryStore()
    stored = original(store)
    children = [keep_outcome(store, stored, PLAN, outcome(index=i)) for i in range(4)]
    for position, child in enumerate(children):
        store.kept[child].started_unix_s = 10.0 + position
    del store.kept[children[0]].texts[ARTIFACT]
    store.kept[children[1]].texts[ARTIFACT] = store.kept[children[1]].texts[ARTIFACT][:100]
    store.kept[children[2]].texts[ARTIFACT] = json.dumps({"format": "bis.replay", "version": 99})
    found = read_outcomes(store, stored.run_id)
    assert [is_readable(o) for o in found] == [False, False, False, True]
    assert [(o.index, o.run_id) for o in found] == list(enumerate(children))
    reasons = [o.failure.message for o in found if o.failure is not None]
    for reason, words in zip(reasons, ("is not there", "is not JSON", "version 99"), strict=True):
        assert words in reason


def test_documents_of_the_first_version_are_read() -> None:
    """As the first bis wrote them: without its version and the time, and with the keys that it knew."""
    store = MemoryStore()
    run_id = store.create("Default", "original", {}, started_unix_s=1.0)
    tags = {"bis.replay.of": run_id, "bis.replay.kind": "fresh", "bis.replay.index": "1"}
    child = store.create("Default", "replay", tags, started_unix_s=2.0)
    store.log_text(child, OLD.read_text(encoding="utf-8"), ARTIFACT)
    (found,) = read_outcomes(store, run_id)
    assert (found.index, found.kind, found.root, found.run_id) == (1, ReplayKind.FRESH, "cd" * 32, child)
    assert found.outputs is not None
    assert [(c.name, c.final) for c in found.outputs.metrics] == [("loss", 0.25), ("worst", float("inf"))]
    assert found.failure is not None
    assert (found.failure.stage, found.failure.exit_code) == ("exception", 1)
    assert found.deviations == (Deviation("argument lr", "0.1", "0.2", "--set"),)
    assert found.trace == {"numpy": "12ab"}


def test_secrets_do_not_reach_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the environment, of arguments and of overrides, wherever they stand in an outcome."""
    monkeypatch.setenv("SOME_TOKEN", "a-secret-variable")
    store = MemoryStore()
    stored = original(store)
    said = "a-secret-variable a-secret-of-argv a-secret-override"
    child = keep_outcome(store, stored, PLAN, replace(outcome(), notes=(said,)))
    text = store.text(child, ARTIFACT) + json.dumps(store.kept[child].params)
    assert "a-secret" not in text
    assert store.kept[child].params["lr"] == "0.1"


def test_same_metrics_are_counted() -> None:
    """All steps must have the same bits, and metrics that the original lacks do not count."""
    first = Outputs(Status.RECORDED, metrics=(Curve("a", (0, 1), ("nan", "0x1p+0")), Curve("b", (0,), ("0x1p+0",))))
    moved = Outputs(Status.RECORDED, metrics=(*first.metrics[:1], Curve("b", (1,), ("0x1p+0",)), Curve("c", (), ())))
    assert (same_metrics(first, first), same_metrics(first, moved), same_metrics(first, None)) == ("2/2", "1/2", "0/2")
