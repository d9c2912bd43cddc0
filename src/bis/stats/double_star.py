"""Double star: a design of runs that divides the variance of an output among up to five causes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import BoolArray, FloatArray, as_fraction
from bis.stats.binomial import identical_lower_bound
from bis.stats.interval import Interval
from bis.stats.jackknife import RatioEstimate, ratio_of_means
from bis.stats.shapley import shapley_weights
from bis.stats.variance_shares import (
    FactorShares,
    SchedulingNoise,
    SharesOutcome,
    VariancePart,
    VarianceShares,
    needed_blocks,
)

MOST_FACTORS = 5
_LARGEST_DF = 1e6
_CHANCE = 0.05
_PLAIN = 200  # powers of two of differences whose squares are in the middle of the range of floats
_NOTHING = VariancePart(0.0, None)


@cache
def corners(k: int) -> tuple[tuple[bool, ...], ...]:
    """The runs of one block: which factors take their entropy from B instead of A.

    Parameters
    ----------
    k : int
        Number of factors, 1 to 5.

    Returns
    -------
    tuple of tuple of bool
        One tuple of length k a run: A, B, A with one factor from B (for each), B with one factor from A (for each).
        Runs that would be the same are made once: 2, 4, 8, 10 and 12 runs for k = 1 to 5.

    Raises
    ------
    ValueError
        `k` is below 1 or above 5. With 6 factors 20 of the 63 subsets have no pair of runs that differs in them alone:
        factors must be grouped.

    Examples
    --------
    >>> ["".join("AB"[b] for b in corner) for corner in corners(3)]
    ['AAA', 'BBB', 'BAA', 'ABA', 'AAB', 'ABB', 'BAB', 'BBA']
    """
    if not 1 <= k <= MOST_FACTORS:
        raise ValueError(f"the double star takes 1 to {MOST_FACTORS} factors; got {k}: group them")
    single = [tuple(i == j for j in range(k)) for i in range(k)]
    swapped = [tuple(not b for b in corner) for corner in single]
    return tuple(dict.fromkeys([(False,) * k, (True,) * k, *single, *swapped]))


_FACTORS_BY_RUNS = {len(corners(k)): k for k in range(1, MOST_FACTORS + 1)}


def estimate_shares(
    blocks: npt.ArrayLike,
    repeats: npt.ArrayLike | None = None,
    *,
    missing: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> VarianceShares:
    """Divide the variance of an output among the factors of a double-star design.

    Parameters
    ----------
    blocks : array_like, shape (n, runs, d)
        Outputs of n independent blocks, the runs in the order of `corners`, each with d components: d = 1 for a
        metric, more for instance for the probabilities on a probe set. Every block has entropy of its own.
    repeats : array_like, shape (r, 2, d), optional
        Outputs of corners that were run twice, in pairs; they measure scheduling noise.
    missing : array_like of bool, shape (n, runs), optional
        Runs that failed or were not made; what `blocks` holds there is not read.
    confidence : float
        Of all intervals, in (0, 1).

    Returns
    -------
    VarianceShares
        Shapley share, first-order and total effect of each factor, interaction, and scheduling noise.

    Raises
    ------
    ValueError
        The shapes do not fit, or `confidence` is not in (0, 1). NaN and infinities are no errors: their blocks and
        pairs are left out and counted.

    Notes
    -----
    Let ``V(S)`` be the expected variance of the output over the factors in S and scheduling, the other factors being
    fixed. Half the squared (Euclidean) difference of two runs that differ in exactly S has this expectation. For
    k <= 5 a block has such a pair for every S, so that all effects come unbiased from the same runs. ``V`` is that of
    all factors, ``V_eps`` that of none, from the repeats. Then

    - total effect of i: ``(V({i}) - V_eps) / V``;
    - first-order effect: ``1 - V(all but i) / V``;
    - share: the Shapley value of ``V(S) - V_eps``, by ``V``; all shares and ``V_eps / V`` add up to 1.

    Without repeats scheduling noise counts for the factors, in equal parts for the shares.

    Intervals are those of the jackknife over blocks (see `ratio_of_means` for its degrees of freedom), widened by the
    error of ``V_eps``. That of scheduling noise takes both variances as multiples of chi-squared variables, hence
    their ratio as F: a pair counts one degree of freedom, less where the pairs scatter more than normal noise would let
    them (noise that strikes few runs, and those hard). For such noise 4 pairs are few: its interval then covers
    four times in five.

    A factor is inert where in every block all runs that agree on the other factors are equal, bit for bit, and every
    single change of every other factor moves the output. The design without it is the one for k - 1 factors, and is
    used instead. Where others leave the output equal now and then, as they do an accuracy, a factor that moved nothing
    keeps its share (near 0) and its interval: with 4 blocks and a standard deviation of .3 quanta, causes with 40 % of
    the variance move nothing in one experiment out of six.

    What did not happen in any block is not in the figures: a cause that seldom acts, but then hard, needs many blocks.

    References
    ----------
    Owen (2014), Sobol' indices and Shapley value, doi:10.1137/130936233. Song, Nelson and Staum (2016), Shapley effects
    for global sensitivity analysis, doi:10.1137/15M1048070. Jansen (1999), doi:10.1016/S0010-4655(98)00154-4, for
    pairs. Gamboa et al. (2014), Sensitivity analysis for multidimensional and functional outputs,
    doi:10.1214/14-EJS895, for vectors. Miller (1974), The jackknife. doi:10.1093/biomet/61.1.1.

    Examples
    --------
    >>> a, b = np.random.default_rng(0).standard_normal((2, 64, 1, 2))
    >>> runs = np.where(np.array(corners(2)), b, a) @ [3.0, 1.0]
    >>> shares = estimate_shares(runs[..., np.newaxis])
    >>> [round(factor.share.value, 2) for factor in shares.factors]
    [0.91, 0.09]
    """
    as_fraction(confidence, name="confidence")
    outputs = np.asarray(blocks, dtype=np.float64)
    if outputs.ndim != 3 or outputs.shape[1] not in _FACTORS_BY_RUNS or outputs.shape[2] < 1:
        raise ValueError(
            f"blocks must have shape (n, runs, d) with {sorted(_FACTORS_BY_RUNS)} runs for 1 to {MOST_FACTORS} factors;"
            f" got {outputs.shape}"
        )
    absent = _as_missing(missing, outputs.shape[:2])
    pairs = _as_repeats(repeats, outputs.shape[2])
    incomplete = absent.any(axis=1)
    not_finite = ~incomplete & ~np.isfinite(outputs).all(axis=(1, 2))
    kept = outputs[~incomplete & ~not_finite]
    finite = pairs[np.isfinite(pairs).all(axis=(1, 2))]
    return _Estimation(
        blocks=kept,
        pairs=finite,
        incomplete=int(incomplete.sum()),
        not_finite=int(not_finite.sum()),
        pairs_not_finite=len(pairs) - len(finite),
        confidence=confidence,
    ).result()


def _as_missing(missing: npt.ArrayLike | None, shape: tuple[int, ...]) -> BoolArray:
    if missing is None:
        return np.zeros(shape, dtype=np.bool_)
    absent = np.asarray(missing, dtype=np.bool_)
    if absent.shape != shape:
        raise ValueError(f"missing must have the shape {shape} of blocks and runs; got {absent.shape}")
    return absent


def _as_repeats(repeats: npt.ArrayLike | None, d: int) -> FloatArray:
    if repeats is None:
        return np.zeros((0, 2, d))
    pairs = np.asarray(repeats, dtype=np.float64)
    if pairs.ndim != 3 or pairs.shape[1:] != (2, d):
        raise ValueError(f"repeats must have shape (r, 2, {d}); got {pairs.shape}")
    return pairs


@cache
def _runs_by_difference(k: int) -> dict[int, tuple[tuple[int, int], ...]]:
    """Pairs of runs of a block by the set of factors (as bits) in which they differ."""
    found: dict[int, list[tuple[int, int]]] = {}
    bits = [sum(b << i for i, b in enumerate(corner)) for corner in corners(k)]
    for a, b in itertools.combinations(range(len(bits)), 2):
        found.setdefault(bits[a] ^ bits[b], []).append((a, b))
    return {subset: tuple(found[subset]) for subset in sorted(found)}


def set_variances(blocks: FloatArray) -> FloatArray:
    """Variance over each subset of the factors, block by block.

    Parameters
    ----------
    blocks : ndarray, shape (..., runs, d)
        Outputs, the runs in the order of `corners`; finite.

    Returns
    -------
    ndarray, shape (..., 2**k)
        For each subset (its bits are the factors) half the mean squared distance of the pairs of runs that differ in
        exactly this subset, in squared units of the output; 0 for the empty one. Unbiased.

    References
    ----------
    Jansen (1999), doi:10.1016/S0010-4655(98)00154-4

    Examples
    --------
    >>> set_variances(np.array([[[0.0], [3.0], [2.0], [1.0]]]))
    array([[0. , 2. , 0.5, 2.5]])
    """
    pairs = _runs_by_difference(_FACTORS_BY_RUNS[blocks.shape[-2]])
    variances = np.zeros((*blocks.shape[:-2], len(pairs) + 1))
    for subset, runs in pairs.items():
        # Pair by pair: the predictions of many runs for a large probe are large themselves.
        squares = [((blocks[..., a, :] - blocks[..., b, :]) ** 2).sum(axis=-1) for a, b in runs]
        variances[..., subset] = sum(squares) / (2.0 * len(runs))
    return variances


def _inert_factors(blocks: FloatArray) -> tuple[int, ...]:
    """Factors without which the others still determine every output, bit for bit."""
    design = corners(_FACTORS_BY_RUNS[blocks.shape[1]])
    inert: list[int] = []
    for factor in range(len(design[0])):
        left_out = {*inert, factor}
        first: dict[tuple[bool, ...], int] = {}
        same = [
            first.setdefault(tuple(b for i, b in enumerate(c) if i not in left_out), r) for r, c in enumerate(design)
        ]
        if bool((blocks == blocks[:, same]).all()):
            inert.append(factor)
    return tuple(inert) if _is_conclusive(blocks, inert) else ()


def _changes(blocks: FloatArray) -> tuple[tuple[int, int], ...]:
    """For each factor how many pairs of runs that differ in it alone have other outputs, and how many there are."""
    k = _FACTORS_BY_RUNS[blocks.shape[1]]
    found = []
    for factor in range(k):
        runs = _runs_by_difference(k)[1 << factor]
        changed = sum(int((blocks[:, a] != blocks[:, b]).any(axis=1).sum()) for a, b in runs)
        found.append((changed, len(blocks) * len(runs)))
    return tuple(found)


def _is_conclusive(blocks: FloatArray, inert: list[int]) -> bool:
    """Whether an output that no change of these factors moved would have moved, had they any effect."""
    changes = _changes(blocks)
    others = [changes[factor] for factor in range(len(changes)) if factor not in inert]
    # A metric that other causes leave equal now and then, such as an accuracy, may stay equal by chance.
    if not inert or any(changed < pairs for changed, pairs in others):
        return False
    # How often a cause with an effect leaves it equal, at most; and this in all pairs.
    ties = 1.0 - identical_lower_bound(sum(pairs for _, pairs in others))
    return all(ties ** changes[factor][1] <= _CHANCE for factor in inert)


def _without(blocks: FloatArray, inert: tuple[int, ...]) -> FloatArray:
    """The blocks of the design without these factors, which is part of the one with them."""
    design = corners(_FACTORS_BY_RUNS[blocks.shape[1]])
    kept = [i for i in range(len(design[0])) if i not in inert]
    place: dict[tuple[bool, ...], int] = {}
    for run, corner in enumerate(design):
        place.setdefault(tuple(corner[i] for i in kept), run)
    return blocks[:, [place[corner] for corner in corners(len(kept))]]


def _scaled(blocks: FloatArray, pairs: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """Outputs by a power of two so that squared differences neither overflow nor vanish; and its exponent."""
    arrays = [array for array in (blocks, pairs) if array.size]
    with np.errstate(over="ignore", under="ignore"):
        lows = np.min([array.min(axis=(0, 1)) for array in arrays], axis=0) if arrays else np.zeros(1)
        highs = np.max([array.max(axis=(0, 1)) for array in arrays], axis=0) if arrays else np.zeros(1)
        # Halves, since the difference of the largest numbers is none.
        exponent = int(np.frexp((highs / 2.0 - lows / 2.0).max())[1]) + 1
        if abs(exponent) <= _PLAIN:
            return blocks, pairs, 0
        varies = highs > lows  # a constant beside them may be too large to be scaled
        return np.ldexp(blocks[..., varies], -exponent), np.ldexp(pairs[..., varies], -exponent), exponent


def _dimension(blocks: FloatArray) -> float:
    """Number of directions in which the output varies, from the differences B - A of all blocks; at least 1."""
    differences = blocks[:, 1] - blocks[:, 0]
    n, d = differences.shape
    if d == 1 or n == 1:
        return 1.0
    products = differences @ differences.T
    trace = float(np.trace(products)) / n
    # Two blocks are independent: the square of their product has the expectation tr(C**2).
    squares = float((products**2).sum() - (np.diag(products) ** 2).sum()) / (n * (n - 1))
    if squares == 0.0:
        return float(d) if trace else 1.0
    return float(min(d, max(1.0, trace**2 / squares)))


@dataclass(frozen=True, slots=True)
class _Estimation:
    """What is left after the blocks were checked: finite outputs of complete blocks, finite pairs; and what is not."""

    blocks: FloatArray
    pairs: FloatArray
    incomplete: int
    not_finite: int
    pairs_not_finite: int
    confidence: float

    def result(self) -> VarianceShares:
        """The shares, or why there are none."""
        blocks, pairs, exponent = _scaled(self.blocks, self.pairs)
        # Half the squared distance of a pair has the variance of the noise as its expectation.
        halves = ((pairs[:, 0] - pairs[:, 1]) ** 2).sum(axis=1) / 2.0
        if not len(blocks):
            return self._without_shares(SharesOutcome.NO_BLOCK, None, halves, exponent)
        if bool((self.blocks == self.blocks[:, :1]).all()):
            return self._without_shares(self._why_constant(), 0.0, halves, exponent)
        inert = _inert_factors(self.blocks)
        variances = set_variances(_without(blocks, inert))
        if not bool(variances[:, -1].any()):
            return self._without_shares(SharesOutcome.UNRESOLVED, 0.0, halves, exponent)
        return self._shares(variances, inert, halves, exponent, _dimension(blocks))

    def _why_constant(self) -> SharesOutcome:
        """Where the runs of each block are all equal."""
        if not bool((self.blocks == self.blocks[0, 0]).all()):
            return SharesOutcome.VARIES_BETWEEN_BLOCKS
        return SharesOutcome.UNRESOLVED if self._differing() else SharesOutcome.NOTHING_VARIES

    def _differing(self) -> int:
        return int((self.pairs[:, 0] != self.pairs[:, 1]).any(axis=1).sum())

    def _without_shares(
        self, outcome: SharesOutcome, variance: float | None, halves: FloatArray, exponent: int
    ) -> VarianceShares:
        noise = _unscaled(float(halves.mean()), exponent) if halves.size else None
        return VarianceShares(
            outcome=outcome,
            factors=(),
            interaction=None,
            scheduling=SchedulingNoise(halves.size, self._differing(), self.pairs_not_finite, noise, None),
            variance=variance,
            blocks=len(self.blocks),
            incomplete=self.incomplete,
            not_finite=self.not_finite,
            effective_blocks=0.0,
            dimension=0.0,
            indicative=True,
            confidence=self.confidence,
        )

    def _shares(
        self, variances: FloatArray, inert: tuple[int, ...], halves: FloatArray, exponent: int, dimension: float
    ) -> VarianceShares:
        """From the variances over the subsets of the factors that are not inert, block by block."""
        n, subsets = variances.shape
        k = subsets.bit_length() - 1
        noise = float(halves.mean()) if halves.size else 0.0
        whole = variances[:, -1]
        single = variances[:, [1 << i for i in range(k)]]
        # With one factor, fixing it leaves the noise, which is not in the column of the empty set.
        first_order = whole[:, np.newaxis] - variances[:, [(subsets - 1) ^ (1 << i) for i in range(k)]]
        first_order -= noise if k == 1 else 0.0
        # Of V(S) - V_eps for all S but the empty one, whose value is 0 and whose weight is 1/k.
        shapley = variances @ shapley_weights(k).T - noise / k
        interaction = whole - first_order.sum(axis=1) - noise
        slopes = np.repeat([-1.0 / k, -1.0 if k == 1 else 0.0, -1.0, 0.0 if k == 1 else -1.0], [k, k, k, 1])
        estimate = ratio_of_means(np.column_stack([shapley, first_order, single - noise, interaction]), whole)
        parts = _parts(estimate, slopes * _error_of_noise(halves) / float(whole.mean()), self.confidence)
        all_factors = k + len(inert)
        place = {factor: i for i, factor in enumerate(f for f in range(all_factors) if f not in inert)}
        changes = _changes(self.blocks)
        factors = tuple(
            FactorShares(
                factor=factor,
                share=parts[place[factor]] if factor in place else _NOTHING,
                first_order=parts[k + place[factor]] if factor in place else _NOTHING,
                total=parts[2 * k + place[factor]] if factor in place else _NOTHING,
                inert=factor not in place,
                pairs=changes[factor][1],
                changed=changes[factor][0],
            )
            for factor in range(all_factors)
        )
        return VarianceShares(
            outcome=SharesOutcome.ESTIMATED,
            factors=factors,
            interaction=parts[-1],
            scheduling=self._scheduling(halves, whole, exponent),
            variance=_unscaled(float(whole.mean()), exponent),
            blocks=n,
            incomplete=self.incomplete,
            not_finite=self.not_finite,
            effective_blocks=estimate.effective_blocks,
            dimension=dimension,
            indicative=n < needed_blocks(dimension) or estimate.standard_errors is None,
            confidence=self.confidence,
        )

    def _scheduling(self, halves: FloatArray, whole: FloatArray, exponent: int) -> SchedulingNoise:
        r, differing = halves.size, self._differing()
        if not r:
            return SchedulingNoise(0, 0, self.pairs_not_finite, None, None)
        noise, total = float(halves.mean()), float(whole.mean())
        interval = None
        if differing and len(whole) > 1:
            variance = float(whole.var(ddof=1)) / len(whole)
            # A scalar's variance has no more degrees of freedom than a block has runs that are not the first.
            most = len(whole) * (self.blocks.shape[1] - 1.0) if self.blocks.shape[2] == 1 else _LARGEST_DF
            df = min(most, 2.0 * total**2 / variance) if variance else most
            tail = (1.0 - self.confidence) / 2.0
            df_noise = 2.0 * (noise / _error_of_noise(halves)) ** 2
            high, low = scipy.stats.f.isf([tail, 1.0 - tail], df_noise, df)
            interval = Interval(noise / total / float(high), noise / total / float(low), self.confidence)
        part = VariancePart(noise / total, interval)
        return SchedulingNoise(r, differing, self.pairs_not_finite, _unscaled(noise, exponent), part)


def _parts(estimate: RatioEstimate, noise_errors: FloatArray, confidence: float) -> list[VariancePart]:
    values = estimate.ratios.tolist()
    if estimate.standard_errors is None:
        return [VariancePart(value, None) for value in values]
    reach = estimate.quantile(confidence=confidence) * np.hypot(estimate.standard_errors, noise_errors)
    return [
        VariancePart(value, Interval(value - r, value + r, confidence))
        for value, r in zip(values, reach.tolist(), strict=True)
    ]


def _error_of_noise(halves: FloatArray) -> float:
    """Standard error of the variance of scheduling noise: what it is for normal noise, or what is seen, if more."""
    r = halves.size
    if not r:
        return 0.0
    normal = float(halves.mean()) * math.sqrt(2.0 / r)
    return max(normal, float(halves.std(ddof=1)) / math.sqrt(r)) if r > 1 else normal


def _unscaled(variance: float, exponent: int) -> float:
    """In squared units of the output; infinite or 0 where a float cannot hold it."""
    with np.errstate(over="ignore", under="ignore"):
        return float(np.ldexp(variance, 2 * exponent))
