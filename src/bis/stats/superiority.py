"""Superiority: whether one experiment is better than another beyond the differences between runs of one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_fraction
from bis.stats.equivalence import EquivalenceTest, equivalence, paired_equivalence
from bis.stats.interval import Interval
from bis.stats.mean_difference import mean_difference, paired_mean_difference
from bis.stats.mean_power import detectable_difference, replays_for_equivalence, replays_to_detect
from bis.stats.probability_better import ProbabilityBetter, paired_probability_better, probability_better
from bis.stats.samples import MINIMUM_ORIGINALS, compare_samples
from bis.stats.sign_flips import sign_flip_test


class Conclusion(str, Enum):
    """What a comparison of two experiments ended with."""

    BETTER = "better"  # the second is
    WORSE = "worse"
    EQUIVALENT = "equivalent"  # the difference is smaller than the margin that was declared
    UNDECIDED = "undecided"  # a difference could neither be shown nor be ruled out
    TOO_FEW = "too-few"  # with so few runs nothing can be shown, whatever they are
    IDENTICAL = "identical"  # but for rounding, all runs (both runs of every pair) have the same value
    FAILURES_DIFFER = "failures-differ"  # one fails more often: the runs that it has left are a selection
    NO_RUN = "no-run"  # one of the two has no finite run


@dataclass(frozen=True, slots=True)
class Superiority:
    """Second experiment against first.

    Parameters
    ----------
    conclusion : Conclusion
        From the permutation (sign-flip) test at the level ``1 - confidence``, and equivalence where a margin was given.
    paired : bool
        Whether runs with the same entropy were compared in pairs.
    first, second : int
        Finite runs of each; of pairs, both are the number of pairs that are finite on both sides.
    first_failed, second_failed : int
        Runs that are NaN, infinite or failed; they are in none of the figures but the next.
    p_failures : float
        Two-sided exact test of "both fail equally often" (Fisher; McNemar for pairs); 1 where none fails.
    first_mean, second_mean : float or None
        In the metric's unit.
    difference : float or None
        Mean of the second less mean of the first, in the metric's unit.
    interval : Interval or None
        Of the difference; None with fewer than 3 runs of each (2 pairs), or without scatter.
    spread : float or None
        In the metric's unit: pooled standard deviation of a run, or of a paired difference.
    p_value : float or None
        Two-sided, of the t-test; None where there is no interval.
    p_permutation : float or None
        Two-sided, exact where both experiments have one distribution, whatever it is; decides.
    smallest : float or None
        Smallest attainable `p_permutation`.
    exact : bool
        Whether all permutations were counted.
    better : ProbabilityBetter or None
        How often the second is better.
    equivalence : EquivalenceTest or None
        Where a margin was given and there is scatter.
    detectable : float or None
        Difference that these runs would have shown with a probability of .8, in the metric's unit.
    needed : int or None
        Replays (pairs, or of each) that would show the difference found with a probability of .8; a guess, since the
        true difference is not known. None where there is none, or for more than 100,000.
    needed_for_equivalence : int or None
        Replays that would show equivalence with a probability of .8 if there were no difference; where a margin was
        given.
    """

    conclusion: Conclusion
    paired: bool
    first: int
    second: int
    first_failed: int
    second_failed: int
    p_failures: float
    first_mean: float | None = None
    second_mean: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    spread: float | None = None
    p_value: float | None = None
    p_permutation: float | None = None
    smallest: float | None = None
    exact: bool = True
    better: ProbabilityBetter | None = None
    equivalence: EquivalenceTest | None = None
    detectable: float | None = None
    needed: int | None = None
    needed_for_equivalence: int | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    larger_is_better: bool
    margin: float | None
    confidence: float
    rng: np.random.Generator | None

    @property
    def alpha(self) -> float:
        return 1.0 - self.confidence


def superiority(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    paired: bool,
    larger_is_better: bool = True,
    margin: float | None = None,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Superiority:
    """Compare a metric of two experiments, each run several times.

    Parameters
    ----------
    first : array_like, shape (m,)
        One value a run, in the metric's unit; NaN where a run failed.
    second : array_like, shape (n,)
        The same for the second; of pairs n = m, and run i of both has the same entropy.
    paired : bool
        Whether they are pairs.
    larger_is_better : bool
        Direction of the metric.
    margin : float, optional
        Largest difference of means that does not matter, in the metric's unit.
    confidence : float
        Of the intervals, in (.5, 1); tests have the level ``1 - confidence``.
    rng : numpy.random.Generator, optional
        Needed where there are too many permutations to count: above 16 pairs, or above 200,000 permutations (from 11
        against 11 on).

    Returns
    -------
    Superiority
        The conclusion, and what it rests on.

    Raises
    ------
    ValueError
        The shapes do not fit, `margin` is not positive, `confidence` is not in (.5, 1), or `rng` is needed and missing.

    Notes
    -----
    The conclusion rests on the permutation test of the difference of means, whose level holds for every distribution
    of the metric, rounded or with outliers; the interval and the t-test beside it take means to be about normal. Where
    a margin was declared and equivalence is shown, this is the conclusion, even if there is a (small) difference. Where
    one experiment fails more often than the other (by an exact test at the same level) that comes first.

    Unpaired intervals are Welch's where both have 5 runs or more, else pooled, as for `compare_samples`.

    References
    ----------
    Bouthillier et al. (2021), Accounting for variance in machine learning benchmarks, arXiv:2103.03098. Schuirmann
    (1987), doi:10.1007/BF01068419. Phipson and Smyth (2010), doi:10.2202/1544-6115.1585.

    Examples
    --------
    >>> result = superiority([0.90, 0.91, 0.89, 0.92], [0.94, 0.95, 0.93, 0.94], paired=False)
    >>> result.conclusion.value, round(result.difference, 3), round(result.p_permutation, 3)
    ('better', 0.035, 0.029)
    """
    if not as_fraction(confidence, name="confidence") > 0.5:
        raise ValueError(f"confidence must be above .5; got {confidence}")
    if margin is not None and not (math.isfinite(margin) and margin > 0.0):
        raise ValueError(f"margin must be finite and positive; got {margin}")
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or b.ndim != 1 or (paired and a.size != b.size):
        raise ValueError(f"first and second must have one axis, and pairs one length; got {a.shape} and {b.shape}")
    question = _Question(larger_is_better, margin, confidence, rng)
    ok_a, ok_b = np.isfinite(a), np.isfinite(b)
    if paired:
        lost, gained = int((ok_a & ~ok_b).sum()), int((~ok_a & ok_b).sum())
        p_failures = float(scipy.stats.binomtest(lost, lost + gained).pvalue) if lost + gained else 1.0
        kept_a, kept_b = a[ok_a & ok_b], b[ok_a & ok_b]
    else:
        table = [[int(ok.sum()), int((~ok).sum())] for ok in (ok_a, ok_b)]
        p_failures = float(scipy.stats.fisher_exact(table).pvalue) if table[0][1] + table[1][1] else 1.0
        kept_a, kept_b = a[ok_a], b[ok_b]
    result = Superiority(
        conclusion=Conclusion.NO_RUN,
        paired=paired,
        first=kept_a.size,
        second=kept_b.size,
        first_failed=int((~ok_a).sum()),
        second_failed=int((~ok_b).sum()),
        p_failures=p_failures,
    )
    if not (kept_a.size and kept_b.size):
        return result
    result = replace(result, first_mean=float(kept_a.mean()), second_mean=float(kept_b.mean()))
    found = _of_pairs(result, kept_a, kept_b, question) if paired else _of_samples(result, kept_a, kept_b, question)
    return _with_conclusion(_with_numbers(found, question), question)


def _of_pairs(result: Superiority, a: FloatArray, b: FloatArray, question: _Question) -> Superiority:
    differences = b - a
    test = sign_flip_test(differences, rng=question.rng)
    result = replace(
        result,
        difference=float(differences.mean()),
        p_permutation=test.p_value,
        smallest=test.smallest,
        exact=test.exact,
        better=paired_probability_better(
            differences, larger_is_better=question.larger_is_better, confidence=question.confidence
        ),
    )
    if differences.size < 2:
        return result
    means = paired_mean_difference(a, b, confidence=question.confidence)
    result = replace(result, difference=means.difference)
    if not means.spread:
        return result
    return replace(
        result,
        spread=means.spread,
        interval=means.interval,
        p_value=means.p_value,
        equivalence=None
        if question.margin is None
        else paired_equivalence(differences, margin=question.margin, alpha=question.alpha),
    )


def _of_samples(result: Superiority, a: FloatArray, b: FloatArray, question: _Question) -> Superiority:
    result = replace(
        result,
        difference=float(b.mean() - a.mean()),
        better=probability_better(a, b, larger_is_better=question.larger_is_better, confidence=question.confidence),
    )
    if min(a.size, b.size) < MINIMUM_ORIGINALS:
        return replace(result, smallest=min(1.0, 2.0 / math.comb(a.size + b.size, a.size)))
    compared = compare_samples(b, a, rng=question.rng, confidence=question.confidence)
    result = replace(
        result,
        difference=compared.difference,
        p_permutation=compared.p_permutation,
        smallest=compared.smallest,
        exact=compared.exact,
    )
    means = mean_difference(a, b, confidence=question.confidence)
    if not means.spread:
        return result
    return replace(
        result,
        spread=means.spread,
        interval=means.interval,
        p_value=means.p_value,
        equivalence=None
        if question.margin is None
        else equivalence(b, a, margin=question.margin, alpha=question.alpha),
    )


def _with_numbers(result: Superiority, question: _Question) -> Superiority:
    """What these runs could have shown, and how many would show it."""
    if not result.spread or result.difference is None:
        return result
    second = None if result.paired else result.second
    return replace(
        result,
        detectable=result.spread * detectable_difference(result.first, second=second, alpha=question.alpha),
        needed=replays_to_detect(result.difference / result.spread, paired=result.paired, alpha=question.alpha),
        needed_for_equivalence=None
        if question.margin is None
        else replays_for_equivalence(question.margin / result.spread, paired=result.paired, alpha=question.alpha),
    )


def _with_conclusion(result: Superiority, question: _Question) -> Superiority:
    difference = result.difference or 0.0
    attainable = result.smallest is not None and result.smallest <= question.alpha
    constant = result.spread is None and result.p_permutation is not None
    if result.equivalence is not None:
        same = result.equivalence.p_value <= question.alpha
    else:  # without scatter the margin alone decides, if there are enough runs to say anything
        same = question.margin is not None and constant and attainable and abs(difference) < question.margin
    if result.p_failures <= question.alpha:
        conclusion = Conclusion.FAILURES_DIFFER
    elif constant and difference == 0.0 and not result.first_failed and not result.second_failed:
        conclusion = Conclusion.IDENTICAL
    elif same:
        conclusion = Conclusion.EQUIVALENT
    elif not attainable:
        conclusion = Conclusion.TOO_FEW
    elif result.p_permutation is None or result.p_permutation > question.alpha:
        conclusion = Conclusion.UNDECIDED
    else:
        conclusion = Conclusion.BETTER if (difference > 0.0) == question.larger_is_better else Conclusion.WORSE
    return replace(result, conclusion=conclusion)
