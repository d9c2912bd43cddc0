"""Replaying a run from its record to its verdict: prepare, campaign, judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.campaign import campaign
from bis._replay.executors import executor_for
from bis._replay.inputs import inputs_in_use
from bis._replay.kept_verdict import kept_verdict
from bis._replay.one_trial import LocatedTrial
from bis._replay.prepare import prepare
from bis._replay.sandboxes_said import sandboxes_said
from bis._replay.session_runs import session_run_of
from bis._replay.starts import Starts
from bis._replay.variations import exact_variations, fresh_variations
from bis._verify.program_entropy import deterministic
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.sessions.session_judgement import SessionStopping, judge_session, session_case
from bis._verify.sessions.siblings import with_selection
from bis._verify.stopping import ExactStopping, FreshStopping, Stopping
from bis._verify.tolerances import Tolerances
from bis.config import home
from bis.errors import BisError
from bis.evidence.outcomes import is_readable, keep_outcome, read_outcomes, same_metrics
from bis.model.start import Start
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Outcome, ReplayKind, Verdict
from bis.record.begun_runs import begun_run, end_begun

if TYPE_CHECKING:
    from bis._replay.planning import ReplayOptions
    from bis._replay.prepare import Prepared
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.workspace import Workspace

_RUN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Request:
    """How often, how, and with which tolerances; `consent` None means that code recorded elsewhere may run.

    With `add`, earlier replays of the same kind and with the same overrides are read back, and all are judged. With
    `up_to` these count among the `times`, so that a command that was interrupted is continued; `seen` says whether
    somebody has seen a verdict on them: tests must then be such that stay valid after that look. With
    `looks_for_siblings` a run that is the best of its siblings is judged as one that was picked for that. `trial` is
    the trial of a search that is meant, whose run is replayed. With `start` cold, each replay starts an interpreter of
    its own. With `note`, a summary goes into the note of the run.
    """

    times: int
    tolerances: Tolerances
    jobs: int = 1
    until_decided: bool = False
    keep: bool = False
    add: bool = False
    up_to: bool = False
    seen: bool = True
    start: Start = Start.WARM
    consent: Callable[[str], bool] | None = None
    looks_for_siblings: bool = False
    trial: LocatedTrial | None = None
    note: bool = False


def replay_run(
    run: StoredRun,
    options: ReplayOptions,
    request: Request,
    *,
    workspace: Workspace,
    session: OriginalSession | None = None,
) -> Verdict:
    """Replay a run and judge its session; each finished replay is stored as a child run.

    Without a session, the run is taken for all of it.

    Raises
    ------
    BisError
        It cannot be prepared, see `bis._replay.prepare.prepare`, or the executor fails, see `campaign`.
    """
    prepared = _prepared(run, options, request, workspace)
    starts = Starts(request.start)
    randomness = run.record.randomness
    fresh = prepared.plan.kind is ReplayKind.FRESH
    session = session or OriginalSession((session_run_of(run),), 0, run.record.outputs)
    request, picked = _picked(request, session, fresh=fresh)
    children = ChildRuns(workspace.store, prepared, session, request.tolerances)
    earlier = _earlier(prepared, workspace.store) if request.add or request.up_to else ()
    if request.up_to:
        request = replace(request, times=max(0, request.times - len(earlier)))
    workspace.store.expect_writing()
    with (
        inputs_in_use(prepared.inputs, home=workspace.home),
        executor_for(request.jobs, workspace.executor) as executor,
    ):
        outcomes = campaign(
            prepared,
            fresh_variations(request.times) if fresh else exact_variations(randomness, request.times),
            executor=executor,
            stopping=_stopping(prepared, request, session, len([o for o in earlier if session.can_use(o)])),
            sink=children,
            observer=workspace.observer,
            at_once=request.jobs,
            earlier=earlier,
            starts=starts,
        )
    verdict = judge_session(
        session,
        (*earlier, *outcomes),
        request.tolerances,
        run_id=run.run_id,
        original_root=randomness.root,
        original_deterministic=deterministic(randomness),
        original_trace=randomness.trace,
        # A user who adds replays has seen the verdict on the earlier ones: the tests must stay valid after that look.
        sequential=fresh and (request.until_decided or (bool(earlier) and request.seen)),
    )
    plan = prepared.plan
    lacking = (statement(StatementCode.FACET_LACKING, facet=m.what, consequence=m.consequence) for m in plan.missing)
    verdict = replace(
        verdict,
        deviations=tuple(dict.fromkeys((*plan.deviations, *verdict.deviations))),
        statements=(
            *verdict.statements,
            *_found(request.trial, picked, prepared.plan.kind),
            *starts.said,
            *sandboxes_said(outcomes),
            *lacking,
            *children.problems,
        ),
    )
    return kept_verdict(verdict, run, store=workspace.store, plan=plan, note=request.note)


def _prepared(run: StoredRun, options: ReplayOptions, request: Request, workspace: Workspace) -> Prepared:
    prepared = prepare(run, options, workspace=workspace, consent=request.consent)
    prepared = replace(prepared, keep=request.keep, start=request.start)
    return request.trial.taken_by(prepared) if request.trial else prepared


def _picked(request: Request, session: OriginalSession, *, fresh: bool) -> tuple[Request, Statement | None]:
    """The request for a run that is the best of its siblings, with a statement that says so."""
    if not fresh or not request.looks_for_siblings:
        return request, None
    tolerances, picked = with_selection(session, request.tolerances)
    return replace(request, tolerances=tolerances), picked


def _found(trial: LocatedTrial | None, picked: Statement | None, kind: ReplayKind) -> tuple[Statement, ...]:
    """What was found out on the run before it was judged."""
    return (*((trial.said(kind),) if trial else ()), *((picked,) if picked else ()))


class ChildRuns:
    """A sink that stores each outcome as a child run; `problems` says of which that failed, and why (once).

    Such runs that were begun in the store by processes that are no more are ended first.
    """

    def __init__(
        self, store: EvidenceStore, prepared: Prepared, session: OriginalSession, tolerances: Tolerances
    ) -> None:
        self._store = store
        self._prepared = prepared
        self._session = session
        self._tolerances = tolerances
        self._failed: dict[str, list[tuple[int, str]]] = {}
        with suppress(BisError):  # a store that does not answer is told of where it matters
            end_begun(home(), store, Path.cwd())

    def __call__(self, outcome: Outcome) -> Outcome:
        """Store it; returns it with the id of its run, and with what the counterpart of the replayed run logged."""
        outcome = self._session.with_counterpart(outcome, self._tolerances)
        try:
            same = self._same_metrics(outcome)
            with begun_run(home(), self._store.tracking_uri) as number:
                prepared = self._prepared
                run_id = keep_outcome(self._store, prepared.run, prepared.plan, outcome, same=same, begun=number)
        except BisError as error:
            reason = _RUN_ID.sub("", error.message)  # each child run has an id of its own
            self._failed.setdefault(reason, []).append((outcome.index + 1, error.message))
            return outcome
        return replace(outcome, run_id=run_id)

    def _same_metrics(self, outcome: Outcome) -> str:
        pairing = self._session.pairing(outcome, self._tolerances)
        replayed = self._session.combined(outcome, pairing, number_of_runs=False).outputs
        return same_metrics(self._session.original_outputs(()), replayed)

    @property
    def problems(self) -> tuple[Statement, ...]:
        """A statement for each reason for which replays could not be stored."""
        found = []
        for failed in self._failed.values():
            number, message = failed[0]
            if len(failed) == 1:
                found.append(statement(StatementCode.REPLAY_NOT_STORED, replay=number, message=message))
            else:
                numbers = tuple(n for n, _ in failed)
                found.append(statement(StatementCode.REPLAYS_NOT_STORED, replays=numbers, message=message))
        return tuple(found)


def _earlier(prepared: Prepared, store: EvidenceStore) -> tuple[Outcome, ...]:
    plan = prepared.plan
    found = read_outcomes(store, prepared.run.run_id, kind=plan.kind, overrides=plan.overrides)
    return tuple(outcome for outcome in found if is_readable(outcome))


def _stopping(prepared: Prepared, request: Request, session: OriginalSession, earlier: int) -> Stopping | None:
    if not request.until_decided:
        return None
    randomness = prepared.run.record.randomness
    case = session_case(session, request.tolerances, randomness.trace)
    rule: Stopping
    if prepared.plan.kind is ReplayKind.EXACT:
        rule = ExactStopping(case, earlier + request.times)
    else:
        rule = FreshStopping(case, randomness.root, earlier + request.times)
    return SessionStopping(rule, session, request.tolerances)
