"""Outcomes of replays: each is kept as a child run of the run that was replayed, and read back from there."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.errors import BisError, EvidenceDamaged
from bis.evidence.deferred_signals import deferred_signals
from bis.evidence.documents import document_text, parse_document
from bis.evidence.redaction import Redactor, secrets_of
from bis.evidence.store import PARENT
from bis.evidence.written_contents import keep_contents, with_contents
from bis.model.facets import Failure
from bis.model.jsonable import from_json, strict_json, to_json
from bis.model.stored_runs import RunFilter, RunSummary
from bis.model.verdict import Outcome, ReplayKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter
    from bis.evidence.store import StoredRun
    from bis.model.facets import Outputs
    from bis.model.plan import Plan

ARTIFACT = "bis/replay.json"
FORMAT = "bis.replay"
VERSION = 1
BEGUN = "bis.begun"  # a number by which a run is found again whose maker was killed, see `bis.record.begun_runs`
UNREADABLE = "evidence"  # the stage of a failure that is not the program's: what was kept of a replay cannot be read


def keep_outcome(
    store: EvidenceWriter,
    stored: StoredRun,
    plan: Plan,
    outcome: Outcome,
    *,
    same: str | None = None,
    begun: str = "",
) -> str:
    """Store one outcome as a child run, whole or not at all; returns its run id.

    `same` says how many metrics are the same, where those of several runs were compared (see `same_metrics`); `begun`
    is the number under which the run was noted.

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
        "bis.replay.same_metrics": same or same_metrics(stored.record.outputs, outputs),
    }
    if begun:
        tags[BEGUN] = begun
    if outcome.failure is not None:
        tags["bis.failure"] = outcome.failure.message[:500]
    name = f"replay {outcome.index + 1} ({outcome.kind.value}) of {stored.name or stored.run_id[:8]}"
    now = time.time()
    run_id = ""
    try:
        with deferred_signals():  # a run that nobody knows of would stay RUNNING
            run_id = store.create(
                "", name, tags, started_unix_s=now - outcome.duration_s, experiment_id=stored.experiment_id
            )
        redactor = redactor_of_plan(plan)
        params = {k: redactor.text(v, place="overrides") for k, v in plan.overrides.items()}
        store.log(run_id, outputs.metrics if outputs is not None else (), params)
        document = {
            "format": FORMAT,
            "version": VERSION,
            "bis_version": __version__,
            "created_unix_s": now,
            "outcome": strict_json(to_json(without_contents(outcome))),
            "plan": strict_json(to_json(plan)),
            "contents": len(outputs.contents) if outputs is not None else 0,
        }
        text = redactor.text(document_text(document), place="replay", assignments=False)
        store.log_text(run_id, text, ARTIFACT)
        keep_contents(store, run_id, outputs)
        store.end(run_id, "FAILED" if outcome.failure is not None else "FINISHED", time.time())
    except BaseException:
        if run_id:
            with deferred_signals(), suppress(BisError):  # the first error is the one that is reported
                store.delete(run_id)
        raise
    return run_id


def redactor_of_plan(plan: Plan | None) -> Redactor:
    """Redacts secrets of this process; and of a plan: one that the record lacks may have come with an override."""
    if plan is None:
        return Redactor(dict(os.environ))
    return Redactor({**os.environ, **secrets_of({}, plan.argv), **plan.overrides})


def same_metrics(original: Outputs, replayed: Outputs | None) -> str:
    """How many metrics of the original have the same bits at the same steps in a replay: ``3/4``."""
    curves = {c.name: c for c in replayed.metrics} if replayed is not None else {}
    return f"{sum(curves.get(c.name) == c for c in original.metrics)}/{len(original.metrics)}"


def read_outcomes(
    store: EvidenceReader,
    run_id: str,
    *,
    kind: ReplayKind | None = None,
    overrides: Mapping[str, str] | None = None,
) -> tuple[Outcome, ...]:
    """The outcomes of all stored replays of a run, in the order in which they were made.

    Parameters
    ----------
    store : EvidenceReader
        Where the run is.
    run_id : str
        The run that was replayed.
    kind : ReplayKind, optional
        Only replays of this kind.
    overrides : mapping, optional
        Only replays with these arguments and parameters in place of the recorded ones; empty for replays that changed
        none. Secret values were not kept, so that replays which had such an override are never among them.

    Returns
    -------
    tuple of Outcome
        With `run_id` set. What cannot be read back of a child run is an outcome too: without outputs, and with the
        reason as its failure (`is_readable` is false for it). It says nothing about the program.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or the store does not answer.
    """
    outcomes = []
    for child in replays_of(store, run_id, kind=kind):
        try:
            outcome, changed = _read(store, child)
            if overrides is None or changed == dict(overrides):
                outcomes.append(outcome)
        except BisError as error:
            outcomes.append(_unreadable(child, error))
    return tuple(outcomes)


def replays_of(store: EvidenceReader, run_id: str, *, kind: ReplayKind | None = None) -> tuple[RunSummary, ...]:
    """The child runs that replay a run, the first one first."""
    tags = {} if kind is None else {"bis.replay.kind": kind.value}
    found = store.runs(RunFilter(replay_of=run_id, tags=tags))
    return tuple(sorted(found, key=lambda r: (r.started_unix_s, _index(r), r.run_id)))


def is_readable(outcome: Outcome) -> bool:
    """Whether an outcome is what a replay gave, and not the reason why that cannot be read back."""
    return outcome.failure is None or outcome.failure.stage != UNREADABLE


def _read(store: EvidenceReader, child: RunSummary) -> tuple[Outcome, dict[str, str]]:
    """The outcome of a child run, and the overrides of its plan."""
    where = f"{ARTIFACT} of run {child.run_id}"
    document = parse_document(store.text(child.run_id, ARTIFACT), kind=FORMAT, version=VERSION, where=where)
    given = document.get("outcome")
    if not isinstance(given, dict):
        raise EvidenceDamaged(f"{where} has no outcome")
    try:
        plan = document.get("plan")
        overrides = plan.get("overrides") if isinstance(plan, dict) else None
        outcome = from_json(Outcome, {**given, "run_id": child.run_id})
        changed = from_json(dict[str, str], overrides or {})
    except ValueError as error:
        raise EvidenceDamaged(f"{where}: {error}") from error
    if outcome.outputs is None:
        return outcome, changed
    kept = bool(document.get("contents"))
    return replace(outcome, outputs=with_contents(store, child.run_id, outcome.outputs, kept=kept)), changed


def without_contents(outcome: Outcome) -> Outcome:
    """An outcome as it is written down: what stands in its files is kept apart."""
    outcome = replace(outcome, preload=None)
    return outcome if outcome.outputs is None else replace(outcome, outputs=replace(outcome.outputs, contents=()))


def _unreadable(child: RunSummary, error: BisError) -> Outcome:
    kind = child.tags.get("bis.replay.kind", "")
    return Outcome(
        index=_index(child),
        kind=ReplayKind(kind) if kind in {k.value for k in ReplayKind} else ReplayKind.EXACT,
        root=None,
        outputs=None,
        failure=Failure(UNREADABLE, error.message),
        run_id=child.run_id,
    )


def _index(child: RunSummary) -> int:
    text = child.tags.get("bis.replay.index", "")
    return int(text) if text.isdecimal() else 0
