"""What becomes of a verdict: it is stored with its run, with a page, tags of the run's models and, if asked, a note."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bis.errors import BisError, EvidenceError
from bis.evidence.attributions import read_attribution
from bis.evidence.run_notes import write_note
from bis.evidence.run_pages import keep_page, page_values, source_lines
from bis.evidence.verdicts import keep_verdict, verdict_tags
from bis.model.statement import Statement, StatementCode, statement
from bis.report.html.run_page import run_page
from bis.report.markdown.note_markdown import note_markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bis.evidence.evidence_access import EvidenceWriter
    from bis.evidence.store import StoredRun
    from bis.model.plan import Plan
    from bis.model.stored_runs import StoredVerdict
    from bis.model.verdict import Outcome, Verdict

_MOST_RUNS = 100  # of one program whose models are looked for


def kept_verdict(
    verdict: Verdict, run: StoredRun, *, store: EvidenceWriter, plan: Plan | None = None, note: bool = False
) -> Verdict:
    """Store a verdict; returns it with a statement about each part that could not be stored: a verdict is not lost.

    Parameters
    ----------
    verdict : Verdict
        With its outcomes, and their outputs.
    run : StoredRun
        The run that it is stored with.
    store : EvidenceWriter
        Where that is.
    plan : Plan, optional
        By which the replays were made: secrets in it are redacted.
    note : bool
        Whether a summary goes into the note of the run.
    """
    try:
        stored = keep_verdict(store, run.run_id, verdict, created_unix_s=time.time(), plan=plan)
    except BisError as error:
        return _with(verdict, [statement(StatementCode.VERDICT_NOT_STORED, message=error.message)])
    problems = [
        _tried(StatementCode.PAGE_NOT_STORED, lambda: _keep_page(run, stored, verdict.outcomes, store, plan)),
        _tried(StatementCode.MODELS_NOT_TAGGED, lambda: _tag_models(verdict, store)),
    ]
    if note:
        problems.append(
            _tried(StatementCode.NOTE_NOT_WRITTEN, lambda: write_note(store, run.run_id, note_markdown(stored)))
        )
    return _with(verdict, [problem for problem in problems if problem is not None])


def _with(verdict: Verdict, said: Sequence[Statement]) -> Verdict:
    return replace(verdict, statements=(*verdict.statements, *said)) if said else verdict


def _tried(code: StatementCode, act: Callable[[], None]) -> Statement | None:
    try:
        act()
    except BisError as error:
        return statement(code, message=error.message)
    return None


def _keep_page(
    run: StoredRun, stored: StoredVerdict, outcomes: Sequence[Outcome], store: EvidenceWriter, plan: Plan | None
) -> None:
    """Make the page from the verdict as it was stored, without secrets, and the outputs that this process still has."""
    problem, attribution = "", None
    if "bis.explained" in run.tags:
        try:
            attribution = read_attribution(store, run.run_id)
        except EvidenceError as error:
            problem = error.message
    shown = replace(run, verdict=stored, attribution=attribution, attribution_problem=problem)
    explained = None if attribution is None else attribution.attribution
    lines = source_lines(store, run.run_id, run.record, explained)
    keep_page(store, run.run_id, run_page(page_values(shown, outcomes, lines)), plan=plan)


def _tag_models(verdict: Verdict, store: EvidenceWriter) -> None:
    """Models have the verdict on the run that logged them."""
    if not verdict.runs:
        store.tag_models(verdict.run_id, verdict_tags(verdict))
    for run in verdict.runs[:_MOST_RUNS]:
        if run.level is not None:
            store.tag_models(run.run_id, {"bis.verdict": run.level.value, "bis.replays": str(run.replays)})
