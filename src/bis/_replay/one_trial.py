"""One trial of a search, replayed alone from the state that it began with.

A first replay of the whole program finds where the trial begins, and which run it makes; a second one runs the trial
alone from there. Where both give the same, the trial can be run alone in further replays; else they run the program.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.campaign import campaign
from bis._replay.executors import CallingThread
from bis._replay.inputs import TRIAL_SUFFIX, keep_source
from bis._replay.prepare import prepare
from bis._replay.variations import exact_variations
from bis.errors import ReplayImpossible, UsageError
from bis.instrument.search_trials import TRIAL
from bis.model.search_trial import NotAlone, SearchTrial, TrialSighting
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import ReplayKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis._replay.planning import ReplayOptions
    from bis._replay.prepare import Prepared
    from bis._replay.session_runs import Subject
    from bis._verify.sessions.original_session import OriginalSession
    from bis._verify.tolerances import Tolerances
    from bis.model.facets import Curve
    from bis.model.verdict import Outcome
    from bis.workspace import Workspace

_OPTUNA = "optuna"


@dataclass(frozen=True, slots=True)
class LocatedTrial:
    """A trial of a search: the run that it made, and what its replays begin with.

    `begun` is the digest of what there was when it began; empty where it cannot be run alone, for the reason `why`.
    """

    number: int
    run_id: str
    begun: str = ""
    why: NotAlone | None = None

    def taken_by(self, prepared: Prepared) -> Prepared:
        """The replays of its program, as those of this trial alone where that is possible."""
        if not self.begun:
            return prepared
        restores = prepared.plan.kind is ReplayKind.EXACT
        meant = SearchTrial(self.number, alone=True, restores=restores)
        return replace(prepared, inputs=replace(prepared.inputs, trial=meant, begun=self.begun))

    def said(self, kind: ReplayKind) -> Statement:
        """How it was replayed, for the verdict."""
        if self.why is not None:
            return statement(StatementCode.TRIAL_WITH_PROGRAM, trial=self.number, reason=self.why.value)
        code = StatementCode.TRIAL_ALONE if kind is ReplayKind.EXACT else StatementCode.TRIAL_ALONE_FRESH
        return statement(code, trial=self.number)


def locate_trial(
    subject: Subject,
    number: int,
    options: ReplayOptions,
    *,
    tolerances: Tolerances,
    workspace: Workspace,
    consent: Callable[[str], bool] | None = None,
) -> LocatedTrial:
    """Find a trial by its number, and whether it can be run alone.

    Without a search of Optuna's the trials are the runs that are nested in the run, in the order in which they were
    created, and are replayed with their program.

    Parameters
    ----------
    subject : Subject
        The run of the search, or another run of its program.
    number : int
        As the search counts: from 0.
    options, tolerances, workspace, consent
        As for `bis._replay.replay_run.replay_run`.

    Raises
    ------
    UsageError
        There is no such trial, or it made no run of its own.
    ReplayImpossible
        The program fails when it is replayed.
    BisError
        It cannot be prepared, see `bis._replay.prepare.prepare`.
    """
    session = replace(subject.session, alone=False)
    if not any(p.name.lower() == _OPTUNA for p in subject.run.record.environment.packages):
        return _by_order(session, number)
    prepared = prepare(subject.run, replace(options, kind=ReplayKind.EXACT), workspace=workspace, consent=consent)
    whole = _replayed(prepared, SearchTrial(number))
    found = whole.trial
    if found is None:
        return _by_order(session, number)
    run = _run_of(session, whole, found, tolerances)
    if found.together or found.studies > 1 or not found.content:
        why = NotAlone.TOGETHER if found.together else NotAlone.SEVERAL_SEARCHES
        return LocatedTrial(number, run, why=why)
    located = LocatedTrial(number, run, begun=_kept(found.content, workspace.home))
    alone = _replayed(located.taken_by(prepared), None)
    if _metrics(session, alone, run, tolerances) != _metrics(session, whole, run, tolerances):
        return LocatedTrial(number, run, why=NotAlone.OTHER_STATE)
    return located


def _replayed(prepared: Prepared, trial: SearchTrial | None) -> Outcome:
    """One exact replay."""
    if trial is not None:
        prepared = replace(prepared, inputs=replace(prepared.inputs, trial=trial))
    variations = exact_variations(prepared.run.record.randomness, 1)
    (outcome,) = campaign(prepared, variations, executor=CallingThread())
    if outcome.failure is not None and trial is not None:
        raise ReplayImpossible(
            f"the program of run {prepared.run.run_id} fails when it is replayed: {outcome.failure.message}",
            hint="`bis replay RUN_ID` without --trial says more.",
        )
    return outcome


def _run_of(session: OriginalSession, whole: Outcome, found: TrialSighting, tolerances: Tolerances) -> str:
    """The original run that the trial made, as the counterpart of the one that it made in the replay."""
    counterparts = session.pairing(whole, tolerances).counterparts
    made = [i for i, run in enumerate(whole.runs or ()) if run.identity.run_id in found.runs]
    for place, partner in enumerate(counterparts):
        if partner in made:
            return session.runs[place].identity.run_id
    raise UsageError(
        f"trial {found.number} made no run of its own",
        hint="What it logs to the run of the whole search is judged with that: leave out --trial.",
    )


def _metrics(session: OriginalSession, outcome: Outcome, run_id: str, tolerances: Tolerances) -> tuple[Curve, ...]:
    """What the counterpart of a run logged, in a replay."""
    place = next(i for i, run in enumerate(session.runs) if run.identity.run_id == run_id)
    partner = session.pairing(outcome, tolerances).counterparts[place]
    return () if partner is None else (outcome.runs or ())[partner].outputs.metrics


def _by_order(session: OriginalSession, number: int) -> LocatedTrial:
    lead = session.runs[session.lead].identity
    nested = [r.identity for r in session.runs if r.identity.parent == lead.run_id]
    nested = nested or [r.identity for r in session.runs if lead.parent and r.identity.parent == lead.parent]
    nested.sort(key=lambda identity: identity.ordinal)
    if number >= len(nested):
        there = f"its trials are 0 to {len(nested) - 1}" if nested else "no run is nested in it"
        raise UsageError(
            f"run {lead.run_id} has no trial {number}: {there}",
            hint="Name the run of the trial itself: a nested run that is named by its id is judged alone.",
        )
    return LocatedTrial(number, nested[number].run_id, why=NotAlone.NO_SEARCH)


def _kept(content: str, home: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="bis-trial-") as folder:
        path = Path(folder) / TRIAL
        path.write_text(content, encoding="utf-8")
        return keep_source(path, home=home, suffix=TRIAL_SUFFIX)
