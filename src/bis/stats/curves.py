"""Curves: series of one metric, aligned by step; the first divergent step and how the difference grows."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bis.stats.arrays import FloatArray
from bis.stats.ulp import UlpDistance, bits_equal, measure_ulps, relative_difference

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one metric in one run.

    Parameters
    ----------
    steps : tuple of int
        Recorded step indices, in order of logging; a step may occur more than once (a logger that was never given
        steps writes 0 each time).
    values : tuple of float
        In the metric's unit, one per step; may hold NaN and infinities.

    Raises
    ------
    ValueError
        The lengths differ.

    Examples
    --------
    >>> Series((0, 0, 1), (3.0, 2.0, 1.0)).keys
    ((0, 0), (0, 1), (1, 0))
    """

    steps: tuple[int, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.values):
            raise ValueError(f"as many steps as values are needed; got {len(self.steps)} and {len(self.values)}")

    @property
    def keys(self) -> tuple[tuple[int, int], ...]:
        """(step, how often it had occurred before) of each value, in order of logging."""
        seen: Counter[int] = Counter()
        keys = []
        for step in self.steps:
            keys.append((step, seen[step]))
            seen[step] += 1
        return tuple(keys)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Several series on the steps that all of them have.

    Parameters
    ----------
    steps : tuple of int
        The common steps, increasing, T of them.
    values : ndarray, shape (runs, T)
        In the metric's unit.
    lengths : tuple of int
        Full number of values of each series: where they differ (early stopping) they are tested as a metric of their
        own, ``n_steps``.
    """

    steps: tuple[int, ...]
    values: FloatArray
    lengths: tuple[int, ...]

    @property
    def same_length(self) -> bool:
        """Whether all series have the same number of values."""
        return len(set(self.lengths)) <= 1


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first step at which a replay's curve has other bits than the original's.

    Parameters
    ----------
    step : int
        Recorded step index.
    position : int
        Its place among the common steps, from 0.
    original, replay : float
        The two values, in the metric's unit.
    absolute : float
        ``|replay - original|``, in the metric's unit; NaN where a value is NaN.
    relative : float
        ``absolute / |original|``, dimensionless; infinite where it has no meaning.
    ulps : UlpDistance or None
        None where exactly one value is finite.
    growth : float or None
        Slope of log10 |difference| per step from there on; None with fewer than 3 finite differences.
    """

    step: int
    position: int
    original: float
    replay: float
    absolute: float
    relative: float
    ulps: UlpDistance | None
    growth: float | None


def align(series: Sequence[Series]) -> Alignment:
    """Bring series to their common steps; by recorded step, never by wall time.

    Parameters
    ----------
    series : sequence of Series
        At least one; the original first.

    Returns
    -------
    Alignment
        On the intersection of the steps; T may be 0.

    Raises
    ------
    ValueError
        There is no series.

    Examples
    --------
    >>> aligned = align([Series((0, 1, 2), (3.0, 2.0, 1.0)), Series((0, 2), (3.0, 1.5))])
    >>> aligned.steps, aligned.values.tolist(), aligned.lengths
    ((0, 2), [[3.0, 1.0], [3.0, 1.5]], (3, 2))
    """
    if not series:
        raise ValueError("align needs at least one series")
    by_key = [dict(zip(one.keys, one.values, strict=True)) for one in series]
    common = sorted(set(by_key[0]).intersection(*by_key[1:]))
    values = np.array([[one[key] for key in common] for one in by_key], dtype=np.float64).reshape(len(series), -1)
    return Alignment(tuple(step for step, _ in common), values, tuple(len(one.values) for one in series))


def first_divergence(original: Series, replay: Series) -> Divergence | None:
    """Find the first common step at which two curves differ in a bit.

    Parameters
    ----------
    original, replay : Series
        In the metric's unit.

    Returns
    -------
    Divergence or None
        None where all common steps are bitwise equal, which says nothing about steps that one of them lacks.

    Examples
    --------
    >>> found = first_divergence(Series((0, 1), (0.5, 0.3)), Series((0, 1), (0.5, 0.1 + 0.2)))
    >>> found.step, found.ulps.count, found.ulps.precision.value
    (1, 1, 'float64')
    """
    aligned = align([original, replay])
    left, right = aligned.values.tolist()
    differences = [abs(b - a) for a, b in zip(left, right, strict=True)]
    for position, (a, b) in enumerate(zip(left, right, strict=True)):
        if not bits_equal(a, b):
            return Divergence(
                step=aligned.steps[position],
                position=position,
                original=a,
                replay=b,
                absolute=differences[position],
                relative=relative_difference(a, b),
                ulps=measure_ulps(a, b),
                growth=growth_slope(aligned.steps[position:], differences[position:]),
            )
    return None


def growth_slope(steps: Sequence[int], differences: Sequence[float]) -> float | None:
    """Slope of log10 |difference| per step: an indicator of how unstable the computation is.

    Parameters
    ----------
    steps : sequence of int, length T
        Recorded steps; where they are all equal, positions are used.
    differences : sequence of float, length T
        Absolute differences in the metric's unit; zeros, NaN and infinities are left out.

    Returns
    -------
    float or None
        Least-squares slope in decades per step; None with fewer than 3 usable steps.

    Raises
    ------
    ValueError
        The lengths differ.

    Examples
    --------
    >>> round(growth_slope([0, 1, 2, 3], [1e-9, 1e-8, 1e-7, 1e-6]), 6)
    1.0
    """
    if len(steps) != len(differences):
        raise ValueError(f"as many steps as differences are needed; got {len(steps)} and {len(differences)}")
    places = steps if len(set(steps)) > 1 else range(len(steps))
    points = [(x, math.log10(d)) for x, d in zip(places, differences, strict=True) if math.isfinite(d) and d > 0.0]
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    if x.size < 3 or np.ptp(x) == 0.0:
        return None
    moved = x - x.mean()
    return float((moved @ (y - y.mean())) / (moved @ moved))
