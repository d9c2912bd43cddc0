"""Explanations that are kept with their runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bis.errors import EvidenceDamaged, EvidenceTooNew, StoreUnavailable
from bis.evidence.attributions import (
    ARTIFACT,
    PAGE,
    keep_attribution,
    problem_of_keeping_attribution,
    read_attribution,
)
from bis.evidence.store import StoredRun
from bis.evidence.verdicts import with_results
from bis.model.attribution import Attribution
from bis.model.record import missing_record
from bis.model.statement import StatementCode
from tests.doubles.memory_store import MemoryStore
from tests.unit.report.attributions import explained


def begun(store: MemoryStore) -> str:
    """A run to be explained."""
    return store.create("Default", "original", {}, started_unix_s=1.0)


def test_an_explanation_comes_back_as_it_was() -> None:
    """With its page; tags say what MLflow's table can sort by."""
    store = MemoryStore()
    run_id = begun(store)
    keep_attribution(store, run_id, explained(), created_unix_s=2.0, shown={PAGE: "<html>"})
    found = read_attribution(store, run_id)
    assert found is not None
    assert (found.attribution, found.created_unix_s) == (explained(), 2.0)
    assert store.text(run_id, PAGE) == "<html>"
    tags = store.tags(run_id)
    assert (tags["bis.explained"], tags["bis.explained.shares"]) == ("net", "split 0.57, init 0.30, shuffle 0.00")


def test_the_latest_explanation_counts() -> None:
    """Also where it has no shares."""
    store = MemoryStore()
    run_id = begun(store)
    keep_attribution(store, run_id, explained(), created_unix_s=1.0)
    keep_attribution(store, run_id, Attribution(run_id), created_unix_s=2.0)
    found = read_attribution(store, run_id)
    assert found is not None
    assert found.attribution == Attribution(run_id)
    assert store.tags(run_id)["bis.explained"] == "no shares"


def test_a_run_without_an_explanation() -> None:
    """Has none; nothing is fetched."""
    store = MemoryStore()
    assert read_attribution(store, begun(store)) is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"version": 99}, EvidenceTooNew), ({"format": "other"}, EvidenceDamaged), ({"attribution": {}}, EvidenceDamaged)],
)
def test_what_cannot_be_read_is_an_error(changes: dict[str, object], error: type[Exception]) -> None:
    """And a problem of `bis show`, which goes on."""
    store = MemoryStore()
    run_id = begun(store)
    keep_attribution(store, run_id, explained(), created_unix_s=1.0)
    document = json.loads(store.text(run_id, ARTIFACT)) | changes
    store.log_text(run_id, json.dumps(document), ARTIFACT)
    with pytest.raises(error):
        read_attribution(store, run_id)
    run = StoredRun(run_id, "0", "", "FINISHED", 0.0, "", {}, missing_record("none"), recorded=False)
    shown = with_results(store, run)
    assert shown.attribution is None
    assert ARTIFACT in shown.attribution_problem


def test_a_store_that_refuses_loses_no_explanation() -> None:
    """It is said."""
    store = MemoryStore(refuses=frozenset({ARTIFACT}))
    run_id = begun(store)
    with pytest.raises(StoreUnavailable):
        keep_attribution(store, run_id, explained(), created_unix_s=1.0)
    problem = problem_of_keeping_attribution(store, run_id, explained(), created_unix_s=1.0)
    assert problem is not None
    assert problem.code is StatementCode.ATTRIBUTION_NOT_STORED
    assert (
        problem_of_keeping_attribution(
            MemoryStore({run_id: store.kept[run_id]}), run_id, explained(), created_unix_s=1.0
        )
        is None
    )


def test_secrets_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of secret variables are redacted wherever they stand, as in the message of a failed replay."""
    monkeypatch.setenv("SOME_TOKEN", "a-secret-variable")
    store = MemoryStore()
    run_id = begun(store)
    table = (replace(explained().table[0], failure="ValueError: a-secret-variable"),)
    keep_attribution(store, run_id, replace(explained(), table=table), created_unix_s=1.0)
    assert "a-secret-variable" not in store.text(run_id, ARTIFACT)
