"""Comparing two runs: replays of both, the metrics that both have, and what is to be said about them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bis._explain.comparison.metric_comparison import ComparisonQuestion, compare_metrics, least_attainable
from bis._explain.comparison.replays_of_two import ComparedSubject, ReplayedTwo, TwoRunsRequest, replay_two
from bis._explain.comparison.shared_roles import drew_anything
from bis._verify.case import Case
from bis.errors import UsageError
from bis.model.comparison import ComparedRun, ComparisonDesign, Direction, RunComparison
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Deviation, ReplayKind
from bis.stats.probability_better import MEANINGFUL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis._replay.planning import ReplayOptions
    from bis._verify.tolerances import Tolerances
    from bis.model.comparison import MetricComparison
    from bis.model.verdict import Outcome

_SEEDS = Deviation("seeds", "as the program sets them", "drawn anew in each replay", "a fixed seed shows no variation")


@dataclass(frozen=True, slots=True)
class ComparisonWishes:
    """What the user declared: the metric that counts, directions, margins."""

    primary: str | None = None
    directions: Mapping[str, Direction] = field(default_factory=dict)
    margins: Mapping[str, float] = field(default_factory=dict)

    @property
    def named(self) -> frozenset[str]:
        """The metrics that were named."""
        return frozenset({*self.directions, *self.margins, *({self.primary} if self.primary else ())})


def compare_runs(
    a: ComparedSubject,
    b: ComparedSubject,
    options: ReplayOptions,
    request: TwoRunsRequest,
    wishes: ComparisonWishes,
) -> RunComparison:
    """Replay both runs, and compare the metrics that both have.

    Raises
    ------
    UsageError
        A metric was named that they do not share.
    BisError
        One of them cannot be replayed.
    """
    _check_named(a, b, request.tolerances, wishes)
    return judge_two(a, b, replay_two(a, b, options, request), request, wishes)


def judge_two(
    a: ComparedSubject, b: ComparedSubject, made: ReplayedTwo, request: TwoRunsRequest, wishes: ComparisonWishes
) -> RunComparison:
    """What replays of two runs say; a pure function of what came out of them."""
    without_chance = _without_chance(a, b, made, request)
    frozen = [
        letter
        for letter, one, side in (("A", a, made.a), ("B", b, made.b))
        if not without_chance and _is_frozen(one, side, request.tolerances)
    ]
    as_one = frozen if request.seeds != "keep" else []  # who keeps seeds asks about the programs as they are
    paired = bool(made.shared) and not as_one
    tolerances = request.tolerances
    of_a, of_b = (
        [one.figures(outcome, tolerances, wishes.named) for outcome in side] for one, side in ((a, made.a), (b, made.b))
    )
    if not paired:  # a failed replay has no partner that would have to be left out, too
        of_a, of_b = [v for v in of_a if v is not None], [v for v in of_b if v is not None]
    of_a, of_b = (side[:1] if letter in as_one else side for letter, side in (("A", of_a), ("B", of_b)))
    names = _named(of_a), _named(of_b)
    question = ComparisonQuestion(
        paired=paired,
        alpha=tolerances.alpha,
        primary=wishes.primary if wishes.primary in names[0] & names[1] else None,
        directions=wishes.directions,
        margins={**_margins(names[0] & names[1], tolerances), **wishes.margins},
        no_randomness=without_chance,
    )
    metrics = compare_metrics(_values(of_a, names[0]), _values(of_b, names[1]), question)
    return RunComparison(
        a=_compared(a, made.a, made.earlier_a),
        b=_compared(b, made.b, made.earlier_b),
        design=ComparisonDesign.PAIRED if paired else ComparisonDesign.UNPAIRED,
        metrics=metrics,
        alpha=question.alpha,
        gamma=MEANINGFUL,
        shared=made.shared if paired else (),
        reseeded=made.reseeded,
        statements=tuple(_statements(made, metrics, names, question, frozen)),
        deviations=tuple(dict.fromkeys((*((_SEEDS,) if made.reseeded else ()), *made.deviations, *_found(made)))),
    )


def _without_chance(a: ComparedSubject, b: ComparedSubject, made: ReplayedTwo, request: TwoRunsRequest) -> bool:
    """Whether nothing but the programs decides over their results, so that differences are exact."""
    if not (a.gives_copies(made.a, request.tolerances) and b.gives_copies(made.b, request.tolerances)):
        return False
    if request.seeds == "keep":
        return True
    return all(_draws_nothing(one, side) for one, side in ((a, made.a), (b, made.b)))


def _draws_nothing(one: ComparedSubject, outcomes: Sequence[Outcome]) -> bool:
    """Whether a program draws no random numbers, those of seeds that it sets included."""
    if one.sets_seeds or drew_anything(outcomes):
        return False
    looked = any(o.kind is ReplayKind.VARIED for o in outcomes)  # only these say what they drew
    return looked or one.draws_nothing


def _is_frozen(one: ComparedSubject, outcomes: Sequence[Outcome], tolerances: Tolerances) -> bool:
    """Whether the replays of a program are copies of one result, though it draws random numbers."""
    return one.gives_copies(outcomes, tolerances) and not _draws_nothing(one, outcomes)


def _check_named(a: ComparedSubject, b: ComparedSubject, tolerances: Tolerances, wishes: ComparisonWishes) -> None:
    """Refuse names of metrics that the originals do not share, before anything is replayed."""
    known = []
    for one in (a, b):
        outputs = one.subject.run.record.outputs
        known.append({c.name for c in Case(outputs, tolerances).metrics(outputs)})
    for name in sorted(wishes.named):
        lacking = [one.subject.run.run_id for one, names in zip((a, b), known, strict=True) if name not in names]
        if lacking:
            shared = ", ".join(sorted(known[0] & known[1])[:10]) or "none"
            raise UsageError(f"run {lacking[0]} has no metric {name!r}", hint=f"Metrics that both runs have: {shared}.")


def _named(values: Iterable[Mapping[str, float] | None]) -> frozenset[str]:
    """The metrics of any replay."""
    return frozenset(name for one in values if one is not None for name in one)


def _margins(names: Iterable[str], tolerances: Tolerances) -> dict[str, float]:
    """The margins that are set for the project."""
    declared = {name: tolerances.declared_for(name) for name in names}
    return {name: one.margin for name, one in declared.items() if one is not None and one.margin}


def _values(values: Sequence[Mapping[str, float] | None], names: Iterable[str]) -> dict[str, list[float]]:
    return {name: [math.nan if one is None else one.get(name, math.nan) for one in values] for name in names}


def _compared(one: ComparedSubject, outcomes: Sequence[Outcome], earlier: int) -> ComparedRun:
    run = one.subject.run
    failed = sum(o.failure is not None for o in outcomes)
    return ComparedRun(run.run_id, run.name, len(outcomes) - failed, failed, earlier)


def _statements(
    made: ReplayedTwo,
    metrics: Sequence[MetricComparison],
    names: tuple[frozenset[str], frozenset[str]],
    question: ComparisonQuestion,
    frozen: Sequence[str],
) -> Iterable[Statement]:
    for run in frozen:
        yield statement(StatementCode.COMPARED_COPIES, run=run)
    if question.no_randomness:
        yield statement(StatementCode.COMPARED_WITHOUT_CHANCE)
    for only, run in ((names[0] - names[1], "A"), (names[1] - names[0], "B")):
        if only:
            yield statement(StatementCode.METRICS_OF_ONE, run=run, metrics=tuple(sorted(only)))
    failed = [sum(o.failure is not None for o in side) for side in (made.a, made.b)]
    if any(failed):
        yield statement(
            StatementCode.COMPARED_FAILURES,
            failed_a=failed[0],
            total_a=len(made.a),
            failed_b=failed[1],
            total_b=len(made.b),
        )
    least = least_attainable(metrics, paired=question.paired)
    if least is not None and least > question.alpha:
        tested = sum(m.p_adjusted is not None for m in metrics)
        yield statement(StatementCode.COMPARISON_CANNOT_DECIDE, metrics=tested, p_value=least)
    if made.earlier_a or made.earlier_b:
        yield statement(StatementCode.EARLIER_LOOKED_AT, earlier_a=made.earlier_a, earlier_b=made.earlier_b)
    yield from made.problems


def _found(made: ReplayedTwo) -> Iterable[Deviation]:
    for outcome in (*made.a, *made.b):
        yield from outcome.deviations
