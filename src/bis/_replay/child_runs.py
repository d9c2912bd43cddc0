"""The result of a replay goes back to MLflow: a child run of the run that was replayed, and nothing else."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.errors import BisError
from bis.evidence.redaction import Redactor, secrets_of
from bis.evidence.store import PARENT, EvidenceStore, StoredRun
from bis.model.jsonable import to_json

if TYPE_CHECKING:
    from bis.model.plan import Plan
    from bis.model.verdict import Outcome

ARTIFACT = "bis/replay.json"


def keep_outcome(store: EvidenceStore, stored: StoredRun, plan: Plan, outcome: Outcome) -> str:
    """Store one outcome as a child run, whole or not at all; returns its run id.

    Raises
    ------
    StoreUnavailable
        MLflow does not answer.
    """
    outputs = outcome.outputs
    tags = {
        PARENT: stored.run_id,
        "bis.version": __version__,
        "bis.mode": "replay",
        "bis.replay.of": stored.run_id,
        "bis.replay.kind": outcome.kind.value,
        "bis.replay.index": str(outcome.index),
    }
    if outcome.failure is not None:
        tags["bis.failure"] = outcome.failure.message[:500]
    name = f"replay {outcome.index + 1} ({outcome.kind.value}) of {stored.name or stored.run_id[:8]}"
    run_id = store.create(
        "", name, tags, started_unix_s=time.time() - outcome.duration_s, experiment_id=stored.experiment_id
    )
    try:
        # A secret that the record lacks comes in by --set, and goes no further.
        redactor = Redactor({**os.environ, **secrets_of({}, plan.argv), **plan.overrides})
        params = {k: redactor.text(v, place="overrides") for k, v in plan.overrides.items()}
        store.log(run_id, outputs.metrics if outputs is not None else (), params)
        document = {"format": "bis.replay", "version": 1, "outcome": to_json(outcome), "plan": to_json(plan)}
        text = json.dumps(document, ensure_ascii=False, indent=1)
        store.log_text(run_id, redactor.text(text, place="replay", assignments=False), ARTIFACT)
        store.end(run_id, "FAILED" if outcome.failure is not None else "FINISHED", time.time())
    except BaseException:
        with suppress(BisError):  # what went wrong first is what is told
            store.delete(run_id)
        raise
    return run_id
