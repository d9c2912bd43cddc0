"""Variance ratio: how much of the variance of an output is left after something was fixed."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_fraction
from bis.stats.interval import Interval
from bis.stats.variance_shares import VariancePart


def variance_ratio(after: npt.ArrayLike, before: npt.ArrayLike, *, confidence: float = 0.95) -> VariancePart:
    """Variance of one sample by that of another.

    Parameters
    ----------
    after, before : array_like, shape (n, d) and (m, d)
        Independent outputs with d components each, n and m at least 3; finite. Variances are summed over components.
    confidence : float
        Of the interval, in (0, 1).

    Returns
    -------
    VariancePart
        The ratio. Without an interval where `after` does not vary at all, or where leaving one output out takes all
        variance away.

    Raises
    ------
    ValueError
        The shapes do not fit, there are too few outputs, or `before` does not vary.

    Notes
    -----
    The interval is the jackknife's for the logarithm of the ratio, with t of the smaller sample's degrees of freedom.
    It needs no normal outputs, as an F interval would.

    References
    ----------
    Miller (1968), Jackknifing variances. doi:10.1214/aoms/1177698418

    Examples
    --------
    >>> part = variance_ratio([[0.0], [1.0], [2.0], [3.0]], [[0.0], [2.0], [4.0], [6.0]])
    >>> round(part.value, 3), part.interval is not None
    (0.25, True)
    """
    as_fraction(confidence, name="confidence")
    top, bottom = (np.asarray(values, dtype=np.float64) for values in (after, before))
    if top.ndim != 2 or bottom.ndim != 2 or top.shape[1] != bottom.shape[1]:
        raise ValueError(f"need shapes (n, d) and (m, d); got {top.shape} and {bottom.shape}")
    if min(len(top), len(bottom)) < 3:
        raise ValueError(f"need at least 3 outputs each; got {len(top)} and {len(bottom)}")
    if not (np.isfinite(top).all() and np.isfinite(bottom).all()):
        raise ValueError("outputs must be finite")
    whole = _variance(bottom)
    if whole <= 0.0:
        raise ValueError("before must vary")
    value = _variance(top) / whole
    if value == 0.0:
        return VariancePart(0.0, None)
    errors = [_squared_error_of_log(sample) for sample in (top, bottom)]
    if not all(map(math.isfinite, errors)):
        return VariancePart(value, None)
    df = min(len(top), len(bottom)) - 1
    reach = float(scipy.stats.t.isf((1.0 - confidence) / 2.0, df)) * math.sqrt(sum(errors))
    return VariancePart(value, Interval(value * math.exp(-reach), value * math.exp(reach), confidence))


def _variance(sample: FloatArray) -> float:
    return float(sample.var(axis=0, ddof=1).sum())


def _squared_error_of_log(sample: FloatArray) -> float:
    """Of the logarithm of the variance; infinite where one output alone makes it."""
    left = [_variance(np.delete(sample, i, axis=0)) for i in range(len(sample))]
    if min(left) <= 0.0:
        return math.inf
    logs = np.log(left)
    n = len(sample)
    return float((n - 1) / n * ((logs - logs.mean()) ** 2).sum())
