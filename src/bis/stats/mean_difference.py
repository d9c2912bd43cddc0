"""Difference of means: its standard error, t-test and interval, of two samples or of pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import as_fraction, as_sample
from bis.stats.interval import Interval

if TYPE_CHECKING:
    from bis.stats.arrays import FloatArray

_WELCH_FROM = 5


class Variance(str, Enum):
    """How the standard error of a difference of means was computed."""

    POOLED = "pooled"
    WELCH = "welch"
    PAIRED = "paired"


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """A difference of means.

    Parameters
    ----------
    difference : float
        In the metric's unit.
    variance : Variance
        POOLED; WELCH where both samples have at least 5 values; PAIRED.
    spread : float
        In the metric's unit: pooled standard deviation of a run, or standard deviation of a paired difference; 0 where
        values differ by rounding alone.
    standard_error : float
        Of the difference, in the metric's unit; 0 where `spread` is.
    df : float
        Degrees of freedom.
    confidence : float
        Of the interval.
    """

    difference: float
    variance: Variance
    spread: float
    standard_error: float
    df: float
    confidence: float

    @property
    def t(self) -> float:
        """Studentised difference; without scatter 0 or infinite."""
        if self.standard_error:
            return self.difference / self.standard_error
        return math.copysign(math.inf, self.difference) if self.difference else 0.0

    @property
    def p_value(self) -> float:
        """Two-sided, of "the means are equal"; without scatter 0 or 1."""
        return float(2.0 * scipy.stats.t.sf(abs(self.t), self.df))

    @property
    def interval(self) -> Interval:
        """Of the difference, in the metric's unit; without scatter a point."""
        reach = float(scipy.stats.t.isf((1.0 - self.confidence) / 2.0, self.df)) * self.standard_error
        return Interval(self.difference - reach, self.difference + reach, self.confidence)


def mean_difference(first: npt.ArrayLike, second: npt.ArrayLike, *, confidence: float = 0.95) -> MeanDifference:
    """Mean of the second less mean of the first, of independent runs.

    Parameters
    ----------
    first : array_like, shape (m,)
        In the metric's unit; finite.
    second : array_like, shape (n,)
        In the same unit; finite. m and n >= 1, m + n >= 3.
    confidence : float
        Of the interval, in (0, 1).

    Returns
    -------
    MeanDifference
        Welch's where both have at least 5 values, else with the pooled variance: with fewer, a variance of its own for
        each costs too much power.

    Raises
    ------
    ValueError
        A sample is too small or not finite, or `confidence` is not in (0, 1).

    References
    ----------
    Welch (1947), doi:10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> result = mean_difference([1.0, 2.0, 3.0], [5.0, 6.0, 7.0])
    >>> result.difference, round(result.p_value, 4), round(result.interval.low, 2)
    (4.0, 0.008, 1.73)
    """
    # NOTE: scipy.stats.ttest_ind warns where a sample is constant, or nearly so, which is no news here.
    as_fraction(confidence, name="confidence")
    a, b = as_sample(first, name="first"), as_sample(second, name="second")
    m, n = a.size, b.size
    if m + n < 3:
        raise ValueError(f"a difference of means needs a degree of freedom; got {m} and {n} values")
    rounding = rounding_of(a, b)
    if max(np.ptp(a), np.ptp(b)) <= rounding:
        return _without_scatter(float(b[0] - a[0]), rounding, Variance.POOLED, m + n - 2.0, confidence)
    squares = [_squares(a), _squares(b)]
    difference, spread = float(b.mean() - a.mean()), math.sqrt(sum(squares) / (m + n - 2))
    if min(m, n) < _WELCH_FROM:
        error = spread * math.sqrt(1.0 / m + 1.0 / n)
        return MeanDifference(difference, Variance.POOLED, spread, error, m + n - 2.0, confidence)
    parts = [squares[0] / (m - 1) / m, squares[1] / (n - 1) / n]
    shares = [part / sum(parts) for part in parts]
    df = 1.0 / (shares[0] ** 2 / (m - 1) + shares[1] ** 2 / (n - 1))
    return MeanDifference(difference, Variance.WELCH, spread, math.sqrt(sum(parts)), df, confidence)


def paired_mean_difference(first: npt.ArrayLike, second: npt.ArrayLike, *, confidence: float = 0.95) -> MeanDifference:
    """Mean of the second less the first, of pairs of runs.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        In the metric's unit, row i of both is a pair; finite, n >= 2.
    confidence : float
        Of the interval, in (0, 1).

    Returns
    -------
    MeanDifference
        With n - 1 degrees of freedom.

    Raises
    ------
    ValueError
        There are too few pairs, a value is not finite, or `confidence` is not in (0, 1).

    References
    ----------
    Student (1908), The probable error of a mean. doi:10.2307/2331554

    Examples
    --------
    >>> paired_mean_difference([1.0, 2.0, 3.0], [2.0, 3.5, 4.5]).interval.low.__round__(2)
    0.62
    """
    as_fraction(confidence, name="confidence")
    a, b = as_sample(first, name="first", at_least=2), as_sample(second, name="second", at_least=2)
    if a.size != b.size:
        raise ValueError(f"pairs need samples of one length; got {a.size} and {b.size}")
    values, rounding, n = b - a, rounding_of(a, b), a.size
    if np.ptp(values) <= rounding:
        return _without_scatter(float(values[0]), rounding, Variance.PAIRED, n - 1.0, confidence)
    spread = math.sqrt(_squares(values) / (n - 1))
    return MeanDifference(float(values.mean()), Variance.PAIRED, spread, spread / math.sqrt(n), n - 1.0, confidence)


def rounding_of(*samples: FloatArray) -> float:
    """By how much rounding alone may part two differences of such values: 0.93 - 0.92 is not 0.91 - 0.90.

    Parameters
    ----------
    samples : ndarray
        Finite values, in one unit.

    Returns
    -------
    float
        Four units in the last place of the largest, in the unit of the values.

    Examples
    --------
    >>> rounding_of(np.array([0.9, 0.91])) < 1e-15
    True
    """
    return 4.0 * float(np.finfo(np.float64).eps) * max(float(np.abs(x).max(initial=0.0)) for x in samples)


def _without_scatter(
    difference: float, rounding: float, variance: Variance, df: float, confidence: float
) -> MeanDifference:
    return MeanDifference(difference if abs(difference) > rounding else 0.0, variance, 0.0, 0.0, df, confidence)


def _squares(values: FloatArray) -> float:
    """Sum of squared deviations; from the first value on, so that values that nearly agree lose nothing."""
    return float((values - values[0]).var() * values.size)
