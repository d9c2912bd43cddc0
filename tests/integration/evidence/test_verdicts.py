"""Verdicts that are kept with their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis import __version__
from bis.evidence.store import EvidenceStore
from bis.evidence.verdicts import keep_verdict, read_verdict
from tests.unit.report.values import statistical

if TYPE_CHECKING:
    from tests.doubles.memory_store import MemoryStore


def begun(store: MemoryStore | EvidenceStore) -> str:
    """A run to be judged."""
    return store.create("Default", "original", {}, started_unix_s=1.0)


def test_a_verdict_is_read_back(store_uri: str) -> None:
    """From a real store, with its figures; small facts are tags that MLflow's table filters by."""
    store = EvidenceStore(store_uri)
    run_id = begun(store)
    assert read_verdict(store, run_id) is None
    keep_verdict(store, run_id, statistical(), created_unix_s=12.5)
    found = read_verdict(store, run_id)
    assert found is not None
    assert (found.verdict, found.created_unix_s, found.bis_version) == (statistical(), 12.5, __version__)
    tags = {k: v for k, v in store.tags(run_id).items() if k.startswith("bis.")}
    assert tags == {"bis.verdict": "statistical", "bis.verdict.fresh": "statistical", "bis.replays": "5"}
    by_tag = store._client.search_runs(["0"], "tags.`bis.verdict` = 'statistical'")
    assert [r.info.run_id for r in by_tag] == [run_id]
