"""The latest explanation of a run, kept with the run: searchable tags, and the whole of it as an artifact."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.kept_results import KeptResult
from bis.evidence.redaction import Redactor
from bis.model.attribution import VERSION, Attribution, TargetShares
from bis.model.statement import Statement, StatementCode, statement
from bis.model.stored_runs import StoredAttribution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter

ARTIFACT = "bis/attribution.json"
PAGE = "bis/attribution.html"
PICTURE = "bis/attribution.svg"
STORED_FORMAT = "bis.stored-attribution"
_MOST_TAG = 500
KEPT = KeptResult(ARTIFACT, STORED_FORMAT, VERSION, "attribution", "bis.explained")


def keep_attribution(
    store: EvidenceWriter,
    run_id: str,
    attribution: Attribution,
    *,
    created_unix_s: float,
    shown: Mapping[str, str] | None = None,
) -> None:
    """Store an explanation with the run that it is about, in place of an earlier one.

    Parameters
    ----------
    store : EvidenceWriter
        Where the run is.
    run_id : str
        The run.
    attribution : Attribution
        What was found.
    created_unix_s : float
        When.
    shown : mapping of str to str, optional
        Further artifacts, by path: the page and the picture of it.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    """
    redactor = Redactor(dict(os.environ))
    store.log_text(run_id, KEPT.text(attribution, redactor, created_unix_s=created_unix_s), ARTIFACT)
    for path, content in (shown or {}).items():
        store.log_text(run_id, redactor.text(content, place="attribution", assignments=False), path)
    store.tag(run_id, _tags(attribution))


def problem_of_keeping_attribution(
    store: EvidenceWriter,
    run_id: str,
    attribution: Attribution,
    *,
    created_unix_s: float,
    shown: Mapping[str, str] | None = None,
) -> Statement | None:
    """Store an explanation like `keep_attribution`; says so where that failed: it is not lost with its copy."""
    try:
        keep_attribution(store, run_id, attribution, created_unix_s=created_unix_s, shown=shown)
    except BisError as error:
        return statement(StatementCode.ATTRIBUTION_NOT_STORED, message=error.message)
    return None


def read_attribution(store: EvidenceReader, run_id: str) -> StoredAttribution | None:
    """The latest explanation of a run; None where none was stored.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    EvidenceDamaged, EvidenceTooNew
        There is one, and it cannot be read.
    """
    return KEPT.read(store, run_id, StoredAttribution)


def _tags(attribution: Attribution) -> dict[str, str]:
    """What MLflow's table can show and search: of which target, and the share of each cause, the largest first."""
    first = next((t for t in attribution.targets if t.problem is None), None)
    if first is None:
        return {"bis.explained": "no shares", "bis.explained.shares": ""}
    return {"bis.explained": first.name[:_MOST_TAG], "bis.explained.shares": _shares(first)[:_MOST_TAG]}


def _shares(target: TargetShares) -> str:
    listed = sorted(target.shares, key=lambda s: -s.shapley.value)
    return ", ".join(f"{s.cause} {min(1.0, max(0.0, s.shapley.value)):.2f}" for s in listed)
