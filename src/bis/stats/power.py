"""Power: what a verdict on n replays could have detected."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_fraction

_MANY = 10_000  # degrees of freedom from which the distribution counts as known; changes the power by less than 1e-4
_PANELS, _NODES = 60, 16  # exact to 1e-12 for up to 1,000 replays, to 1e-6 for 10,000
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
_REACH = 9.0  # standard deviations; the normal tail beyond is 1e-19


def prediction_power(shift: npt.ArrayLike, n: float, *, alpha: float = 0.05) -> FloatArray:
    """Probability that the prediction-interval test detects a shift of the original.

    Parameters
    ----------
    shift : array_like, shape (...)
        True shift of the original's mean in standard deviations of a run; finite.
    n : float
        Number of fresh replays, at least 2; ``math.inf`` for a known distribution.
    alpha : float
        Level of the two-sided test, in (0, 1).

    Returns
    -------
    ndarray, shape (...)
        In [alpha, 1].

    Raises
    ------
    ValueError
        `n` is below 2 or `alpha` is not in (0, 1).

    Notes
    -----
    t has n - 1 degrees of freedom and noncentrality ``shift / sqrt(1 + 1/n)``. One original scatters itself, so
    that the power for 2 standard deviations stays below .516 for every n.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2. ISBN 0-471-58494-0

    Examples
    --------
    >>> prediction_power([2.0, 3.0], 10).round(2)
    array([0.4 , 0.72])
    """
    as_fraction(alpha, name="alpha")
    shifts = np.asarray(shift, dtype=np.float64)
    if not n >= 2:
        raise ValueError(f"n must be at least 2; got {n}")
    noncentrality = np.abs(shifts) / math.sqrt(1.0 + (0.0 if math.isinf(n) else 1.0 / n))
    return two_sided_t_power(noncentrality, n - 1.0, alpha=alpha)


def two_sided_t_power(noncentrality: npt.ArrayLike, df: float, *, alpha: float = 0.05) -> FloatArray:
    """Probability that a two-sided t-test rejects.

    Parameters
    ----------
    noncentrality : array_like, shape (...)
        True difference over its true standard error; finite.
    df : float
        Degrees of freedom, at least 1; may be ``math.inf``.
    alpha : float
        Level, in (0, 1).

    Returns
    -------
    ndarray, shape (...)
        In [alpha, 1].

    Raises
    ------
    ValueError
        `df` is below 1 or `alpha` is not in (0, 1).

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2. ISBN 0-471-58494-0

    Examples
    --------
    >>> two_sided_t_power([0.0, 3.0], 9).round(3)
    array([0.05 , 0.761])
    """
    as_fraction(alpha, name="alpha")
    centre = np.abs(np.asarray(noncentrality, dtype=np.float64))
    if not df >= 1:
        raise ValueError(f"df must be at least 1; got {df}")
    if df >= _MANY:
        bound = float(scipy.stats.norm.isf(alpha / 2.0))
        power = scipy.stats.norm.sf(bound - centre) + scipy.stats.norm.cdf(-bound - centre)
    else:
        power = _noncentral_tails(-float(scipy.special.stdtrit(df, alpha / 2.0)), df, centre)
    return np.asarray(np.clip(power, 0.0, 1.0), dtype=np.float64)


def _noncentral_tails(bound: float, df: float, noncentrality: FloatArray) -> FloatArray:
    """P(|T| >= bound) of the noncentral t with these degrees of freedom."""
    # NOTE: scipy.stats.nct returns NaN in places from a noncentrality of about 8.5 on. With x the numerator of T,
    # |T| >= bound means chi2 <= df (x / bound)**2: integrate that over x, on either side of its kink at 0.
    nodes, weights = _composite_legendre()
    centre = noncentrality[..., np.newaxis]
    total = np.zeros(noncentrality.shape)
    above = (np.maximum(centre - _REACH, 0.0), centre + _REACH)
    below = (np.minimum(centre - _REACH, 0.0), np.zeros_like(centre))
    for low, high in (above, below):
        half = (high - low) / 2.0
        x = low + half * (nodes + 1.0)
        # The density of the normal and the distribution function of chi2, without the checks of scipy.stats.
        density = np.exp(-0.5 * (x - centre) ** 2) * scipy.special.chdtr(df, df * (x / bound) ** 2) / _ROOT_TWO_PI
        total = total + (half * weights * density).sum(axis=-1)
    return total


@lru_cache(maxsize=1)
def _composite_legendre() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss-Legendre quadrature on [-1, 1], panel by panel."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    centres = (2.0 * np.arange(_PANELS) + 1.0) / _PANELS - 1.0
    return (centres[:, np.newaxis] + nodes / _PANELS).ravel(), np.tile(weights / _PANELS, _PANELS)


def minimum_detectable_shift(n: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest shift of the original that the prediction-interval test detects with a given power.

    Parameters
    ----------
    n : float
        Number of fresh replays, at least 2; may be ``math.inf``.
    power : float
        In (alpha, 1).
    alpha : float
        Level, in (0, 1).

    Returns
    -------
    float
        In standard deviations of a run.

    Raises
    ------
    ValueError
        `n` is below 2, or not ``0 < alpha < power < 1``.

    References
    ----------
    See `prediction_power`.

    Examples
    --------
    >>> [round(minimum_detectable_shift(n), 1) for n in (3, 5, 10, 20)]
    [6.5, 4.1, 3.3, 3.0]
    """
    if not as_fraction(alpha, name="alpha") < as_fraction(power, name="power"):
        raise ValueError(f"power must exceed alpha; got {power} and {alpha}")
    high = 4.0
    while float(prediction_power(high, n, alpha=alpha)) < power:
        high *= 2.0
    root: float = scipy.optimize.brentq(
        lambda d: float(prediction_power(d, n, alpha=alpha)) - power, 0.0, high, xtol=1e-6
    )
    return root
