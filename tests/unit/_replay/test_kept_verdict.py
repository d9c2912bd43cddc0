"""What becomes of a verdict: stored, with a page, tags of models, and a note if that was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._replay.kept_verdict import kept_verdict
from bis.evidence.attributions import keep_attribution
from bis.evidence.run_notes import TAG
from bis.evidence.run_pages import PAGE
from bis.evidence.store import StoredRun
from bis.evidence.verdicts import ARTIFACT
from bis.model.statement import StatementCode
from bis.model.verdict import Deviation, JudgedRun, Level
from tests.doubles.memory_store import MemoryStore
from tests.unit.report.attributions import explained
from tests.unit.report.values import bitwise, record, statistical

ALWAYS = frozenset[str]()


def begun(refuses: frozenset[str] = ALWAYS) -> tuple[MemoryStore, StoredRun]:
    """A store with a recorded run that has a model."""
    store = MemoryStore(refuses=refuses)
    run_id = store.create("Default", "n", {}, started_unix_s=0.0)
    store.kept[run_id].models["m"] = {}
    return store, StoredRun(run_id, "Default", "n", "FINISHED", 0.0, "", {}, record(), recorded=True)


def test_a_verdict_comes_with_a_page_and_tags_of_models() -> None:
    """The note is left alone."""
    store, run = begun()
    verdict = replace(statistical(), run_id=run.run_id)
    assert kept_verdict(verdict, run, store=store) == verdict
    assert "statistical" in store.text(run.run_id, PAGE)
    tags = {"bis.verdict": "statistical", "bis.verdict.fresh": "statistical", "bis.replays": "5"}
    assert store.kept[run.run_id].models["m"] == tags
    assert tags.items() <= store.tags(run.run_id).items()
    assert TAG not in store.tags(run.run_id)


def test_the_note_if_asked_for() -> None:
    """Twice changes nothing but the verdict."""
    store, run = begun()
    verdict = replace(bitwise(), run_id=run.run_id)
    for _ in range(2):
        assert kept_verdict(verdict, run, store=store, note=True) == verdict
    assert store.tags(run.run_id)[TAG].count("bis: bitwise") == 1


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (ARTIFACT, StatementCode.VERDICT_NOT_STORED),
        (PAGE, StatementCode.PAGE_NOT_STORED),
        ("models", StatementCode.MODELS_NOT_TAGGED),
    ],
)
def test_a_verdict_is_not_lost_with_its_copies(refused: str, code: StatementCode) -> None:
    """What could not be stored is said; the rest is stored."""
    store, run = begun(frozenset({refused}))
    found = kept_verdict(replace(bitwise(), run_id=run.run_id), run, store=store)
    assert [s.code for s in found.statements[1:]] == [code]
    assert ("bis.verdict" in store.tags(run.run_id)) == (refused != ARTIFACT)


def test_a_note_that_cannot_be_written_is_left() -> None:
    """And said."""
    store, run = begun()
    store.tag(run.run_id, {TAG: "<!-- bis: begin -->"})
    found = kept_verdict(replace(bitwise(), run_id=run.run_id), run, store=store, note=True)
    assert [s.code for s in found.statements[1:]] == [StatementCode.NOTE_NOT_WRITTEN]
    assert store.tags(run.run_id)[TAG] == "<!-- bis: begin -->"


def test_each_run_of_a_program_has_its_own_verdict_on_its_models() -> None:
    """A run that was not compared has none."""
    store, run = begun()
    others = [store.create("Default", name, {}, started_unix_s=1.0) for name in ("bad", "open")]
    for other in others:
        store.kept[other].models["m"] = {}
    judged = (
        JudgedRun(run.run_id, "n", "", Level.BITWISE, 3),
        JudgedRun(others[0], "bad", "", Level.DIVERGENT, 2),
        JudgedRun(others[1], "open", "", None, 0),
    )
    kept_verdict(replace(bitwise(), run_id=run.run_id, level=Level.DIVERGENT, runs=judged), run, store=store)
    models = [store.kept[run_id].models["m"] for run_id in (run.run_id, *others)]
    assert models == [
        {"bis.verdict": "bitwise", "bis.replays": "3"},
        {"bis.verdict": "divergent", "bis.replays": "2"},
        {},
    ]


def test_secrets_are_not_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of secret variables are redacted, also where the page escapes them."""
    secret = "a<secret>&'variable"
    monkeypatch.setenv("SOME_TOKEN", secret)
    store, run = begun()
    verdict = replace(bitwise(), run_id=run.run_id, deviations=(Deviation("argument", "", secret),))
    kept_verdict(verdict, run, store=store)
    page = store.text(run.run_id, PAGE)
    assert "secret&gt;" not in page
    assert "redacted" in page


def test_the_page_has_the_explanation_that_there_is() -> None:
    """One that cannot be read is said, and does not lose the page."""
    store, run = begun()
    keep_attribution(store, run.run_id, explained(), created_unix_s=1.0)
    tagged = replace(run, tags=store.tags(run.run_id))
    kept_verdict(replace(bitwise(), run_id=run.run_id), tagged, store=store)
    assert "split explains 57 %" in store.text(run.run_id, PAGE)
    store.log_text(run.run_id, "{", "bis/attribution.json")
    kept_verdict(replace(bitwise(), run_id=run.run_id), tagged, store=store)
    assert "is not JSON" in store.text(run.run_id, PAGE)
