"""Contents of files beside the record."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bis.errors import EvidenceTooNew
from bis.evidence.outcomes import keep_outcome, read_outcomes
from bis.evidence.record_document import read_record, record_text
from bis.evidence.store import StoredRun
from bis.evidence.written_contents import ARTIFACT, TAG, contents_tag, keep_contents, read_contents_of, with_contents
from bis.model.facets import Status
from bis.model.record import missing_record
from bis.model.verdict import Outcome, ReplayKind
from tests.doubles.memory_store import MemoryStore
from tests.unit._verify.contents import content, named, wrote
from tests.unit.evidence.replays import PLAN

OUTPUTS = wrote(content("m.json", named("acc", 0.5), texts={"a": "x"}), content("b.csv", named("loss", float("nan"))))


def test_contents_come_back() -> None:
    """All of them, beside a run whose tag says so; a run without them has neither."""
    store = MemoryStore()
    run_id = store.create("Default", "a", contents_tag(OUTPUTS), started_unix_s=1.0)
    keep_contents(store, run_id, OUTPUTS)
    slim = replace(OUTPUTS, contents=())
    assert with_contents(store, run_id, slim, kept=TAG in store.tags(run_id)) == OUTPUTS
    assert with_contents(store, run_id, slim, kept=False) == slim
    assert contents_tag(slim) == contents_tag(None) == {}


def test_damaged_contents_are_a_reason() -> None:
    """The run can still be judged, by digests; a later version is told."""
    store = MemoryStore()
    run_id = store.create("Default", "a", contents_tag(OUTPUTS), started_unix_s=1.0)
    store.log_text(run_id, "{", ARTIFACT)
    found = with_contents(store, run_id, OUTPUTS, kept=True)
    assert found.status is Status.PARTIAL
    assert ARTIFACT in found.reasons[-1]
    store.log_text(run_id, json.dumps({"format": "bis.contents", "version": 99}), ARTIFACT)
    with pytest.raises(EvidenceTooNew):
        read_contents_of(store, run_id)


def test_a_record_does_not_hold_them() -> None:
    """It stays small: few readers need them."""
    record = missing_record("not seen", outputs=OUTPUTS)
    assert read_record(record_text(record), "here").outputs == replace(OUTPUTS, contents=())


def test_replays_come_back_with_theirs() -> None:
    """An outcome that is read back can be judged as it was when it was made."""
    store = MemoryStore()
    run_id = store.create("Default", "a", {}, started_unix_s=1.0)
    stored = StoredRun(run_id, "Default", "a", "FINISHED", 1.0, "", {}, missing_record("x"), recorded=True)
    keep_outcome(store, stored, PLAN, Outcome(0, ReplayKind.EXACT, None, OUTPUTS))
    (found,) = read_outcomes(store, run_id)
    assert found.outputs == OUTPUTS
