"""Power of comparisons of means: which difference n replays could have shown, and how many would decide."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_fraction
from bis.stats.power import two_sided_t_power

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_REPLAYS = 100_000
LEAST_PAIRS = 6  # below, no pattern of signs is rare enough for a level of .05
LEAST_RUNS = 4  # of each, the same for permutations
_HUGE = 1e3  # standard deviations: found for certain, and no overflow


def mean_power(shift: npt.ArrayLike, n: int, *, second: int | None = None, alpha: float = 0.05) -> FloatArray:
    """Probability that a t-test finds a difference of means.

    Parameters
    ----------
    shift : array_like, shape (...)
        True difference in standard deviations: of a run for two samples, of a difference for pairs; finite.
    n : int
        Number of pairs, at least 2; or of runs of the first sample.
    second : int, optional
        Number of runs of the second sample; None for pairs.
    alpha : float
        Level of the two-sided test, in (0, 1).

    Returns
    -------
    ndarray, shape (...)
        In [alpha, 1].

    Raises
    ------
    ValueError
        There are no degrees of freedom, or `alpha` is not in (0, 1).

    Notes
    -----
    Permutation and sign-flip tests come within a few points of it from 8 replays each on.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2. ISBN 0-471-58494-0

    Examples
    --------
    >>> mean_power([1.0, 2.0], 8).round(2), mean_power([1.0, 2.0], 8, second=8).round(2)
    (array([0.68, 1.  ]), array([0.46, 0.96]))
    """
    df, error = _design(n, second)
    return two_sided_t_power(np.asarray(shift, dtype=np.float64) / error, df, alpha=alpha)


@lru_cache(maxsize=256)  # comparisons of many metrics over the same replays ask for one number
def detectable_difference(n: int, *, second: int | None = None, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest difference of means that a t-test finds with a given power.

    Parameters
    ----------
    n, second : int
        As for `mean_power`.
    power : float
        In (alpha, 1).
    alpha : float
        Level, in (0, 1).

    Returns
    -------
    float
        In standard deviations: of a run for two samples, of a difference for pairs.

    Raises
    ------
    ValueError
        There are no degrees of freedom, or not ``0 < alpha < power < 1``.

    References
    ----------
    See `mean_power`.

    Examples
    --------
    >>> round(detectable_difference(8), 2), round(detectable_difference(8, second=8), 2)
    (1.16, 1.51)
    """
    if not as_fraction(alpha, name="alpha") < as_fraction(power, name="power"):
        raise ValueError(f"power must exceed alpha; got {power} and {alpha}")
    df, error = _design(n, second)
    high = 4.0
    while float(two_sided_t_power(high, df, alpha=alpha)) < power:
        high *= 2.0
    root = scipy.optimize.brentq(lambda x: float(two_sided_t_power(x, df, alpha=alpha)) - power, 0.0, high, xtol=1e-6)
    return float(root * error)


def replays_to_detect(shift: float, *, paired: bool, power: float = 0.8, alpha: float = 0.05) -> int | None:
    """Number of replays (pairs, or of each experiment) that would show a difference of means.

    Parameters
    ----------
    shift : float
        True difference in standard deviations, as for `mean_power`; not NaN.
    paired : bool
        Whether replays are made in pairs with the same entropy.
    power : float
        In (alpha, 1).
    alpha : float
        Level, in (0, 1).

    Returns
    -------
    int or None
        At least 6 pairs, or 4 of each: with fewer, permutation tests cannot reject at .05. None for more than 100,000.

    Raises
    ------
    ValueError
        `shift` is NaN, or not ``0 < alpha < power < 1``.

    Notes
    -----
    With the difference that a first comparison has found instead of the true one this is a guess: it falls short where
    the difference was found large by luck.

    Examples
    --------
    >>> replays_to_detect(1.0, paired=False), replays_to_detect(1.0, paired=True), replays_to_detect(0.0, paired=True)
    (17, 10, None)
    """
    if math.isnan(shift):
        raise ValueError("shift must be a number; got NaN")
    if not as_fraction(alpha, name="alpha") < as_fraction(power, name="power"):
        raise ValueError(f"power must exceed alpha; got {power} and {alpha}")
    size = min(abs(shift), _HUGE)
    return _least(
        lambda n: float(mean_power(size, n, second=None if paired else n, alpha=alpha)) >= power,
        _least_n(paired=paired),
    )


def replays_for_equivalence(margin: float, *, paired: bool, power: float = 0.8, alpha: float = 0.05) -> int | None:
    """Number of replays (pairs, or of each experiment) that would show equivalence, if there is no difference.

    Parameters
    ----------
    margin : float
        Largest difference that does not matter, in standard deviations as for `mean_power`; above 0.
    paired : bool
        Whether replays are made in pairs with the same entropy.
    power : float
        In (0, 1).
    alpha : float
        Level of each of the two one-sided tests, in (0, .5).

    Returns
    -------
    int or None
        At least 6 pairs, or 4 of each. None for more than 100,000.

    Raises
    ------
    ValueError
        `margin` is not positive, or `power` or `alpha` is out of its range.

    References
    ----------
    Phillips (1990), Power of the two one-sided tests procedure in bioequivalence. doi:10.1007/BF01063556; its
    approximation by central t.

    Examples
    --------
    >>> [replays_for_equivalence(margin, paired=False) for margin in (0.5, 1.0, 1.5, 2.0)]
    [70, 18, 9, 6]
    """
    if not margin > 0.0:
        raise ValueError(f"margin must be positive; got {margin}")
    if not as_fraction(alpha, name="alpha") < 0.5:
        raise ValueError(f"alpha must be below .5; got {alpha}")
    as_fraction(power, name="power")

    def enough(n: int) -> bool:
        df, error = _design(n, None if paired else n)
        reach = min(margin, _HUGE) / error - float(scipy.stats.t.isf(alpha, df))
        return 2.0 * float(scipy.stats.t.cdf(reach, df)) - 1.0 >= power

    return _least(enough, _least_n(paired=paired))


def _design(n: int, second: int | None) -> tuple[float, float]:
    """Degrees of freedom, and the standard error in standard deviations."""
    df = n - 1.0 if second is None else n + second - 2.0
    if n < 1 or (second is not None and second < 1) or df < 1.0:
        raise ValueError(f"a difference of means needs a degree of freedom; got n={n}, second={second}")
    return df, math.sqrt(1.0 / n + (0.0 if second is None else 1.0 / second))


def _least_n(*, paired: bool) -> int:
    return LEAST_PAIRS if paired else LEAST_RUNS


def _least(enough: Callable[[int], bool], low: int) -> int | None:
    """The smallest number from `low` on that is enough; all larger ones are."""
    high = low
    while not enough(high):
        if high >= MOST_REPLAYS:
            return None
        low, high = high + 1, min(2 * high, MOST_REPLAYS)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
