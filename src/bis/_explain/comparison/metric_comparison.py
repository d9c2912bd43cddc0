"""Metrics of two runs compared over their replays: what was shown, what could have been, and what would decide."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bis.model.comparison import Direction, MetricComparison, MetricResult
from bis.stats.mean_power import detectable_difference, replays_to_detect
from bis.stats.multiplicity import adjust
from bis.stats.superiority import Conclusion, Superiority, superiority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.stats.arrays import FloatArray

_SEED = 0  # of the permutations that are drawn where there are too many to count: the same answer each time


@dataclass(frozen=True, slots=True)
class ComparisonQuestion:
    """What is asked of the metrics.

    `alpha` is the error that is allowed for all of them together. `margins` are the largest differences that do not
    matter, by metric. `no_randomness` says that nothing but the programs decides over their results.
    """

    paired: bool
    alpha: float = 0.05
    primary: str | None = None
    directions: Mapping[str, Direction] = field(default_factory=dict)
    margins: Mapping[str, float] = field(default_factory=dict)
    no_randomness: bool = False


def compare_metrics(
    a: Mapping[str, npt.ArrayLike], b: Mapping[str, npt.ArrayLike], question: ComparisonQuestion
) -> tuple[MetricComparison, ...]:
    """Compare the metrics that both have.

    Parameters
    ----------
    a, b : mapping of str to array_like, shape (n,)
        By metric one value for each replay, in the metric's unit; NaN where a replay has none. Where `question` says
        that they are paired, values of one place belong together.
    question : ComparisonQuestion
        What is asked.

    Returns
    -------
    tuple of MetricComparison
        The primary metric first, the others in the order of their names.

    Raises
    ------
    ValueError
        The primary metric is not among them.
    """
    shared = sorted(a.keys() & b.keys(), key=lambda name: (name != question.primary, name))
    if question.primary is not None and question.primary not in shared:
        raise ValueError(f"the primary metric {question.primary!r} is not among {shared}")
    values = {name: (np.asarray(a[name], dtype=float), np.asarray(b[name], dtype=float)) for name in shared}
    found = {name: _tested(*values[name], question, question.margins.get(name)) for name in shared}
    tested = {name: s.p_permutation for name, s in found.items() if s.p_permutation is not None}
    primary = question.primary if question.primary in tested else None
    adjusted = adjust(tested, primary=primary) if tested and not question.no_randomness else {}
    # Each claim of equivalence is one, too.
    close = {name: s.equivalence.p_value for name, s in found.items() if s.equivalence is not None}
    close_adjusted = adjust(close) if close else {}
    compared = []
    for name in shared:
        one = _figures(name, *values[name], found[name], question)
        one = replace(one, p_adjusted=adjusted.get(name), equivalence_p=close_adjusted.get(name))
        level = _level(name, list(tested), question)
        compared.append(_with_result(_with_numbers(one, found[name], level), found[name], question))
    return tuple(compared)


def least_attainable(metrics: Sequence[MetricComparison], *, paired: bool) -> float | None:
    """The smallest corrected p-value that any metric could have had with so many replays; None where none was."""
    found = []
    for metric in metrics:
        if metric.p_adjusted is None or metric.exact:
            continue
        n, m = sum(map(math.isfinite, metric.a)), sum(map(math.isfinite, metric.b))
        found.append(2.0 / 2.0 ** min(n, m) if paired else 2.0 / math.comb(n + m, n))
    return None if not found else min(1.0, min(found) * len(found))


def _tested(a: FloatArray, b: FloatArray, question: ComparisonQuestion, margin: float | None) -> Superiority:
    return superiority(
        a,
        b,
        paired=question.paired,
        margin=margin,
        confidence=1.0 - question.alpha,
        rng=np.random.default_rng(_SEED),
    )


def _level(name: str, tested: Sequence[str], question: ComparisonQuestion) -> float:
    """The level at which this metric is certain to be decided, whatever the others are."""
    if question.primary not in tested:
        return question.alpha / max(1, len(tested))
    if len(tested) == 1:
        return question.alpha
    return question.alpha / 2 if name == question.primary else question.alpha / (2 * (len(tested) - 1))


def _figures(
    name: str, a: FloatArray, b: FloatArray, found: Superiority, question: ComparisonQuestion
) -> MetricComparison:
    finite_a, finite_b = (_used(side, other, question) for side, other in ((a, b), (b, a)))
    better, interval = found.better, found.interval
    constant = finite_a.size > 0 and finite_b.size > 0 and np.ptp(finite_a) == 0.0 and np.ptp(finite_b) == 0.0
    exact = bool(question.no_randomness and constant)
    return MetricComparison(
        name=name,
        result=MetricResult.OPEN,
        direction=question.directions.get(name, Direction.UNKNOWN),
        a=tuple(map(float, a)),
        b=tuple(map(float, b)),
        mean_a=found.first_mean,
        mean_b=found.second_mean,
        difference=found.difference,
        sd_a=float(finite_a.std(ddof=1)) if finite_a.size > 1 else None,
        sd_b=float(finite_b.std(ddof=1)) if finite_b.size > 1 else None,
        low=interval.low if interval is not None else None,
        high=interval.high if interval is not None else None,
        p_value=None if exact else found.p_permutation,
        superiority=better.value if better is not None and not exact else None,
        superiority_low=better.interval.low if better is not None and not exact else None,
        superiority_high=better.interval.high if better is not None and not exact else None,
        exact=exact,
        margin=question.margins.get(name),
        left_out_a=int((~np.isfinite(a)).sum()),
        left_out_b=int((~np.isfinite(b)).sum()),
        primary=name == question.primary,
    )


def _used(side: FloatArray, other: FloatArray, question: ComparisonQuestion) -> FloatArray:
    """The values that count: of pairs, where both are finite."""
    kept = np.isfinite(side) & np.isfinite(other) if question.paired else np.isfinite(side)
    return side[kept]


def _with_numbers(one: MetricComparison, found: Superiority, level: float) -> MetricComparison:
    """What so many replays could have shown, and how many would show the difference that was found."""
    if not found.spread or found.difference is None or one.exact:
        return one
    second = None if found.paired else found.second
    return replace(
        one,
        detectable_shift=found.spread * detectable_difference(found.first, second=second, alpha=level),
        needed=replays_to_detect(found.difference / found.spread, paired=found.paired, alpha=level),
    )


def _with_result(one: MetricComparison, found: Superiority, question: ComparisonQuestion) -> MetricComparison:
    result = _result(one, found, question)
    return replace(one, result=result, needed=None if result.is_decided else one.needed)


def _result(one: MetricComparison, found: Superiority, question: ComparisonQuestion) -> MetricResult:
    if one.difference is None:
        return MetricResult.NOT_COMPARABLE
    if found.conclusion is Conclusion.IDENTICAL or (one.exact and one.difference == 0):
        return MetricResult.SAME
    higher = MetricResult.B_HIGHER if one.difference > 0 else MetricResult.A_HIGHER
    if one.exact:
        return MetricResult.EQUIVALENT if one.margin is not None and abs(one.difference) < one.margin else higher
    shown = one.equivalence_p is not None and one.equivalence_p <= question.alpha
    if shown or (found.equivalence is None and found.conclusion is Conclusion.EQUIVALENT):  # the latter without scatter
        return MetricResult.EQUIVALENT
    if one.p_adjusted is not None and one.p_adjusted <= question.alpha:
        return higher
    return MetricResult.OPEN
