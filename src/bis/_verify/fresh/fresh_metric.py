"""One metric of the original against the fresh replays, before any correction for other metrics."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import align, values_of
from bis._verify.case import Case, counts, not_counted
from bis._verify.exact_numbers import exactly, extent
from bis._verify.fresh.direction import smaller_is_better
from bis._verify.fresh.fresh_curve import judge_curves
from bis._verify.fresh.optional_stopping import sequence_test
from bis.model.facets import Curve
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level, MetricInterval
from bis.stats.categories import Category, categorise, category_test
from bis.stats.equivalence import equivalence_to_one
from bis.stats.prediction import PredictionTest, Scale, prediction_test
from bis.stats.quantum import infer_quantum
from bis.stats.rank import rank_test, replays_for_rank
from bis.stats.selection import beats_every_replay, best_of_rank_p

if TYPE_CHECKING:
    from collections.abc import Sequence

# Below this many replays a standard deviation says nothing: the interval of 2 is 31 of them wide.
MINIMUM = 3
# With one original, a margin below this many standard deviations has no power; it is not offered.
SMALLEST_MARGIN_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One metric in the original and in the replays that ended alike; None where it was not logged."""

    name: str
    original: Curve | None
    replayed: tuple[Curve | None, ...]


@dataclass(frozen=True, slots=True)
class MetricReading:
    """What one metric says: an item, and what the family of all metrics needs to finish it.

    `p_value` is None where the item is final already. `sample` holds original and replays of a metric without steps,
    `summaries` is the number of figures that were tested within the metric, `undecided_for` the number of further
    replays without which acceptance means nothing, `needed` the number that would decide an inconclusive item.
    """

    item: Item
    p_value: float | None = None
    test: PredictionTest | None = None
    sample: tuple[float, ...] = ()
    summaries: int = 1
    undecided_for: int | None = None
    needed: int | None = None
    beats_every_replay: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """How the family of metrics is tested: `decisive` of them count, the first rejection needs p <= `level`.

    `sequential` says that the number of replays was chosen by a stopping rule on these metrics; `varies` that at least
    one of the run's metrics was not the same in all replays.
    """

    decisive: int
    level: float
    sequential: bool = False
    varies: bool = False


def examine(case: Case, sample: Sample, watch: Watch) -> MetricReading:
    """Look at one metric: categories first, then identity, then the tests."""
    several = any(c is not None and len(c.values) > 1 for c in (sample.original, *sample.replayed))
    kind = ItemKind.CURVE if several else ItemKind.METRIC
    finding = _categories(case, sample, kind)
    if finding is None:
        finding = _values(case, sample, kind, watch)
    aside = not_counted(sample.name, case.tolerances)
    return replace(finding, item=_with(finding.item, *aside, counts=counts(sample.name, case.tolerances)))


def _with(item: Item, *said: Statement, counts: bool | None = None) -> Item:
    """An item of which more is said."""
    return replace(item, statements=(*item.statements, *said), counts=item.counts if counts is None else counts)


def representative(curve: Curve | None) -> float | None:
    """The value that determines a curve's category: its last where all are finite, else the first that is not."""
    if curve is None or not curve.values:
        return None
    return next((v for v in values_of(curve) if not math.isfinite(v)), curve.final)


def _categories(case: Case, sample: Sample, kind: ItemKind) -> MetricReading | None:
    """Finish where the original or too many replays have no finite value; None where values can be compared."""
    n, alpha = len(sample.replayed), case.tolerances.alpha
    if n < MINIMUM:
        return _too_few(sample, kind, n)
    mine = representative(sample.original)
    theirs = [representative(c) for c in sample.replayed]
    test = category_test(mine, theirs, alpha=alpha)
    mine_said, others = (
        _category(mine),
        tuple(sorted({_category(v) for v in theirs if categorise(v) is not test.category})),
    )
    evidence = _evidence(sample, p_value=test.p_value)
    if test.p_value <= alpha:
        differs = statement(
            StatementCode.CATEGORY_DIFFERS,
            original=mine_said,
            replays=others,
            other=n - test.same,
            total=n,
            p_value=test.p_value,
        )
        return MetricReading(Item(sample.name, kind, Level.DIVERGENT, (differs,), evidence))
    if test.category is Category.OK:
        return None if test.same >= MINIMUM else _too_few(sample, kind, test.same)
    if test.same:
        occurs = statement(
            StatementCode.CATEGORY_OCCURS,
            original=mine_said,
            same=test.same,
            total=n,
            low=test.probability.low,
            high=test.probability.high,
            confidence=test.probability.confidence,
        )
        return MetricReading(Item(sample.name, kind, Level.STATISTICAL, (occurs,), evidence))
    unseen = statement(StatementCode.CATEGORY_UNSEEN, original=mine_said, replays=others, total=n)
    needed = max(1, replays_for_rank(alpha) - n)
    return MetricReading(Item(sample.name, kind, Level.INCONCLUSIVE, (unseen,), evidence), needed=needed)


def _category(value: float | None) -> str:
    """The code of a value's category; in this place a "crash" is a metric that was not logged."""
    category = categorise(value)
    return {Category.OK: "number", Category.CRASH: "not-logged"}.get(category, category.value)


def _evidence(sample: Sample, *, p_value: float | None) -> Evidence:
    value = representative(sample.original)
    original = () if value is None else (exactly(value),)
    return Evidence(original=original, replayed=_shown(sample), replays=len(sample.replayed), p_value=p_value)


def _too_few(sample: Sample, kind: ItemKind, n: int) -> MetricReading:
    said = statement(StatementCode.TOO_FEW, usable=n, least=MINIMUM)
    item = Item(sample.name, kind, Level.INCONCLUSIVE, (said,), _evidence(sample, p_value=None))
    return MetricReading(item, needed=MINIMUM - n)


def _values(case: Case, sample: Sample, kind: ItemKind, watch: Watch) -> MetricReading:
    """Compare finite values: same bits, within the tolerance, or by the tests."""
    assert sample.original is not None
    original = sample.original
    curves = [c for c in sample.replayed if c is not None and categorise(representative(c)) is Category.OK]
    lost = len(sample.replayed) - len(curves)
    n = len(curves)
    applied = case.tolerances.apply(sample.name, [v for c in (original, *curves) for v in values_of(c)])
    evidence = replace(_evidence(sample, p_value=1.0), replays=n)
    aligned = [align(original, c) for c in curves]
    if not lost and all(a.same_bits for a in aligned):
        same = statement(StatementCode.SAME_BITS_ANY_ENTROPY, total=n)
        return MetricReading(Item(sample.name, kind, Level.BITWISE, (same,), evidence))
    whole = not any(a.only_original or a.only_replayed for a in aligned)
    if not lost and whole and all(applied.holds(p.replayed, p.original) for a in aligned for p in a.points):
        within = statement(StatementCode.WITHIN_ANY_ENTROPY, total=n, **applied.figures)
        evidence = replace(evidence, tolerance=applied.used)
        return MetricReading(Item(sample.name, kind, Level.NUMERICAL, (within,), evidence))
    finding = _tested(case, sample.name, kind, original, curves, watch)
    if lost:
        left_out = statement(StatementCode.REPLAYS_LEFT_OUT, left_out=lost, total=len(sample.replayed))
        finding = replace(finding, sample=(), item=_with(finding.item, left_out))
    return finding


def _tested(
    case: Case, name: str, kind: ItemKind, original: Curve, curves: Sequence[Curve], watch: Watch
) -> MetricReading:
    y0, finals = original.final, [c.final for c in curves]
    several = kind is ItemKind.CURVE
    larger = not smaller_is_better(name)
    quantum = case.quantum(name) or infer_quantum([y0, *finals])
    if watch.varies and not quantum and len(set(finals)) == 1 and not several and not watch.sequential:
        return _coarse(name, kind, y0, finals)
    scale = Scale.RAW if several or larger else Scale.LOG
    test = prediction_test(y0, sorted(finals), quantum=quantum, scale=scale)
    said = [_position(test, several=several)]
    p_value, summaries, undecided = test.p_value, 1, None
    if watch.sequential:
        ended = sequence_test(y0, finals, quantum=quantum, alpha=case.tolerances.alpha, metrics=watch.decisive)
        p_value, undecided = ended.p_value, ended.needed
        said.append(ended.said)
    elif case.tolerances.was_picked_by(name):
        p_value, undecided, best_of = _selected(case, y0, finals, larger=larger)
        said.append(best_of)
    elif several:
        curve = judge_curves(original, curves, larger_is_better=larger, level=watch.level)
        p_value, summaries = curve.p_value, curve.summaries
        said += curve.said
    margin = case.tolerances.apply(name, [y0]).margin
    if margin:
        said.append(_equivalence(case, y0, finals, margin, test))
    rank = rank_test(y0, finals).p_value if test.n >= replays_for_rank(case.tolerances.alpha) else None
    evidence = Evidence(
        original=(exactly(y0),),
        replayed=extent(finals),
        interval=MetricInterval(test.interval.low, test.interval.high, test.interval.confidence),
        p_value=p_value,
        rank_p_value=rank,
        replays=test.n,
    )
    if rank is not None and (rank <= case.tolerances.alpha) != (p_value <= case.tolerances.alpha):
        said.append(statement(StatementCode.RANK_DISAGREES, p_value=rank))
    return MetricReading(
        Item(name, kind, Level.STATISTICAL, tuple(said), evidence),
        p_value=p_value,
        test=test,
        sample=() if several else (y0, *finals),
        summaries=summaries,
        undecided_for=undecided,
        beats_every_replay=beats_every_replay(y0, finals, larger_is_better=larger),
    )


def _coarse(name: str, kind: ItemKind, y0: float, finals: Sequence[float]) -> MetricReading:
    """A metric that no replay changed while others vary: it is coarse, not deterministic, so only ranks are tested."""
    rank = rank_test(y0, finals)
    value = exactly(finals[0])
    said = statement(StatementCode.COARSE, replays=len(finals), value=value, p_value=rank.p_value)
    evidence = Evidence(original=(exactly(y0),), replayed=(value,), p_value=rank.p_value, replays=len(finals))
    return MetricReading(Item(name, kind, Level.STATISTICAL, (said,), evidence), p_value=rank.p_value)


def _position(test: PredictionTest, *, several: bool) -> Statement:
    if test.constant and not test.quantum and test.original != test.centre:
        return statement(StatementCode.DETERMINISTIC_MISMATCH, replays=test.n, value=exactly(test.centre))
    inside = test.interval.contains(test.original)
    return statement(
        StatementCode.INSIDE_INTERVAL if inside else StatementCode.OUTSIDE_INTERVAL,
        low=test.interval.low,
        high=test.interval.high,
        confidence=test.interval.confidence,
        replays=test.n,
        last_only=several,
    )


def _selected(case: Case, y0: float, finals: Sequence[float], *, larger: bool) -> tuple[float, int | None, Statement]:
    """The test of an original that was picked as the best of K, by rank: p, what is still needed, statements."""
    k, alpha, n = case.tolerances.selected_from, case.tolerances.alpha, len(finals)
    p = best_of_rank_p(y0, finals, selected_from=k, larger_is_better=larger)
    said = statement(StatementCode.BEST_OF, selected_from=k, p_value=p)
    if beats_every_replay(y0, finals, larger_is_better=larger) and p > alpha:
        # Better than all: the smallest p that n replays can give is K / (n + K).
        return p, max(1, math.ceil(k * (1 - alpha) / alpha) - n), said
    return p, None, said


def _equivalence(case: Case, y0: float, finals: Sequence[float], margin: float, test: PredictionTest) -> Statement:
    spread = abs(test.shift(1.0))
    if spread and margin < SMALLEST_MARGIN_SIGMAS * spread:
        return statement(
            StatementCode.EQUIVALENCE_NOT_TESTED,
            margin=margin,
            least=SMALLEST_MARGIN_SIGMAS * spread,
            sigmas=SMALLEST_MARGIN_SIGMAS,
        )
    p_value = equivalence_to_one(y0, finals, margin=margin, alpha=case.tolerances.alpha).p_value
    shown = p_value <= case.tolerances.alpha
    code = StatementCode.EQUIVALENT if shown else StatementCode.EQUIVALENCE_NOT_SHOWN
    return statement(code, margin=margin, p_value=p_value)


def _shown(sample: Sample) -> tuple[str, ...]:
    return extent([c.final for c in sample.replayed if c is not None and c.values])
