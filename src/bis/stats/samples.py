"""Two samples: several originals (a recorded seed sweep) against fresh replays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_sample

MINIMUM_ORIGINALS = 3
_WELCH_FROM = 5
_LARGEST_EXACT = 200_000


class Variance(str, Enum):
    """How the standard error of a difference of means was computed."""

    POOLED = "pooled"
    WELCH = "welch"


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
    """

    difference: float
    variance: Variance
    t: float
    df: float
    p_value: float
    p_permutation: float
    exact: bool
    smallest: float


def compare_samples(
    originals: npt.ArrayLike, replays: npt.ArrayLike, *, rng: np.random.Generator | None = None, resamples: int = 99_999
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

    Returns
    -------
    SampleComparison
        t-test and permutation test of the difference of means.

    Raises
    ------
    ValueError
        A sample is too small or not finite, or `rng` is needed and missing.

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
    variance = Variance.WELCH if min(a.size, b.size) >= _WELCH_FROM else Variance.POOLED
    difference = float(a.mean() - b.mean())
    if np.ptp(a) == 0.0 and np.ptp(b) == 0.0:
        difference = float(a[0] - b[0])
        t, df, p_value = (0.0 if difference == 0.0 else math.copysign(math.inf, difference)), a.size + b.size - 2.0, 1.0
        p_value = 1.0 if difference == 0.0 else 0.0
    else:
        result = scipy.stats.ttest_ind(a, b, equal_var=variance is Variance.POOLED)
        t, df, p_value = float(result.statistic), float(result.df), float(result.pvalue)
    count = math.comb(a.size + b.size, a.size)
    exact = count <= _LARGEST_EXACT
    if not exact and rng is None:
        raise ValueError(f"there are {count} permutations of {a.size} and {b.size} values: pass rng to sample them")
    permuted = scipy.stats.permutation_test(
        (a, b),
        _mean_difference,
        vectorized=True,
        n_resamples=np.inf if exact else resamples,
        batch=20_000,
        rng=rng,
    )
    return SampleComparison(
        difference=difference,
        variance=variance,
        t=t,
        df=df,
        p_value=p_value,
        p_permutation=float(permuted.pvalue),
        exact=exact,
        smallest=min(1.0, 2.0 / count if exact else 2.0 / (resamples + 1)),
    )


def _mean_difference(a: FloatArray, b: FloatArray, axis: int) -> FloatArray:
    return np.asarray(a.mean(axis=axis) - b.mean(axis=axis), dtype=np.float64)
