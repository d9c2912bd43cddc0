"""Verdicts that are kept with their runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bis.errors import EvidenceDamaged, EvidenceTooNew, RunNotFound, StoreUnavailable
from bis.evidence.store import EvidenceStore, StoredRun
from bis.evidence.verdicts import ARTIFACT, keep_verdict, read_verdict, verdict_tags, with_results
from bis.model.record import missing_record
from bis.model.verdict import Deviation, Level, Verdict
from tests.doubles.memory_store import MemoryStore
from tests.unit.report.values import bitwise, statistical


def begun(store: MemoryStore | EvidenceStore) -> str:
    """A run to be judged."""
    return store.create("Default", "original", {}, started_unix_s=1.0)


def test_the_latest_verdict_counts() -> None:
    """It takes the place of the earlier one; the level of the other kind of replays stays known."""
    store = MemoryStore()
    run_id = begun(store)
    keep_verdict(store, run_id, bitwise(), created_unix_s=1.0)
    keep_verdict(store, run_id, statistical(), created_unix_s=2.0)
    found = read_verdict(store, run_id)
    assert found is not None
    assert found.verdict.level is Level.STATISTICAL
    tags = store.tags(run_id)
    assert (tags["bis.verdict"], tags["bis.verdict.exact"], tags["bis.verdict.fresh"], tags["bis.replays"]) == (
        "statistical",
        "bitwise",
        "statistical",
        "5",
    )


def test_outputs_are_stored_once() -> None:
    """What a child run has is not stored again; an outcome that no child run has is kept whole."""
    store = MemoryStore()
    run_id = begun(store)
    verdict = statistical()
    first, *others = verdict.outcomes
    given = replace(verdict, outcomes=(first, *(replace(o, run_id="c" * 32) for o in others)))
    keep_verdict(store, run_id, given, created_unix_s=1.0)
    found = read_verdict(store, run_id)
    assert found is not None
    assert found.verdict.outcomes[0] == first
    assert [(o.run_id, o.outputs) for o in found.verdict.outcomes[1:]] == [("c" * 32, None)] * 4


def not_finite() -> Verdict:
    """A verdict with figures that JSON does not have."""
    verdict = statistical()
    (group,) = verdict.groups
    (item,) = group.items
    evidence = replace(item.evidence, detectable_shift=float("inf"), p_value=None)
    return replace(verdict, groups=(replace(group, items=(replace(item, evidence=evidence),)),))


def test_figures_without_bounds_come_back() -> None:
    """The document is strict JSON all the same."""
    store = MemoryStore()
    run_id = begun(store)
    keep_verdict(store, run_id, not_finite(), created_unix_s=1.0)
    assert json.loads(store.text(run_id, ARTIFACT), parse_constant=pytest.fail)["format"] == "bis.stored-verdict"
    found = read_verdict(store, run_id)
    assert found is not None
    assert found.verdict == not_finite()


def test_secrets_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of secret variables are redacted wherever they stand."""
    monkeypatch.setenv("SOME_TOKEN", "a-secret-variable")
    store = MemoryStore()
    run_id = begun(store)
    keep_verdict(
        store,
        run_id,
        replace(bitwise(), deviations=(Deviation("argument", "", "a-secret-variable"),)),
        created_unix_s=1.0,
    )
    assert "a-secret-variable" not in store.text(run_id, ARTIFACT)


def test_a_verdict_that_cannot_be_stored_is_reported() -> None:
    """Storing raises, and no tag is left behind."""
    store = MemoryStore(refuses=frozenset({ARTIFACT}))
    run_id = begun(store)
    with pytest.raises(StoreUnavailable):
        keep_verdict(store, run_id, bitwise(), created_unix_s=1.0)
    assert store.tags(run_id) == {}


def test_what_was_stored_is_given_back() -> None:
    """As a reader finds it, without secrets."""
    store = MemoryStore()
    run_id = begun(store)
    kept = keep_verdict(store, run_id, bitwise(), created_unix_s=7.0)
    assert kept == read_verdict(store, run_id)
    assert verdict_tags(bitwise()) == {"bis.verdict": "bitwise", "bis.verdict.exact": "bitwise", "bis.replays": "0"}


def test_verdicts_that_cannot_be_read_are_errors() -> None:
    """One that is lost, damaged, or of a later bis; and a run that is not there."""
    store = MemoryStore()
    run_id = begun(store)
    keep_verdict(store, run_id, bitwise(), created_unix_s=1.0)
    text = store.kept[run_id].texts.pop(ARTIFACT)
    with pytest.raises(EvidenceDamaged, match="not there"):
        read_verdict(store, run_id)
    for changed, error in (
        (text[:50], EvidenceDamaged),
        (text.replace('"level"', '"lewel"', 1), EvidenceDamaged),
        (text.replace('"version": 1', '"version": 2', 1), EvidenceTooNew),
    ):
        store.log_text(run_id, changed, ARTIFACT)
        with pytest.raises(error):
            read_verdict(store, run_id)
    with pytest.raises(RunNotFound):
        read_verdict(store, "f" * 32)


def test_a_run_is_shown_with_its_results() -> None:
    """Its verdict and its replays, the first one first; a damaged verdict does not hide the run."""
    store = MemoryStore()
    run_id = begun(store)
    stored = StoredRun(run_id, "Default", "n", "FINISHED", 1.0, "", {}, missing_record("x"), recorded=False)
    assert with_results(store, stored) == stored
    children = [store.create("Default", "c", {"bis.replay.of": run_id}, started_unix_s=at) for at in (3.0, 2.0)]
    keep_verdict(store, run_id, bitwise(), created_unix_s=1.0)
    found = with_results(store, stored)
    assert found.verdict is not None
    assert found.verdict.verdict == bitwise()
    assert [r.run_id for r in found.replays] == children[::-1]
    store.log_text(run_id, "{", ARTIFACT)
    damaged = with_results(store, stored)
    assert (damaged.verdict, "not JSON" in damaged.verdict_problem) == (None, True)
