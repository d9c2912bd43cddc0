"""Jackknife: the error of a ratio of means, from leaving out one block at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_batch, as_fraction


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """Ratios of means over blocks, with their errors.

    Parameters
    ----------
    ratios : ndarray, shape (m,)
        Mean numerator over mean denominator.
    standard_errors : ndarray, shape (m,) or None
        Delete-one-block jackknife; None where fewer than two blocks have a denominator.
    effective_blocks : float
        ``(sum d)**2 / sum d**2`` of the denominators: as many blocks with equal denominators would say as much.
    """

    ratios: FloatArray
    standard_errors: FloatArray | None
    effective_blocks: float

    def quantile(self, *, confidence: float) -> float:
        """How many standard errors a two-sided interval reaches.

        Parameters
        ----------
        confidence : float
            In (0, 1).

        Returns
        -------
        float
            Quantile of t with ``effective_blocks - 1`` degrees of freedom, at least 1.

        Raises
        ------
        ValueError
            `confidence` is not in (0, 1).
        """
        tail = (1.0 - as_fraction(confidence, name="confidence")) / 2.0
        return float(scipy.stats.t.isf(tail, max(1.0, self.effective_blocks - 1.0)))


def ratio_of_means(numerators: npt.ArrayLike, denominators: npt.ArrayLike) -> RatioEstimate:
    """Estimate ratios of means, and their errors, from independent blocks.

    Parameters
    ----------
    numerators : array_like, shape (n, m)
        Of m ratios, one row a block; finite, in the unit of the denominators.
    denominators : array_like, shape (n,)
        Common to the m ratios; finite, not negative, not all zero.

    Returns
    -------
    RatioEstimate
        ``sum numerators / sum denominators``, and the delete-one-block jackknife's standard error.

    Raises
    ------
    ValueError
        The shapes do not fit, a value is not finite, or the denominators are negative or all zero.

    Notes
    -----
    A block counts by its denominator. With n - 1 degrees of freedom, intervals are too short where few blocks carry
    most of the weight: shares of a scalar under strong interactions were covered 84 % of the time at n = 4 and 87 %
    at n = 16 instead of 95 %. With Kish's effective number of blocks instead of n they are covered 93 % and 92 % of
    the time, and where blocks weigh the same, as for predictions on many items, nothing changes. The calibration
    tests find these figures again.

    References
    ----------
    Tukey (1958), doi:10.1214/aoms/1177706647. Miller (1974), The jackknife: a review. doi:10.1093/biomet/61.1.1.
    Kish (1965), Survey Sampling, section 11.7. ISBN 0-471-10949-5.

    Examples
    --------
    >>> estimate = ratio_of_means([[1.0], [2.0], [2.0]], [2.0, 4.0, 6.0])
    >>> estimate.ratios.round(3), estimate.standard_errors.round(3), round(estimate.effective_blocks, 2)
    (array([0.417]), array([0.076]), 2.57)
    """
    bottom = as_batch(denominators, name="denominators")
    top = as_batch(numerators, name="numerators")
    if bottom.ndim != 1 or top.ndim != 2 or top.shape[0] != bottom.size:
        raise ValueError(f"need shapes (n, m) and (n,); got {top.shape} and {bottom.shape}")
    if bool((bottom < 0.0).any()) or not bool(bottom.any()):
        raise ValueError("denominators must not be negative, and not all zero")
    n = bottom.size
    whole = float(bottom.sum())
    effective = float(1.0 / ((bottom / whole) ** 2).sum())
    error = None
    if np.count_nonzero(bottom) >= 2:
        left = _sums_of_others(top) / _sums_of_others(bottom[:, np.newaxis])
        error = math.sqrt((n - 1) / n) * np.sqrt(((left - left.mean(axis=0)) ** 2).sum(axis=0))
    return RatioEstimate(top.sum(axis=0) / whole, error, effective)


def _sums_of_others(values: FloatArray) -> FloatArray:
    """For each row the sum of all other rows; not as the whole less the one, which leaves rounding errors."""
    nothing = np.zeros((1, values.shape[1]))
    before = np.concatenate([nothing, np.cumsum(values[:-1], axis=0)])
    after = np.concatenate([np.cumsum(values[:0:-1], axis=0)[::-1], nothing])
    return np.asarray(before + after, dtype=np.float64)
