"""Prediction interval: whether one original is a plausible further draw, given n fresh replays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
import scipy

from bis.stats.arrays import FloatArray, as_batch, as_fraction, as_number, as_sample
from bis.stats.interval import Interval


class Scale(str, Enum):
    """The scale on which values are taken to be about normal."""

    RAW = "raw"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class PredictionTest:
    """One original against n fresh replays.

    Parameters
    ----------
    original : float
        In the metric's unit.
    n : int
        Number of replays.
    centre : float
        Mean of the replays; on the log scale their geometric mean, in the metric's unit.
    spread : float
        Standard deviation of the replays with the quantisation floor, in the metric's unit on the raw scale and
        dimensionless (natural logarithms) on the log scale.
    t : float
        Studentised distance of the original, signed; infinite where the replays are all equal and it is not.
    p_value : float
        Two-sided, in [0, 1].
    half_width : float
        Half the width of the interval, in the unit of `spread`.
    interval : Interval
        In the metric's unit. On the log scale it is back-transformed: not symmetric about `centre`, never negative.
    quantum : float
        Distance of neighbouring values of the metric, 0 for a continuous one.
    scale : Scale
        The scale that was used; RAW where LOG was asked for and a value was not positive.
    constant : bool
        All replays are equal: then the interval is a point (one quantum wide on either side for quantised metrics)
        and an original outside it is a deterministic mismatch rather than an unlikely draw.
    """

    original: float
    n: int
    centre: float
    spread: float
    t: float
    p_value: float
    half_width: float
    interval: Interval
    quantum: float
    scale: Scale
    constant: bool

    def shift(self, sigmas: float) -> float:
        """A shift of so many standard deviations, in the metric's unit.

        Parameters
        ----------
        sigmas : float
            Dimensionless, for instance a minimum detectable shift.

        Returns
        -------
        float
            ``sigmas * spread``; on the log scale the upward shift ``centre * (exp(sigmas * spread) - 1)``.
        """
        if self.scale is Scale.LOG:
            with np.errstate(over="ignore"):
                return float(self.centre * np.expm1(sigmas * self.spread))
        return sigmas * self.spread


@dataclass(frozen=True, slots=True)
class _Studentised:
    """Arrays of shape (...): centre, floored standard deviation, t; and whether all replays are equal."""

    centre: FloatArray
    spread: FloatArray
    t: FloatArray
    constant: npt.NDArray[np.bool_]


def prediction_half_width(n: int, *, confidence: float = 0.95) -> float:
    """Half-width of the prediction interval in sample standard deviations.

    Parameters
    ----------
    n : int
        Number of fresh replays; at least 2.
    confidence : float
        In (0, 1).

    Returns
    -------
    float
        ``t_{n-1} * sqrt(1 + 1/n)``, dimensionless.

    Raises
    ------
    ValueError
        `n` is below 2 or `confidence` is not in (0, 1).

    References
    ----------
    Hahn and Meeker (1991), Statistical Intervals. doi:10.1002/9780470316771

    Examples
    --------
    >>> [round(prediction_half_width(n), 2) for n in (3, 5, 10, 20)]
    [4.97, 3.04, 2.37, 2.14]
    """
    if n < 2:
        raise ValueError(f"a standard deviation needs at least 2 replays; got {n}")
    tail = (1.0 - as_fraction(confidence, name="confidence")) / 2.0
    return float(scipy.stats.t.isf(tail, n - 1)) * math.sqrt(1.0 + 1.0 / n)


def prediction_p_values(originals: npt.ArrayLike, replays: npt.ArrayLike, *, quantum: float = 0.0) -> FloatArray:
    """Two-sided p-values of many originals, each against its own replays, on the raw scale.

    Parameters
    ----------
    originals : array_like, shape (...)
        In the metric's unit; finite.
    replays : array_like, shape (..., n)
        In the same unit; finite, n >= 2.
    quantum : float
        Distance of neighbouring values of the metric; 0 for a continuous one.

    Returns
    -------
    ndarray, shape (...)
        In [0, 1].

    Raises
    ------
    ValueError
        A value is not finite, n is below 2, the shapes do not fit, or `quantum` is negative.

    Notes
    -----
    Under the null all n + 1 values are independent draws of one normal distribution; then the p-value is uniform.
    The floor adds quantum**2 / 12, the variance of a rounding error. See `prediction_test`.

    References
    ----------
    Hahn and Meeker (1991). doi:10.1002/9780470316771

    Examples
    --------
    >>> prediction_p_values([0.0, 9.0], [[-1.0, 0.0, 1.0]] * 2).round(3)
    array([1.   , 0.016])
    """
    values = as_batch(replays, name="replays", at_least=2)
    result = _studentise(_as_originals(originals, values), values, _as_quantum(quantum))
    return np.asarray(2.0 * scipy.stats.t.sf(np.abs(result.t), values.shape[-1] - 1), dtype=np.float64)


def prediction_test(
    original: float,
    replays: npt.ArrayLike,
    *,
    quantum: float = 0.0,
    scale: Scale = Scale.RAW,
    confidence: float = 0.95,
) -> PredictionTest:
    """Test whether one original is a plausible draw from the distribution of n fresh replays.

    Parameters
    ----------
    original : float
        In the metric's unit; finite.
    replays : array_like, shape (n,)
        Independent fresh replays, in the same unit; finite, n >= 2 (below 3 a verdict should not be built on it).
    quantum : float
        Distance of neighbouring values of the metric: 1 / m for an accuracy on m items, 0 for a loss.
    scale : Scale
        LOG for positive, right-skewed metrics such as losses.
    confidence : float
        Of the interval, in (0, 1).

    Returns
    -------
    PredictionTest
        Interval, t and p-value; the p-value is below 1 - confidence exactly where the original is outside.

    Raises
    ------
    ValueError
        A value is not finite, n is below 2, `quantum` is negative, or `confidence` is not in (0, 1).

    Notes
    -----
    Estimand: P(a further run is at least as far from the mean of n runs as the original is), all runs independent
    and normal on `scale`. With heavy tails or skew the size stays below .065; with two modes it reaches .09, so that
    failed and diverged runs must be taken out first (`categories.py`).

    On the log scale the test runs on natural logarithms and the interval is transformed back; it is an interval for
    a further value, and its centre the geometric mean, not the mean. A quantum q becomes q / centre there. Where a
    value is zero or negative the raw scale is used and recorded.

    Quantised metrics: the variance is s**2 + q**2/12. Where all replays fall on one grid point, s says nothing about
    the spread below the grid, and the rounding errors of original and replays may differ by up to a whole quantum:
    the floor is then q itself, so that an original one grid point away is never rejected (p = .41 at n = 5; q**2/12
    alone would give .034, yet for a metric that flips between two neighbours the event has probability up to .067).

    All replays equal and no quantum: p is 1 if the original is equal too, else 0.

    References
    ----------
    Hahn and Meeker (1991). doi:10.1002/9780470316771

    Examples
    --------
    >>> test = prediction_test(0.97, [0.95, 0.96, 0.94, 0.95, 0.95])
    >>> round(test.interval.low, 4), round(test.interval.high, 4), round(test.p_value, 4)
    (0.9285, 0.9715, 0.0612)
    """
    y0 = as_number(original, name="original")
    values = as_sample(replays, name="replays", at_least=2)
    q = _as_quantum(quantum)
    n = values.size
    log = scale is Scale.LOG and y0 > 0.0 and bool((values > 0.0).all())
    if log:
        logs = np.log(values)
        result = _studentise(np.asarray(math.log(y0)), logs, q / math.exp(float(logs.mean())) if q else 0.0)
    else:
        result = _studentise(np.asarray(y0), values, q)
    centre, spread, t = float(result.centre), float(result.spread), float(result.t)
    half_width = prediction_half_width(n, confidence=confidence) * spread
    bounds = np.array([centre - half_width, centre, centre + half_width])
    if log:
        with np.errstate(over="ignore"):
            bounds = np.exp(bounds)
        if result.constant:  # exp(log(x)) may be one ULP off x
            bounds = np.where(half_width == 0.0, values[0], bounds)
    return PredictionTest(
        original=y0,
        n=n,
        centre=float(bounds[1]),
        spread=spread,
        t=t,
        p_value=float(2.0 * scipy.stats.t.sf(abs(t), n - 1)),
        half_width=half_width,
        interval=Interval(float(bounds[0]), float(bounds[2]), confidence),
        quantum=q,
        scale=Scale.LOG if log else Scale.RAW,
        constant=bool(result.constant),
    )


def _as_originals(originals: npt.ArrayLike, replays: FloatArray) -> FloatArray:
    values = np.asarray(originals, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("originals must be finite: NaN, infinities and crashes are categories")
    return np.broadcast_to(values, replays.shape[:-1])


def _as_quantum(quantum: float) -> float:
    if not (math.isfinite(quantum) and quantum >= 0.0):
        raise ValueError(f"quantum must be finite and not negative; got {quantum}")
    return float(quantum)


def _studentise(originals: FloatArray, replays: FloatArray, quantum: float) -> _Studentised:
    """Centre, floored spread and t along the last axis."""
    # Differences are taken from the first replay and scaled by a power of two, so that values that agree in all but
    # their last bits, or are tiny or huge, lose nothing to rounding, underflow or overflow.
    n = replays.shape[-1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        # Next to the largest number that there is, a difference of two values would be infinite: start 8 powers below.
        largest = np.maximum(np.abs(originals), np.abs(replays).max(axis=-1))
        constant = (replays == replays[..., :1]).all(axis=-1)
        lowered = np.where(largest > 2.0**1020, -8, 0)
        originals = np.ldexp(originals, lowered)
        replays = np.ldexp(replays, lowered[..., np.newaxis])
        first = replays[..., 0]
        moved = replays - first[..., np.newaxis]
        width = np.abs(moved).max(axis=-1)
        floor = np.ldexp(np.where(constant, quantum, quantum / math.sqrt(12.0)), lowered)
        exponent = np.frexp(np.maximum(width, floor))[1]  # of 0 it is 0
        scaled = np.ldexp(moved, -exponent[..., np.newaxis])
        mean = scaled.mean(axis=-1)
        spread = np.hypot(scaled.std(axis=-1, ddof=1), np.ldexp(floor, -exponent))
        distance = np.ldexp(originals - first, -exponent) - mean
        t = np.where(distance == 0.0, 0.0, distance / (spread * math.sqrt(1.0 + 1.0 / n)))
        centre = np.ldexp(first + np.ldexp(mean, exponent), -lowered)
        return _Studentised(centre, np.ldexp(spread, exponent - lowered), t, constant)
