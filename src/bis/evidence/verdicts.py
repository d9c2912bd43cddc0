"""The latest verdict on a run, kept with the run: searchable tags, and the whole of it as an artifact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.errors import EvidenceError
from bis.evidence.attributions import read_attribution
from bis.evidence.kept_bisections import read_bisection
from bis.evidence.kept_results import KeptResult
from bis.evidence.outcomes import redactor_of_plan, replays_of, without_contents
from bis.model.stored_runs import StoredVerdict

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter
    from bis.evidence.store import StoredRun
    from bis.model.plan import Plan
    from bis.model.verdict import Verdict

ARTIFACT = "bis/verdict.json"
FORMAT = "bis.stored-verdict"
VERSION = 1
KEPT = KeptResult(ARTIFACT, FORMAT, VERSION, "verdict", "bis.verdict")


def keep_verdict(
    store: EvidenceWriter, run_id: str, verdict: Verdict, *, created_unix_s: float, plan: Plan | None = None
) -> StoredVerdict:
    """Store a verdict with the run that it is about, in place of an earlier one; returns it as it was stored.

    Outputs and runs of outcomes that are child runs are left out: they are there already. Secrets of this process, and
    those of `plan` (the one by which the replays were made), are redacted.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer. What is stored is then the earlier verdict, or none.
    """
    slim = tuple(
        replace(o, outputs=None, runs=None) if o.run_id is not None else without_contents(o) for o in verdict.outcomes
    )
    text = KEPT.text(replace(verdict, outcomes=slim), redactor_of_plan(plan), created_unix_s=created_unix_s)
    store.log_text(run_id, text, ARTIFACT)
    store.tag(run_id, verdict_tags(verdict))
    return KEPT.of_text(text, StoredVerdict, where=ARTIFACT)


def verdict_tags(verdict: Verdict) -> dict[str, str]:
    """What a table of runs or models can show and search: the levels, and how many replays were made."""
    levels = {f"bis.verdict.{group.kind.value}": group.level.value for group in verdict.groups}
    return {**levels, "bis.verdict": verdict.level.value, "bis.replays": str(len(verdict.outcomes))}


def read_verdict(store: EvidenceReader, run_id: str) -> StoredVerdict | None:
    """The latest verdict on a run; None where none was stored.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    EvidenceDamaged, EvidenceTooNew
        There is a verdict, and it cannot be read.
    """
    return KEPT.read(store, run_id, StoredVerdict)


def with_results(store: EvidenceReader, stored: StoredRun) -> StoredRun:
    """A run with its latest verdict and explanation, and its replays; what cannot be read is a problem, and no error.

    Raises
    ------
    StoreUnavailable
        MLflow does not answer.
    """
    verdict, problem = None, ""
    try:
        verdict = read_verdict(store, stored.run_id)
    except EvidenceError as error:
        problem = error.message
    attribution, attribution_problem = None, ""
    try:
        attribution = read_attribution(store, stored.run_id)
    except EvidenceError as error:
        attribution_problem = error.message
    bisection, bisection_problem = None, ""
    try:
        bisection = read_bisection(store, stored.run_id)
    except EvidenceError as error:
        bisection_problem = error.message
    return replace(
        stored,
        verdict=verdict,
        verdict_problem=problem,
        replays=replays_of(store, stored.run_id),
        attribution=attribution,
        attribution_problem=attribution_problem,
        bisection=bisection,
        bisection_problem=bisection_problem,
    )
