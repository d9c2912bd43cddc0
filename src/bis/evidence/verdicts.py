"""The latest verdict on a run, kept with the run: searchable tags, and the whole of it as an artifact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.errors import BisError, EvidenceDamaged, EvidenceError
from bis.evidence.documents import document_text, parse_document
from bis.evidence.outcomes import redactor_of_plan, replays_of, without_contents
from bis.model.jsonable import from_json, strict_json, to_json
from bis.model.statement import Statement, StatementCode, statement
from bis.model.stored_runs import StoredVerdict

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter
    from bis.evidence.store import StoredRun
    from bis.model.plan import Plan
    from bis.model.verdict import Verdict

ARTIFACT = "bis/verdict.json"
FORMAT = "bis.stored-verdict"
VERSION = 1


def keep_verdict(
    store: EvidenceWriter, run_id: str, verdict: Verdict, *, created_unix_s: float, plan: Plan | None = None
) -> None:
    """Store a verdict with the run that it is about, in place of an earlier one.

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
    document = {
        "format": FORMAT,
        "version": VERSION,
        "bis_version": __version__,
        "created_unix_s": created_unix_s,
        "verdict": strict_json(to_json(replace(verdict, outcomes=slim))),
    }
    text = redactor_of_plan(plan).text(document_text(document), place="verdict", assignments=False)
    store.log_text(run_id, text, ARTIFACT)
    levels = {f"bis.verdict.{group.kind.value}": group.level.value for group in verdict.groups}
    store.tag(run_id, {**levels, "bis.verdict": verdict.level.value, "bis.replays": str(len(verdict.outcomes))})


def problem_of_keeping(
    store: EvidenceWriter, run_id: str, verdict: Verdict, *, created_unix_s: float, plan: Plan | None = None
) -> Statement | None:
    """Store a verdict like `keep_verdict`; says so where that failed: a verdict is not lost with its copy."""
    try:
        keep_verdict(store, run_id, verdict, created_unix_s=created_unix_s, plan=plan)
    except BisError as error:
        return statement(StatementCode.VERDICT_NOT_STORED, message=error.message)
    return None


def read_verdict(store: EvidenceReader, run_id: str) -> StoredVerdict | None:
    """The latest verdict on a run; None where none was stored.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    EvidenceDamaged, EvidenceTooNew
        There is a verdict, and it cannot be read.
    """
    if "bis.verdict" not in store.tags(run_id):
        return None
    where = f"{ARTIFACT} of run {run_id}"
    document = parse_document(store.text(run_id, ARTIFACT), kind=FORMAT, version=VERSION, where=where)
    try:
        return from_json(StoredVerdict, document)
    except ValueError as error:
        raise EvidenceDamaged(f"{where}: {error}") from error


def with_results(store: EvidenceReader, stored: StoredRun) -> StoredRun:
    """A run with its latest verdict and its replays; a verdict that cannot be read is a problem, and no error.

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
    return replace(stored, verdict=verdict, verdict_problem=problem, replays=replays_of(store, stored.run_id))
