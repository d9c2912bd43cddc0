"""One metric of the original against the fresh replays, before any correction for other metrics."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import align, values_of
from bis._verify.case import Case, counts
from bis._verify.figures import counted, number, probability, short
from bis._verify.fresh.direction import smaller_is_better
from bis._verify.fresh.fresh_curve import judge_curves
from bis._verify.fresh.optional_stopping import sequence_test
from bis.model.facets import Curve
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
    counting, why = counts(sample.name, case.tolerances)
    several = any(c is not None and len(c.values) > 1 for c in (sample.original, *sample.replayed))
    kind = ItemKind.CURVE if several else ItemKind.METRIC
    finding = _categories(case, sample, kind)
    if finding is None:
        finding = _values(case, sample, kind, watch)
    item = replace(finding.item, counts=counting, statement=finding.item.statement + why)
    return replace(finding, item=item)


def representative(curve: Curve | None) -> float | None:
    """The value that tells a curve's category: its last where all are finite, else the first that is not."""
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
    word = _word(mine)
    others = " or ".join(sorted({_word(v) for v in theirs if categorise(v) is not test.category}))
    evidence = _evidence(sample, p_value=test.p_value)
    if test.p_value <= alpha:
        words = f"{word} in the original, {others} in {n - test.same}/{n} replays: p = {probability(test.p_value)}"
        return MetricReading(Item(sample.name, kind, Level.DIVERGENT, words, evidence))
    if test.category is Category.OK:
        return None if test.same >= MINIMUM else _too_few(sample, kind, test.same)
    if test.same:
        words = (
            f"{word} in the original and in {test.same}/{n} replays (P({word}) between "
            f"{test.probability.low:.2f} and {test.probability.high:.2f} with 95 % confidence)"
        )
        return MetricReading(Item(sample.name, kind, Level.STATISTICAL, words, evidence))
    words = f"{word} in the original, {others} in all {n} replays; too few of them to exclude chance"
    needed = max(1, replays_for_rank(alpha) - n)
    return MetricReading(Item(sample.name, kind, Level.INCONCLUSIVE, words, evidence), needed=needed)


def _word(value: float | None) -> str:
    category = categorise(value)
    return {Category.OK: "a number", Category.CRASH: "not logged"}.get(category, category.value)


def _evidence(sample: Sample, *, p_value: float | None) -> Evidence:
    value = representative(sample.original)
    original = "not logged" if value is None else number(value)
    return Evidence(original=original, replayed=_shown(sample), replays=len(sample.replayed), p_value=p_value)


def _too_few(sample: Sample, kind: ItemKind, n: int) -> MetricReading:
    words = f"{counted(n, 'usable replay')}: nothing can be concluded below {MINIMUM}"
    item = Item(sample.name, kind, Level.INCONCLUSIVE, words, _evidence(sample, p_value=None))
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
        words = f"same bits in {n}/{n}, whatever the entropy"
        return MetricReading(Item(sample.name, kind, Level.BITWISE, words, evidence))
    whole = not any(a.only_original or a.only_replayed for a in aligned)
    if not lost and whole and all(applied.holds(p.replayed, p.original) for a in aligned for p in a.points):
        words = f"within {applied.text} in {n}/{n}, whatever the entropy"
        return MetricReading(Item(sample.name, kind, Level.NUMERICAL, words, replace(evidence, tolerance=applied.text)))
    finding = _tested(case, sample.name, kind, original, curves, watch)
    if lost:
        tail = f"; {lost} of {len(sample.replayed)} replays gave no number and are left out"
        finding = replace(finding, sample=(), item=replace(finding.item, statement=finding.item.statement + tail))
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
    words = [_position(test, several=several)]
    p_value, summaries, undecided = test.p_value, 1, None
    if watch.sequential:
        ended = sequence_test(y0, finals, quantum=quantum, alpha=case.tolerances.alpha, metrics=watch.decisive)
        p_value, undecided = ended.p_value, ended.needed
        words.append(ended.text)
    elif case.tolerances.selected_from > 1 and name == (case.tolerances.primary or name):
        p_value, undecided, text = _selected(case, y0, finals, larger=larger)
        words.append(text)
    elif several:
        curve = judge_curves(original, curves, larger_is_better=larger, level=watch.level)
        p_value, summaries = curve.p_value, curve.summaries
        words.append(curve.text)
    margin = case.tolerances.apply(name, [y0]).margin
    if margin:
        words.append(_equivalence(case, y0, finals, margin, test))
    rank = rank_test(y0, finals).p_value if test.n >= replays_for_rank(case.tolerances.alpha) else None
    evidence = Evidence(
        original=number(y0),
        replayed=_range(finals),
        interval=MetricInterval(test.interval.low, test.interval.high, test.interval.confidence),
        p_value=p_value,
        rank_p_value=rank,
        replays=test.n,
    )
    if rank is not None and (rank <= case.tolerances.alpha) != (p_value <= case.tolerances.alpha):
        words.append(f"the rank test, which assumes no distribution, gives p = {probability(rank)}")
    return MetricReading(
        Item(name, kind, Level.STATISTICAL, "; ".join(w for w in words if w), evidence),
        p_value=p_value,
        test=test,
        sample=() if several else (y0, *finals),
        summaries=summaries,
        undecided_for=undecided,
        beats_every_replay=beats_every_replay(y0, finals, larger_is_better=larger),
    )


def _coarse(name: str, kind: ItemKind, y0: float, finals: Sequence[float]) -> MetricReading:
    """A metric that no replay changed while others vary: it is coarse, not deterministic, so only ranks can tell."""
    rank = rank_test(y0, finals)
    words = (
        f"all {len(finals)} replays give {number(finals[0])} while other metrics vary: tested by rank "
        f"(p = {probability(rank.p_value)}, which no difference makes smaller); declare its quantum for a sharper test"
    )
    evidence = Evidence(original=number(y0), replayed=number(finals[0]), p_value=rank.p_value, replays=len(finals))
    return MetricReading(Item(name, kind, Level.STATISTICAL, words, evidence), p_value=rank.p_value)


def _position(test: PredictionTest, *, several: bool) -> str:
    what = "last value " if several else ""
    if test.constant and not test.quantum and test.original != test.centre:
        return f"deterministic mismatch: all {test.n} replays give {number(test.centre)}"
    where = "inside" if test.interval.contains(test.original) else "outside"
    return (
        f"{what}{where} the 95 % prediction interval {short(test.interval.low)} .. {short(test.interval.high)} "
        f"of {counted(test.n, 'fresh replay')}"
    )


def _selected(case: Case, y0: float, finals: Sequence[float], *, larger: bool) -> tuple[float, int | None, str]:
    """The test of an original that was picked as the best of K, by rank: p, what is still needed, words."""
    k, alpha, n = case.tolerances.selected_from, case.tolerances.alpha, len(finals)
    p = best_of_rank_p(y0, finals, selected_from=k, larger_is_better=larger)
    text = f"picked as the best of {k}: P(best of {k} at least as good) = {probability(p)}"
    if beats_every_replay(y0, finals, larger_is_better=larger) and p > alpha:
        # Better than all: the smallest p that n replays can give is K / (n + K).
        return p, max(1, math.ceil(k * (1 - alpha) / alpha) - n), text
    return p, None, text


def _equivalence(case: Case, y0: float, finals: Sequence[float], margin: float, test: PredictionTest) -> str:
    spread = abs(test.shift(1.0))
    if spread and margin < SMALLEST_MARGIN_SIGMAS * spread:
        return (
            f"equivalence within {short(margin)} is not tested: one original needs a margin of "
            f"{short(SMALLEST_MARGIN_SIGMAS * spread)} or more (3 standard deviations)"
        )
    result = equivalence_to_one(y0, finals, margin=margin, alpha=case.tolerances.alpha)
    verb = "equivalent" if result.p_value <= case.tolerances.alpha else "equivalence not shown"
    return f"{verb} within the declared margin {short(margin)} (p = {probability(result.p_value)})"


def _shown(sample: Sample) -> str:
    return _range([c.final for c in sample.replayed if c is not None and c.values])


def _range(finals: Sequence[float]) -> str:
    """The values of the replays, or their range where they are many."""
    if len(finals) <= 3 or not all(math.isfinite(v) for v in finals):
        return ", ".join(sorted({number(v) for v in finals}))
    return f"{short(min(finals))} .. {short(max(finals))}"
