"""Two samples: several originals (a recorded seed sweep) against fresh replays."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import FloatArray, as_sample
from bis.stats.interval import Interval
from bis.stats.mean_difference import Variance, mean_difference

MINIMUM_ORIGINALS = 3
_LARGEST_EXACT = 200_000


@dataclass(frozen=True, slots=True)
class SampleComparison:
    """Several originals against several replays.

    Parameters
    ----------
    difference : float
        Mean of the originals less mean of the replays, in the metric's unit.
    variance : Variance
        POOLED, or WELCH where both samples have at least 5 values.
    t : float
        Studentised difference; infinite where both samples are constant and differ.
    df : float
        Degrees of freedom.
    p_value : float
        Two-sided, of the t-test, in [0, 1].
    p_permutation : float
        Two-sided permutation p-value, in (0, 1].
    exact : bool
        Whether all permutations were counted, instead of a random sample of them.
    smallest : float
        Smallest attainable permutation p-value.
    interval : Interval
        Of the difference of means, in the metric's unit; a point where both samples are constant.
    """

    difference: float
    variance: Variance
    t: float
    df: float
    p_value: float
    p_permutation: float
    exact: bool
    smallest: float
    interval: Interval


def compare_samples(
    originals: npt.ArrayLike,
    replays: npt.ArrayLike,
    *,
    rng: np.random.Generator | None = None,
    resamples: int = 99_999,
    confidence: float = 0.95,
) -> SampleComparison:
    """Test whether several originals and the fresh replays have one distribution.

    Parameters
    ----------
    originals : array_like, shape (r,)
        In the metric's unit; finite, r >= 3.
    replays : array_like, shape (n,)
        In the same unit; finite, n >= 3.
    rng : numpy.random.Generator, optional
        Needed only where there are more than 200,000 permutations; the only source of randomness.
    resamples : int
        Number of random permutations then.
    confidence : float
        Of the interval, in (0, 1).

    Returns
    -------
    SampleComparison
        t-test, its interval, and permutation test of the difference of means.

    Raises
    ------
    ValueError
        A sample is too small or not finite, `rng` is needed and missing, or `confidence` is not in (0, 1).

    Notes
    -----
    The permutation p-value is twice the smaller tail (at most 1) and valid for every distribution; its smallest
    values are .10 for 3 against 3, .0079 for 5 against 5, .007 for 3 against 10.

    References
    ----------
    Welch (1947), doi:10.1093/biomet/34.1-2.28. Phipson and Smyth (2010), doi:10.2202/1544-6115.1585.

    Examples
    --------
    >>> result = compare_samples([5.0, 6.0, 7.0], [1.0, 2.0, 3.0])
    >>> round(result.p_value, 4), round(result.p_permutation, 3)
    (0.008, 0.1)
    """
    a = as_sample(originals, name="originals", at_least=MINIMUM_ORIGINALS)
    b = as_sample(replays, name="replays", at_least=MINIMUM_ORIGINALS)
    means = mean_difference(b, a, confidence=confidence)
    count = math.comb(a.size + b.size, a.size)
    exact = count <= _LARGEST_EXACT
    if not exact and rng is None:
        raise ValueError(f"there are {count} permutations of {a.size} and {b.size} values: pass rng to sample them")
    differences = _all_differences(a, b) if exact else _some_differences(a, b, resamples, rng)
    # As much as rounding may part equal differences; they count as ties.
    slack = 1e-14 * float(np.abs(np.concatenate([a, b])).max())
    observed = float(a.mean() - b.mean())
    extreme = min(int((differences <= observed + slack).sum()), int((differences >= observed - slack).sum()))
    p_permutation = 2.0 * extreme / count if exact else 2.0 * (extreme + 1) / (resamples + 1)
    return SampleComparison(
        difference=means.difference,
        variance=means.variance,
        t=means.t,
        df=means.df,
        p_value=means.p_value,
        p_permutation=min(1.0, p_permutation),
        exact=exact,
        smallest=min(1.0, 2.0 / count if exact else 2.0 / (resamples + 1)),
        interval=means.interval,
    )


def _all_differences(a: FloatArray, b: FloatArray) -> FloatArray:
    """Differences of means for every choice of the first sample out of both."""
    both = np.concatenate([a, b])
    choices = itertools.chain.from_iterable(itertools.combinations(range(both.size), a.size))
    places = np.fromiter(choices, dtype=np.int64).reshape(-1, a.size)
    return _differences(both[places].sum(axis=1), both, a.size)


def _some_differences(a: FloatArray, b: FloatArray, resamples: int, rng: np.random.Generator | None) -> FloatArray:
    """The same for random choices."""
    assert rng is not None
    both = np.concatenate([a, b])
    order = rng.permuted(np.broadcast_to(both, (resamples, both.size)), axis=1)
    return _differences(order[:, : a.size].sum(axis=1), both, a.size)


def _differences(sums: FloatArray, both: FloatArray, size: int) -> FloatArray:
    return np.asarray(sums / size - (both.sum() - sums) / (both.size - size), dtype=np.float64)
