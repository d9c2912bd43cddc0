"""The latest bisection of a run, kept with the run: searchable tags, and the whole of it as an artifact."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis.evidence.kept_results import KeptResult
from bis.evidence.redaction import Redactor
from bis.model.bisection import VERSION, Bisection
from bis.model.stored_runs import StoredBisection

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter

ARTIFACT = "bis/bisection.json"
STORED_FORMAT = "bis.stored-bisection"
_TAG, _CAUSES_TAG = "bis.bisected", "bis.bisected.causes"
_MOST_TAG = 500
KEPT = KeptResult(ARTIFACT, STORED_FORMAT, VERSION, "bisection", _TAG)


def keep_bisection(store: EvidenceWriter, run_id: str, bisection: Bisection, *, created_unix_s: float) -> None:
    """Store a bisection with the run that it is about, in place of an earlier one.

    Parameters
    ----------
    store : EvidenceWriter
        Where the run is.
    run_id : str
        The run.
    bisection : Bisection
        What was found.
    created_unix_s : float
        When.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    """
    store.log_text(run_id, KEPT.text(bisection, Redactor(dict(os.environ)), created_unix_s=created_unix_s), ARTIFACT)
    names = [" with ".join(change.name for change in cause.changes) for cause in bisection.causes]
    store.tag(run_id, {_TAG: bisection.outcome.value, _CAUSES_TAG: ", ".join(names)[:_MOST_TAG]})


def read_bisection(store: EvidenceReader, run_id: str) -> StoredBisection | None:
    """The latest bisection of a run; None where none was stored.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    EvidenceDamaged, EvidenceTooNew
        There is one, and it cannot be read.
    """
    return KEPT.read(store, run_id, StoredBisection)
