"""Paired effects: what a change of the environment does to runs that are otherwise the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import BoolArray, FloatArray, as_fraction
from bis.stats.equivalence import EquivalenceTest, paired_equivalence
from bis.stats.interval import Interval
from bis.stats.mean_difference import paired_mean_difference, rounding_of
from bis.stats.sign_flips import SignFlipTest, sign_flip_test
from bis.stats.variance_shares import VariancePart


class PairedOutcome(str, Enum):
    """What pairs of runs before and after a change show."""

    IDENTICAL = "identical"  # every pair, bit for bit; NaN and failures on both sides included
    DIFFERENT = "different"  # at least two finite pairs, whose differences scatter
    SAME_SHIFT = "same-shift"  # at least two finite pairs, all with the same difference: nothing to base an error on
    ONE_PAIR = "one-pair"  # a single finite pair, which differs: a difference without an error
    EQUAL_WHERE_FINITE = "equal-where-finite"  # the finite pairs are equal, other runs are finite on one side only
    NO_PAIR = "no-pair"  # no pair is finite on both sides


@dataclass(frozen=True, slots=True)
class PairedEffect:
    """The effect of a change, from runs with the same entropy before and after it.

    Parameters
    ----------
    outcome : PairedOutcome
        Decides which of the other figures there are.
    pairs : int
        Pairs that were given.
    finite : int
        Pairs with finite outputs on both sides: what the figures are computed from.
    identical : int
        Pairs that are equal bit for bit (of all).
    lost, gained : int
        Pairs that are finite only before, only after the change.
    p_failures : float
        Two-sided exact test of "the change makes no runs fail or succeed", from `lost` and `gained`; 1 without any.
    difference : float or None
        Mean of after less before, in the metric's unit; None for vectors, and without a finite pair.
    interval : Interval or None
        Of the difference, from t with ``finite - 1`` degrees of freedom; None without scatter.
    distance : float or None
        Root mean square (Euclidean) distance of a pair, in the metric's unit.
    test : SignFlipTest or None
        Of "the change has no effect on the mean".
    equivalence : EquivalenceTest or None
        Where a margin was given, for scalars with scatter.
    variance_share : VariancePart or None
        ``E d**2 / (2 V)``: which share of the variance V a cause that made this difference would have. Its interval
        takes V as known. None without V.
    """

    outcome: PairedOutcome
    pairs: int
    finite: int
    identical: int
    lost: int
    gained: int
    p_failures: float
    difference: float | None = None
    interval: Interval | None = None
    distance: float | None = None
    test: SignFlipTest | None = None
    equivalence: EquivalenceTest | None = None
    variance_share: VariancePart | None = None


def paired_effect(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    missing: npt.ArrayLike | None = None,
    margin: float | None = None,
    variance: float | None = None,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
) -> PairedEffect:
    """Compare runs before and after a change, pair by pair.

    Parameters
    ----------
    before, after : array_like, shape (n,) or (n, d)
        Outputs of runs with the same entropy, the environment being different; row i of both is a pair. Every pair has
        entropy of its own.
    missing : array_like of bool, shape (n, 2), optional
        Runs that failed, before and after; what the outputs hold there is not read.
    margin : float, optional
        Largest difference that does not matter, in the metric's unit; for scalars.
    variance : float, optional
        V of the output over all entropy, in squared units, summed over components; above 0.
    confidence : float
        Of all intervals, in (0, 1); the equivalence test has the level ``1 - confidence``.
    rng : numpy.random.Generator, optional
        For the sign-flip test above 16 pairs.

    Returns
    -------
    PairedEffect
        First whether anything changed at all; then how much, with its errors.

    Raises
    ------
    ValueError
        The shapes do not fit, `margin` or `variance` is not positive, a margin is given for vectors, `confidence` is
        not in (0, 1), or `rng` is needed and missing.

    Notes
    -----
    An environment is fixed, not drawn: its effect is a difference, not a part of the variance. The variance share only
    puts it beside those parts. The interval of the mean square is symmetric for its logarithm; the error is that of
    the squares, or that of normal differences, whichever is larger (the former alone covers .91 at 8 pairs).

    References
    ----------
    Fisher (1935), The Design of Experiments. McNemar (1947), doi:10.1007/BF02295996, for failures.
    Schuirmann (1987), doi:10.1007/BF01068419

    Examples
    --------
    >>> effect = paired_effect([0.90, 0.92, 0.91, 0.93], [0.91, 0.92, 0.93, 0.95])
    >>> effect.outcome.value, effect.identical, round(effect.difference, 4), effect.test.p_value
    ('different', 1, 0.0125, 0.25)
    """
    request = _Request(margin, variance, confidence, rng)
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if first.shape != second.shape or first.ndim not in {1, 2}:
        raise ValueError(f"before and after must have one shape (n,) or (n, d); got {first.shape} and {second.shape}")
    first, second = (side[:, np.newaxis] if side.ndim == 1 else side for side in (first, second))
    if margin is not None and first.shape[1] != 1:
        raise ValueError("a margin is for scalars: the size of a vector's difference has none of its own")
    failed = np.zeros((len(first), 2), dtype=np.bool_) if missing is None else np.asarray(missing, dtype=np.bool_)
    if failed.shape != (len(first), 2):
        raise ValueError(f"missing must have shape ({len(first)}, 2); got {failed.shape}")
    usable = np.column_stack([np.isfinite(first).all(axis=1), np.isfinite(second).all(axis=1)]) & ~failed
    same = _same_bits(first, second, failed)
    ran = same[~failed.all(axis=1)]
    lost, gained = int((usable[:, 0] & ~usable[:, 1]).sum()), int((usable[:, 1] & ~usable[:, 0]).sum())
    first, second = first[usable.all(axis=1)], second[usable.all(axis=1)]
    differences = second - first
    counts = PairedEffect(
        outcome=_outcome(differences, rounding_of(first, second), identical=bool(ran.all()) and ran.size > 0),
        pairs=len(same),
        finite=len(differences),
        identical=int(same.sum()),
        lost=lost,
        gained=gained,
        p_failures=float(scipy.stats.binomtest(lost, lost + gained).pvalue) if lost + gained else 1.0,
    )
    return _with_figures(counts, differences, request)


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for beside the outputs."""

    margin: float | None
    variance: float | None
    confidence: float
    rng: np.random.Generator | None

    def __post_init__(self) -> None:
        as_fraction(self.confidence, name="confidence")
        if self.variance is not None and not (math.isfinite(self.variance) and self.variance > 0.0):
            raise ValueError(f"variance must be finite and positive; got {self.variance}")


def _same_bits(first: FloatArray, second: FloatArray, failed: BoolArray) -> BoolArray:
    """Pairs of runs that both have outputs, with the same bits: NaN equals itself, and -0 differs from 0."""
    bits = np.ascontiguousarray(first).view(np.uint64) == np.ascontiguousarray(second).view(np.uint64)
    return np.asarray(bits.all(axis=1) & ~failed.any(axis=1), dtype=np.bool_)


def _outcome(differences: FloatArray, rounding: float, *, identical: bool) -> PairedOutcome:
    if identical:
        return PairedOutcome.IDENTICAL
    if not len(differences):
        return PairedOutcome.NO_PAIR
    if not differences.any():
        return PairedOutcome.EQUAL_WHERE_FINITE
    if len(differences) == 1:
        return PairedOutcome.ONE_PAIR
    # 0.91 - 0.90 and 0.93 - 0.92 are the same shift, and not the same number.
    same = float(np.ptp(differences, axis=0).max()) <= rounding
    return PairedOutcome.SAME_SHIFT if same else PairedOutcome.DIFFERENT


def _with_figures(counts: PairedEffect, differences: FloatArray, request: _Request) -> PairedEffect:
    """The figures that the outcome allows."""
    n = len(differences)
    if not n:
        return counts
    scalar = differences.shape[1] == 1
    squares = (differences**2).sum(axis=1)
    effect = replace(
        counts,
        difference=float(differences.mean()) if scalar else None,
        distance=math.sqrt(float(squares.mean())),
        test=sign_flip_test(differences, rng=request.rng) if n > 1 and differences.any() else None,
    )
    scatters = counts.outcome is PairedOutcome.DIFFERENT
    if request.variance is not None:
        value = float(squares.mean()) / (2.0 * request.variance)
        interval = _interval_of_square(differences, squares, request.confidence) if scatters else None
        if interval is not None:
            low, high = value * interval.low, value * interval.high
            interval = Interval(low, high, request.confidence)
        effect = replace(effect, variance_share=VariancePart(value, interval))
    if scalar and scatters:
        means = paired_mean_difference(np.zeros(n), differences[:, 0], confidence=request.confidence)
        effect = replace(effect, interval=means.interval)
        if request.margin is not None:
            test = paired_equivalence(differences[:, 0], margin=request.margin, alpha=1.0 - request.confidence)
            effect = replace(effect, equivalence=test)
    return effect


def _t(confidence: float, df: float) -> float:
    return float(scipy.stats.t.isf((1.0 - confidence) / 2.0, df))


def _interval_of_square(differences: FloatArray, squares: FloatArray, confidence: float) -> Interval:
    """Of the expected squared size, as multiples of its estimate."""
    n = len(squares)
    error = float(squares.var(ddof=1)) / n
    if differences.shape[1] == 1:
        # Of normal differences: 2 sigma**4 + 4 mu**2 sigma**2.
        scatter = float(differences.var(ddof=1))
        centre = max(0.0, float(differences.mean()) ** 2 - scatter / n)
        error = max(error, (2.0 * scatter**2 + 4.0 * centre * scatter) / n)
    reach = math.exp(min(700.0, _t(confidence, n - 1) * math.sqrt(error) / float(squares.mean())))
    return Interval(1.0 / reach, reach, confidence)
