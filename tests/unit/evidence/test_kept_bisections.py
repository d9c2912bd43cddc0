"""Bisections that are kept with their runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.evidence.kept_bisections import ARTIFACT, keep_bisection, read_bisection
from bis.evidence.store import StoredRun
from bis.evidence.verdicts import with_results
from bis.model.bisection import BisectionOutcome
from bis.model.record import missing_record
from bis.report.text.record_text import Shown, record_text
from tests.doubles.memory_store import MemoryStore
from tests.unit.report.text.test_bisection_text import FOUND


def begun(store: MemoryStore) -> str:
    """A run to be bisected."""
    return store.create("Default", "original", {}, started_unix_s=1.0)


def shown(store: MemoryStore, run_id: str) -> StoredRun:
    """The run as `bis show` gets it."""
    run = StoredRun(run_id, "0", "", "FINISHED", 0.0, "", {}, missing_record("none"), recorded=False)
    return with_results(store, run)


def test_a_bisection_comes_back_as_it_was() -> None:
    """The latest one counts; tags say what MLflow's table can search; `bis show` has its headline, or all of it."""
    store = MemoryStore()
    run_id = begun(store)
    assert read_bisection(store, run_id) is None
    keep_bisection(store, run_id, replace(FOUND, outcome=BisectionOutcome.OPEN), created_unix_s=1.0)
    keep_bisection(store, run_id, FOUND, created_unix_s=2.0)
    found = read_bisection(store, run_id)
    assert found is not None
    assert (found.bisection, found.created_unix_s) == (FOUND, 2.0)
    tags = store.tags(run_id)
    assert (tags["bis.bisected"], tags["bis.bisected.causes"]) == ("found", "numpy")
    run = shown(store, run_id)
    few, full = (
        record_text(run.record, Shown(run_id, bisection=run.bisection), width=200, full=all_of_it)
        for all_of_it in (False, True)
    )
    assert "numpy makes today's replay differ (of 2 changes)" in few
    assert "1.26.4 -> 2.1.0" in full


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"version": 99}, EvidenceTooNew), ({"format": "other"}, EvidenceDamaged), ({"bisection": {}}, EvidenceDamaged)],
)
def test_what_cannot_be_read_is_an_error(changes: dict[str, object], error: type[Exception]) -> None:
    """And a problem of `bis show`, which goes on."""
    store = MemoryStore()
    run_id = begun(store)
    keep_bisection(store, run_id, FOUND, created_unix_s=1.0)
    store.log_text(run_id, json.dumps(json.loads(store.text(run_id, ARTIFACT)) | changes), ARTIFACT)
    with pytest.raises(error):
        read_bisection(store, run_id)
    run = shown(store, run_id)
    assert run.bisection is None
    assert ARTIFACT in run.bisection_problem
    assert "the bisection cannot be read" in record_text(run.record, Shown(bisection_problem=run.bisection_problem))


def test_secrets_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of secret variables are redacted wherever they stand."""
    monkeypatch.setenv("SOME_TOKEN", "a-secret-variable")
    store = MemoryStore()
    run_id = begun(store)
    trial = replace(FOUND.trials[0], reason="failed", detail="KeyError: a-secret-variable")
    keep_bisection(store, run_id, replace(FOUND, trials=(trial,)), created_unix_s=1.0)
    assert "a-secret-variable" not in store.text(run_id, ARTIFACT)
