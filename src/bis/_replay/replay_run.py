"""Replaying a run from its record to its verdict: prepare, campaign, judge."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._replay.campaign import campaign
from bis._replay.executors import executor_for
from bis._replay.inputs import inputs_in_use
from bis._replay.prepare import prepare
from bis._replay.session_runs import session_run_of
from bis._replay.variations import exact_variations, fresh_variations
from bis._verify.program_entropy import deterministic
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.sessions.session_judgement import SessionStopping, judge_session, session_case
from bis._verify.stopping import ExactStopping, FreshStopping, Stopping
from bis._verify.tolerances import Tolerances
from bis.errors import BisError
from bis.evidence.outcomes import is_readable, keep_outcome, read_outcomes, same_metrics
from bis.evidence.verdicts import problem_of_keeping
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Outcome, ReplayKind, Verdict

if TYPE_CHECKING:
    from bis._replay.planning import ReplayOptions
    from bis._replay.prepare import Prepared
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.workspace import Workspace

_RUN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Request:
    """How often, how, and with which tolerances; `consent` None means that code recorded elsewhere may run.

    With `add`, earlier replays of the same kind and with the same overrides are read back, and all are judged.
    """

    times: int
    tolerances: Tolerances
    jobs: int = 1
    until_decided: bool = False
    keep: bool = False
    add: bool = False
    consent: Callable[[str], bool] | None = None


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
    prepared = replace(prepare(run, options, workspace=workspace, consent=request.consent), keep=request.keep)
    randomness = run.record.randomness
    fresh = prepared.plan.kind is ReplayKind.FRESH
    session = session or OriginalSession((session_run_of(run),), 0, run.record.outputs)
    children = ChildRuns(workspace.store, prepared, session, request.tolerances)
    earlier = _earlier(prepared, workspace.store) if request.add else ()
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
        sequential=fresh and (request.until_decided or bool(earlier)),
    )
    plan = prepared.plan
    lacking = (statement(StatementCode.FACET_LACKING, facet=m.what, consequence=m.consequence) for m in plan.missing)
    verdict = replace(
        verdict,
        deviations=tuple(dict.fromkeys((*plan.deviations, *verdict.deviations))),
        statements=(*verdict.statements, *lacking, *children.problems),
    )
    problem = problem_of_keeping(workspace.store, run.run_id, verdict, created_unix_s=time.time(), plan=plan)
    return replace(verdict, statements=(*verdict.statements, problem)) if problem else verdict


class ChildRuns:
    """A sink that stores each outcome as a child run; `problems` says of which that failed, and why (once)."""

    def __init__(
        self, store: EvidenceStore, prepared: Prepared, session: OriginalSession, tolerances: Tolerances
    ) -> None:
        self._store = store
        self._prepared = prepared
        self._session = session
        self._tolerances = tolerances
        self._failed: dict[str, list[tuple[int, str]]] = {}

    def __call__(self, outcome: Outcome) -> Outcome:
        """Store it; returns it with the id of its run, and with what the counterpart of the replayed run logged."""
        outcome = self._session.with_counterpart(outcome, self._tolerances)
        try:
            same = self._same_metrics(outcome)
            run_id = keep_outcome(self._store, self._prepared.run, self._prepared.plan, outcome, same=same)
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
