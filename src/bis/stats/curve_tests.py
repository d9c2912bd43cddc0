"""Tests of whole curves: whether the original's curve is a plausible draw from the replays' curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import FloatArray, as_batch
from bis.stats.multiplicity import holm
from bis.stats.prediction import prediction_p_values
from bis.stats.rank import conformal_p_values

CONFORMAL_FROM = 19
SUMMARIES = ("final", "best", "mean")


@dataclass(frozen=True, slots=True)
class CurveTest:
    """One curve against n.

    Parameters
    ----------
    method : str
        ``conformal`` (n >= 19) or ``summaries``.
    p_value : float
        In [0, 1]; of the summaries, the smallest after Holm.
    n : int
        Number of replays.
    summaries : tuple of (str, float)
        Holm-adjusted p-value by summary: final, best, mean; empty for the conformal test.
    """

    method: str
    p_value: float
    n: int
    summaries: tuple[tuple[str, float], ...] = ()


def sup_scores(curves: npt.ArrayLike) -> FloatArray:
    """Largest robustly standardised distance of each curve from the pointwise median.

    Parameters
    ----------
    curves : array_like, shape (..., n + 1, T)
        All runs, the original among them, on common steps; finite, T >= 1.

    Returns
    -------
    ndarray, shape (..., n + 1)
        ``max_t |c_i(t) - med(t)| / MAD(t)``, dimensionless.

    Raises
    ------
    ValueError
        A value is not finite or there are no steps.

    Notes
    -----
    Median and MAD are over all n + 1 runs, so that the score treats them alike and its rank is exact. Where at least
    half of the runs agree at a step its MAD is 0, and the mean absolute deviation is used instead; where all agree, the
    step says nothing.

    References
    ----------
    Diquigiovanni, Fontana and Vantini (2022), Conformal prediction bands for multivariate functional data.
    doi:10.1016/j.jmva.2021.104879

    Examples
    --------
    >>> sup_scores([[0.0, 0.0], [1.0, 1.0], [2.0, 5.0]])
    array([1., 0., 4.])
    """
    array = as_batch(curves, name="curves")
    distance = np.abs(array - np.median(array, axis=-2, keepdims=True))
    mad = np.median(distance, axis=-2, keepdims=True)
    scale = np.where(mad > 0.0, mad, distance.mean(axis=-2, keepdims=True))
    scores = np.divide(distance, scale, out=np.zeros_like(distance), where=scale > 0.0)
    return np.asarray(scores.max(axis=-1), dtype=np.float64)


def summary_p_values(curves: npt.ArrayLike, *, larger_is_better: bool = False) -> FloatArray:
    """Holm-adjusted prediction-interval p-values of three summaries of the first curve.

    Parameters
    ----------
    curves : array_like, shape (..., n + 1, T)
        The original's curve first, on common steps; finite, n >= 2, T >= 1.
    larger_is_better : bool
        Whether the best value is the largest.

    Returns
    -------
    ndarray, shape (..., 3)
        Adjusted p-values of the final, best and mean value.

    Raises
    ------
    ValueError
        A value is not finite, or there are too few runs.

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> summary_p_values([[2.0, 1.0], [2.0, 1.1], [2.1, 0.9], [1.9, 1.0]]).round(2)
    array([1., 1., 1.])
    """
    array = as_batch(curves, name="curves")
    best = array.max(axis=-1) if larger_is_better else array.min(axis=-1)
    summaries = np.stack([array[..., -1], best, array.mean(axis=-1)], axis=-2)
    return holm(prediction_p_values(summaries[..., 0], summaries[..., 1:]))


def curve_test(curves: npt.ArrayLike, *, larger_is_better: bool = False) -> CurveTest:
    """Test whether the original's curve is a plausible draw from the distribution of the replays' curves.

    Parameters
    ----------
    curves : array_like, shape (n + 1, T)
        The original's curve first, on common steps (`curves.align`); finite, n >= 2, T >= 1.
    larger_is_better : bool
        Whether the best value is the largest.

    Returns
    -------
    CurveTest
        Conformal with `sup_scores` for n >= 19, else by three summaries.

    Raises
    ------
    ValueError
        The shape is not (n + 1, T), a value is not finite, or there are too few runs.

    Notes
    -----
    The conformal test is exact for exchangeable runs. The summaries are correlated, so that Holm keeps their size
    near .03.

    References
    ----------
    Diquigiovanni, Fontana and Vantini (2022), doi:10.1016/j.jmva.2021.104879

    Examples
    --------
    >>> curve_test([[9.0, 9.0]] + [[float(i), float(i % 3)] for i in range(19)]).method
    'conformal'
    """
    array = as_batch(curves, name="curves")
    if array.ndim != 2 or array.shape[0] < 3:
        raise ValueError(f"curves must have shape (n + 1, T) with n >= 2; got {array.shape}")
    n = array.shape[0] - 1
    if n >= CONFORMAL_FROM:
        scores = sup_scores(array)
        # Quotients of differences: equal distances may differ in their last bits.
        slack = 1e-12 * float(scores[0])
        return CurveTest("conformal", float(conformal_p_values(scores, slack=slack)), n)
    adjusted = summary_p_values(array, larger_is_better=larger_is_better)
    named = tuple((name, float(p)) for name, p in zip(SUMMARIES, adjusted, strict=True))
    return CurveTest("summaries", float(adjusted.min()), n, named)
