"""A replay in an environment of then, beside today's run and beside what was published then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._explain.environment.package_resolution import of_requirements
from bis._replay.campaign import campaign
from bis._replay.executors import CallingThread
from bis._replay.inputs import inputs_in_use, varied_environment
from bis._replay.planning import CURRENT, ReplayOptions
from bis._replay.prepare import prepare
from bis._study.run_summary import curves_of
from bis._verify.program_entropy import deterministic
from bis._verify.published.table_comparison import compare_table
from bis._verify.sessions.session_judgement import judge_session
from bis._verify.tolerances import Tolerances
from bis.evidence.outcomes import keep_outcome
from bis.model.facets import EntryKind
from bis.model.start import Start
from bis.model.study_result import EarlierReplay, PublishedComparison, ReplayedCurves
from bis.model.verdict import ReplayKind
from bis.record.begun_runs import begun_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._replay.session_runs import Subject
    from bis._verify.published.published_table import PublishedTable
    from bis.model.record import Record
    from bis.model.study import EarlierEnvironment, PublishedTableAsked
    from bis.model.verdict import Outcome, Verdict
    from bis.workspace import Workspace

_KERNEL = "ipykernel"  # what runs the cells of a notebook
# Old packages may wait for what is no longer there: so many times as long as the run lasted, and at least so long.
_TIMES_AS_LONG = 10
_LEAST_LIMIT_S = 600.0


def replay_of_then(
    subject: Subject,
    asked: EarlierEnvironment,
    tables: Sequence[tuple[PublishedTableAsked, PublishedTable]],
    *,
    workspace: Workspace,
) -> EarlierReplay:
    """Replay a run with the recorded randomness in an environment of then, which is built first.

    Raises
    ------
    EnvironmentBuildError, WrongPython
        The environment cannot be resolved or built.
    BisError
        The run cannot be replayed.
    """
    run = subject.run
    recorded = run.record.environment
    wanted = [*asked.requirements, *([_KERNEL] if run.record.code.kind is EntryKind.NOTEBOOK else [])]
    found = of_requirements(wanted, asked.as_of, python=asked.python or recorded.python)
    built = varied_environment(found.environment, None, home=workspace.home, observer=workspace.observer)
    limit_s = workspace.settings.replay_timeout_s or _limit_s(run.record)
    options = ReplayOptions(ReplayKind.VARIED, environment=CURRENT, timeout_s=limit_s)
    prepared = prepare(run, options, workspace=workspace)
    prepared = replace(prepared, start=Start.COLD)
    variation = replace(prepared.recorded, environment=found.environment)
    with inputs_in_use(prepared.inputs, home=workspace.home):
        (made,) = campaign(prepared, [variation], executor=CallingThread(), observer=workspace.observer)
    tolerances = Tolerances.from_settings(workspace.settings)
    outcome = subject.session.with_counterpart(made, tolerances)
    with begun_run(workspace.home, workspace.store.tracking_uri) as number:
        run_id = keep_outcome(workspace.store, run, prepared.plan, outcome, begun=number)
    return EarlierReplay(
        as_of=asked.as_of,
        asked=asked.requirements,
        python=found.environment.python,
        wanted_python=asked.python,
        packages={p.name: p.version for p in found.environment.packages},
        deviations=(*found.deviations, *built.deviations),
        curves=replace(curves_of(outcome), run_id=run_id) if outcome.outputs else ReplayedCurves(run_id),
        against_today=_against_today(subject, outcome, tolerances),
        published=_published(outcome, tables, workspace.settings.alpha, run_id),
    )


def _limit_s(record: Record) -> float:
    lasted = (record.ended_unix_s or record.started_unix_s) - record.started_unix_s
    return max(_LEAST_LIMIT_S, _TIMES_AS_LONG * lasted)


def _against_today(subject: Subject, outcome: Outcome, tolerances: Tolerances) -> Verdict:
    """The replay judged as one with the recorded randomness, which it is: all that differs is what it ran with."""
    randomness = subject.run.record.randomness
    verdict = judge_session(
        subject.session,
        (replace(outcome, kind=ReplayKind.EXACT),),
        tolerances,
        run_id=subject.run.run_id,
        original_root=randomness.root,
        original_deterministic=deterministic(randomness),
        original_trace=randomness.trace,
    )
    return replace(verdict, outcomes=tuple(replace(o, outputs=None, runs=None) for o in verdict.outcomes))


def _published(
    outcome: Outcome, tables: Sequence[tuple[PublishedTableAsked, PublishedTable]], alpha: float, run_id: str
) -> tuple[PublishedComparison, ...]:
    """Published tables beside it; those of several runs have nothing to say of one replay."""
    if outcome.outputs is None:
        return ()
    names = {curve.name for curve in outcome.outputs.metrics}
    return tuple(
        PublishedComparison(
            asked.table,
            compare_table(table, outcome.outputs, names=asked.names, alpha=alpha, run_id=run_id),
            asked.title,
        )
        for asked, table in tables
        if table.runs == 1 and {asked.names.get(column, column) for column in table.columns} <= names
    )
