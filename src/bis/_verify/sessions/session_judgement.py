"""The verdict on a session: all its runs, each against its counterparts in the replays, and the program as a whole.

The runs are judged as one original whose metrics, models and artifacts bear the name of their run. So the overall level
is the weakest of all runs, and one correction covers the tests on the metrics of all runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.case import Case
from bis._verify.ending import of_kind
from bis._verify.judgement import judge
from bis._verify.scoped_names import plain, scope, scoped
from bis._verify.sessions.original_session import RUNS, OriginalSession
from bis.model.statement import Figure, Statement, StatementCode, statement
from bis.model.verdict import Group, Item, ItemKind, JudgedRun, Level, Outcome, ReplayKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bis._verify.sessions.run_pairing import RunPairing
    from bis._verify.stopping import Stopping
    from bis._verify.tolerances import Tolerances

_SHORT_ID = 8


def session_case(session: OriginalSession, settings: Tolerances, trace: Mapping[str, str]) -> Case:
    """The case of a session whose replays create as many runs as it did."""
    return Case(session.original_outputs(()), _of_the_session(session, settings), trace=trace)


class SessionStopping:
    """A stopping rule for the replays of a session: `rule` sees them as replays of one run with all metrics."""

    def __init__(self, rule: Stopping, session: OriginalSession, settings: Tolerances) -> None:
        self._rule = rule
        self._session = session
        self._settings = settings
        self._combined: list[tuple[Outcome, Outcome]] = []  # each replay, and what the rule sees of it

    def next(self, outcomes_so_far: Sequence[Outcome]) -> bool:
        """Whether to go on."""
        return self._rule.next(self._seen(outcomes_so_far))

    def needed(self, outcomes_so_far: Sequence[Outcome]) -> int:
        """The number of further replays that decides at the latest; 0 once it is decided."""
        return self._rule.needed(self._seen(outcomes_so_far))

    def _seen(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        return [self._seen_of(outcome) for outcome in outcomes if self._session.can_use(outcome)]

    def _seen_of(self, outcome: Outcome) -> Outcome:
        known = next((seen for one, seen in self._combined if one is outcome), None)
        if known is None:
            pairing = self._session.pairing(outcome, self._settings)
            known = self._session.combined(outcome, pairing, number_of_runs=False)
            self._combined.append((outcome, known))
        return known


def judge_session(
    session: OriginalSession,
    outcomes: Sequence[Outcome],
    settings: Tolerances,
    *,
    run_id: str = "",
    original_root: str | None = None,
    original_deterministic: bool | None = None,
    original_trace: Mapping[str, str] | None = None,
    sequential: bool = False,
) -> Verdict:
    """Judge the runs of a session by replays of its program.

    Parameters
    ----------
    session : OriginalSession
        The runs, and which of them are judged.
    outcomes : sequence of Outcome
        The replays, in any order. Those of before all runs of a replay were kept are left out where several runs are
        judged; a statement says how many.
    settings : Tolerances
        What the user declared. A primary metric is that of the run that the replays are stored with, else of the first
        run that has it.
    run_id, original_root, original_deterministic, original_trace, sequential
        As for `bis._verify.judgement.judge`.
    """
    usable = [o for o in outcomes if session.can_use(o)]
    pairings = [session.pairing(o, settings) for o in usable]
    number = session.number_differs(usable)
    verdict = judge(
        session.original_outputs(usable),
        [session.combined(o, p, number_of_runs=number) for o, p in zip(usable, pairings, strict=True)],
        _of_the_session(session, settings),
        run_id=run_id,
        original_root=original_root,
        original_deterministic=original_deterministic,
        original_trace=original_trace,
        sequential=sequential,
    )
    labels = run_labels(session)
    groups = tuple(_group(g, session, labels) for g in verdict.groups)
    said = [_named(one, labels) for one in verdict.statements]
    judged = (*of_kind(usable, ReplayKind.EXACT), *of_kind(usable, ReplayKind.FRESH))
    verdict = replace(verdict, groups=groups, statements=tuple(said), outcomes=judged)
    if len(outcomes) > len(usable):
        lost = statement(StatementCode.REPLAYS_OF_ONE_RUN, replays=len(outcomes) - len(usable))
        verdict = replace(verdict, statements=(*verdict.statements, lost))
    in_sets = [_in_sets(session, p) for p in pairings]
    if sets := frozenset().union(*in_sets):
        told = statement(StatementCode.RUNS_AS_SET, runs=len(sets))
        verdict = replace(verdict, statements=(*verdict.statements, told))
    return _of_runs(verdict, session, _replays_with(session, usable, pairings), sets)


def run_labels(session: OriginalSession) -> dict[int, str]:
    """What each run is called in statements: its name where the program gave it one and no other run, else its id."""
    names = Counter(run.identity.given_name for run in session.runs)
    labels = {}
    for place, run in enumerate(session.runs):
        name, short = run.identity.given_name, run.identity.run_id[:_SHORT_ID]
        labels[place] = (name if names[name] == 1 else f"{name} {short}") if name else short
    return labels


def _of_the_session(session: OriginalSession, settings: Tolerances) -> Tolerances:
    """The declarations, with the primary metric as that of one run."""
    primary = settings.primary
    if primary is None or not session.several:
        return settings
    having = [i for i in session.judged if session.runs[i].outputs.metric(primary) is not None]
    if not having:
        return settings
    return replace(settings, primary=scoped(primary, session.lead if session.lead in having else having[0]))


def _group(group: Group, session: OriginalSession, labels: Mapping[int, str]) -> Group:
    items = tuple(_item(i, session, labels) for i in group.items)
    return replace(group, items=items, statements=tuple(_named(one, labels) for one in group.statements))


def _item(item: Item, session: OriginalSession, labels: Mapping[int, str]) -> Item:
    statements = tuple(_named(one, labels) for one in item.statements)
    if item.name == RUNS:
        found = tuple(int(float(n)) for n in item.evidence.replayed)
        told = statement(StatementCode.RUNS_CREATED, original=session.total or 0, replayed=found)
        return replace(item, name="", kind=ItemKind.RUNS, statements=(told, *statements))
    place = scope(item.name)
    if place is None or not session.several:
        return replace(item, statements=statements)
    return replace(item, name=plain(item.name), statements=statements, run=session.runs[place].identity.run_id)


def _named(one: Statement, labels: Mapping[int, str]) -> Statement:
    """A statement in which names are followed by what their run is called."""
    figures = {key: _figure(value, labels) for key, value in one.figures.items()}
    return replace(one, figures=figures, parts=tuple(_named(part, labels) for part in one.parts))


def _figure(value: Figure, labels: Mapping[int, str]) -> Figure:
    if isinstance(value, tuple):
        return tuple(_in_words(v, labels) if isinstance(v, str) else v for v in value)
    return _in_words(value, labels) if isinstance(value, str) else value


def _in_words(name: str, labels: Mapping[int, str]) -> str:
    if name == RUNS:
        return ItemKind.RUNS.value
    place = scope(name)
    return name if place is None or place not in labels else f"{plain(name)} ({labels[place]})"


def _in_sets(session: OriginalSession, pairing: RunPairing) -> frozenset[int]:
    return pairing.by_results & frozenset(session.judged)


def _replays_with(
    session: OriginalSession, outcomes: Sequence[Outcome], pairings: Sequence[RunPairing]
) -> dict[int, int]:
    """In how many replays each judged run has a counterpart."""
    return {
        place: sum(
            pairing.counterparts[place] is not None
            for outcome, pairing in zip(outcomes, pairings, strict=True)
            if outcome.kind is not ReplayKind.VARIED
        )
        for place in session.judged
    }


def _of_runs(
    verdict: Verdict,
    session: OriginalSession,
    replays: Mapping[int, int],
    sets: frozenset[int],
) -> Verdict:
    """The verdict with what it says of each run, where several runs are judged or some could not be."""
    total = 1 if session.alone else max(session.total or 0, len(session.runs))
    if total == 1:
        return verdict
    runs = tuple(
        JudgedRun(
            run_id=session.runs[place].identity.run_id,
            name=session.runs[place].identity.given_name,
            parent=session.runs[place].identity.parent,
            level=_level(verdict, session.runs[place].identity.run_id if session.several else ""),
            replays=replays[place],
            by_results=place in sets,
        )
        for place in session.judged
    )
    if not verdict.outcomes or verdict.level is Level.NOT_EXECUTABLE:
        return replace(verdict, runs=runs)
    compared = sum(run.level is not None for run in runs)
    said = [_headline(verdict, compared, total), *verdict.statements[1:]]
    tally = Counter(run.level for run in runs if run.level is not None)
    if len(tally) > 1:
        levels = sorted(tally, key=lambda level: -level.rank)
        figures = {"levels": tuple(x.value for x in levels), "counts": tuple(tally[x] for x in levels)}
        said.insert(1, statement(StatementCode.RUNS_TALLY, **figures))
    if total > len(session.runs):
        said.append(statement(StatementCode.RUNS_NOT_FOUND, runs=total - len(session.runs)))
    if compared < len(runs):
        said.append(statement(StatementCode.RUNS_WITHOUT_RESULTS, runs=len(runs) - compared))
    return replace(
        verdict, runs=runs, statements=tuple(said), groups=tuple(_without(g, said[0]) for g in verdict.groups)
    )


def _headline(verdict: Verdict, compared: int, total: int) -> Statement:
    return statement(StatementCode.RUNS_COMPARED, verdict.statements[0], compared=compared, total=total)


def _without(group: Group, headline: Statement) -> Group:
    """The group without what the headline repeats."""
    return replace(group, statements=tuple(one for one in group.statements if one not in headline.parts))


def _level(verdict: Verdict, run_id: str) -> Level | None:
    """The level of one run: by exact replays where they agree, else by fresh ones, as for the whole."""
    by_kind = {group.kind: _weakest(i for i in group.items if i.counts and i.run == run_id) for group in verdict.groups}
    exact, fresh = by_kind.get(ReplayKind.EXACT), by_kind.get(ReplayKind.FRESH)
    if exact is None or fresh is None or exact.rank <= Level.NUMERICAL.rank:
        return exact or fresh
    return max(fresh, Level.STATISTICAL, key=lambda level: level.rank)


def _weakest(items: Iterable[Item]) -> Level | None:
    return max((i.level for i in items if i.kind is not ItemKind.EXIT), key=lambda level: level.rank, default=None)
