"""Bisecting a run: today's replay, the recorded one, the search between them, and the check in both directions."""

from __future__ import annotations

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bis._explain.bisect.bisection_search import BisectionSearch
from bis._explain.bisect.mixtures import Mixtures, without_candidates
from bis._explain.bisect.reading_journal import ReadingJournal
from bis._explain.bisect.trials import TrialBudget, Trials
from bis._explain.bisect.what_changed import KINDS, Changes, Today, what_changed
from bis._replay.executors import executor_for
from bis._replay.inputs import inputs_in_use, lock_digest
from bis._replay.planning import CURRENT
from bis._replay.prepare import prepare
from bis._replay.rebuilding import describe_rebuild, rebuild_notes
from bis._replay.session_runs import session_run_of
from bis._replay.use_locks import lock_name, using
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.tolerances import Tolerances
from bis.evidence.redaction import Redactor
from bis.model.bisection import Bisection, BisectionOutcome
from bis.model.kept_thing import KeptKind
from bis.model.progress import Note
from bis.model.verdict import ReplayKind
from bis.record.probes.machine import probe_machine
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from bis._replay.planning import ReplayOptions
    from bis._replay.prepare import Prepared
    from bis.evidence.store import StoredRun
    from bis.workspace import Workspace

_JOURNALS = "bisections"


@dataclass(frozen=True, slots=True)
class BisectRequest:
    """What decides, what may be a cause, and what may be spent; `consent` None: code recorded elsewhere may run."""

    tolerances: Tolerances
    metric: str | None = None
    only: Collection[str] = ()
    budget: TrialBudget = field(default_factory=TrialBudget)
    jobs: int = 1
    consent: Callable[[str], bool] | None = None


def look_today() -> Today:
    """What this machine has: the environment that bis runs in, and its variables."""
    return Today(
        environment=probe_environment(),
        interpreter=sys.executable,
        variables=dict(os.environ),
        machine=probe_machine(environ=os.environ),
        metadata=tuple(sys.path),
    )


def bisect_run(
    run: StoredRun,
    options: ReplayOptions,
    request: BisectRequest,
    *,
    workspace: Workspace,
    session: OriginalSession | None = None,
    today: Today | None = None,
) -> Bisection:
    """Find which of the changes between the record of a run and today makes its replay differ.

    Parameters
    ----------
    run : StoredRun
        The run, with its record.
    options : ReplayOptions
        How it is replayed; kind and environment are chosen here.
    request : BisectRequest
        What decides, and what may be spent.
    workspace : Workspace
        Where the run is, and where environments and trials are kept.
    session : OriginalSession, optional
        The runs that are judged; the run alone if not given.
    today : Today, optional
        What is here; this process and machine if not given.

    Raises
    ------
    BisError
        The run cannot be prepared, see `bis._replay.prepare.prepare`, or the executor fails.
    UsageError
        `request` names a metric that there is not.
    """
    started = time.monotonic()
    today = today or look_today()
    options = replace(options, kind=ReplayKind.VARIED, environment=CURRENT)
    prepared = prepare(run, options, workspace=workspace, consent=request.consent)
    redactor = Redactor(today.variables)
    changes = what_changed(run.record, prepared.plan, today, only=request.only, redactor=redactor)
    empty = Bisection(
        run.run_id,
        BisectionOutcome.NOTHING_CHANGED,
        changes.candidates,
        changes.not_varied,
        unrecorded=_unrecorded(run),
    )
    if not changes.candidates:
        return replace(empty, duration_s=time.monotonic() - started)
    for note in _notes(run, changes, today, workspace):
        workspace.observer.noted(note)
    prepared = _for_trials(prepared, changes, today)
    journal = workspace.home / _JOURNALS / f"{run.run_id}.jsonl"
    with (
        inputs_in_use(prepared.inputs, home=workspace.home),
        using(workspace.home, lock_name(KeptKind.BISECTION, journal.name)),
        executor_for(request.jobs, workspace.executor) as executor,
    ):
        trials = Trials(
            prepared,
            Mixtures(run.record, prepared.recorded, today, changes),
            session=session or OriginalSession((session_run_of(run),), 0, run.record.outputs),
            tolerances=request.tolerances,
            journal=ReadingJournal(journal),
            executor=executor,
            workspace=workspace,
            budget=request.budget,
            at_once=request.jobs,
        )
        search = BisectionSearch(trials, changes, metric=request.metric, error=request.tolerances.alpha)
        found = search.result(empty, observer=workspace.observer)
    spent = trials.spent
    return replace(
        found,
        environments=len(spent.environments),
        built=sum(spent.environments.values()),
        replays=spent.replays,
        kept=spent.kept,
        duration_s=time.monotonic() - started,
    )


def _for_trials(prepared: Prepared, changes: Changes, today: Today) -> Prepared:
    origin = replace(prepared.inputs.origin, interpreter=today.interpreter)
    inputs = replace(prepared.inputs, lock=lock_digest(today.environment), origin=origin)
    return replace(prepared, plan=without_candidates(prepared.plan, changes.candidates), inputs=inputs)


def _unrecorded(run: StoredRun) -> tuple[str, ...]:
    """What may differ and was not recorded: reasons of facets that are partial, and randomness out of control."""
    record = run.record
    reasons = [f"{name}: {r}" for name, facet in record.facets().items() if name != "outputs" for r in facet.reasons]
    return tuple(dict.fromkeys((*reasons, *(f"{u.what}: {u.why}" for u in record.randomness.uncontrolled))))


def _notes(run: StoredRun, changes: Changes, today: Today, workspace: Workspace) -> list[Note]:
    """What differs, how much work there is at most for one cause, and what must be fetched."""
    counts = Counter(kind for c in changes.candidates for kind, kinds in KINDS.items() if c.kind in kinds)
    notes = [Note("bisect-begins", {kind: counts[kind] for kind in KINDS})]
    packages = len(changes.of_packages)
    steps = math.ceil(math.log2(len(changes.candidates))) if len(changes.candidates) > 1 else 0
    build = math.ceil(math.log2(packages)) + 3 if packages > 1 else packages
    notes.append(Note("bisect-will-need", {"environments": build, "replays": 5 + steps + 6}))
    others = any(n.why == "not-asked" and n.change.kind in KINDS["packages"] for n in changes.not_varied)
    if not packages and not others:
        return notes
    there = describe_rebuild(run.record.environment, today.environment, cache_dir=workspace.environments)
    notes += rebuild_notes(there)
    if not packages:
        return notes
    new = describe_rebuild(today.environment, run.record.environment, cache_dir=workspace.environments)
    if new.fetch.packages:
        figures = {"packages": new.fetch.packages, "unsized": new.fetch.unsized}
        notes.append(Note("bisect-fetches-today", {**figures, "size_bytes": new.fetch.size_bytes or 0}))
    return notes
