"""Probability that one experiment is better."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bis.stats.binomial import clopper_pearson
from bis.stats.interval import Interval
from bis.stats.probability_better import (
    Criterion,
    ProbabilityBetter,
    paired_probability_better,
    probability_better,
    runs_for_criterion,
)

samples = st.lists(st.integers(-5, 5), min_size=1, max_size=9)


@given(samples, samples)
def test_mann_whitney(first: list[int], second: list[int]) -> None:
    """Value as SciPy's statistic; the interval holds it, lies in [0, 1], and turns with the direction."""
    found = probability_better(first, second)
    u = stats.mannwhitneyu(second, first, method="asymptotic").statistic if len({*first, *second}) > 1 else None
    if u is not None:
        assert found.value == pytest.approx(u / len(first) / len(second))
    assert 0.0 <= found.interval.low <= found.value <= found.interval.high <= 1.0
    back = probability_better(first, second, larger_is_better=False)
    assert back.value == pytest.approx(1 - found.value)
    assert back.interval.low == pytest.approx(1 - found.interval.high, abs=1e-9)


def test_bounds_solve_newcombes_equation() -> None:
    """(p - estimate)**2 = z**2 V(p), method 5."""
    found = probability_better(np.arange(6.0), np.arange(8.0) + 1.5)
    z, star = stats.norm.ppf(0.975), (6 + 8) / 2 - 1
    for p in (found.interval.low, found.interval.high):
        variance = p * (1 - p) * (1 + star * ((1 - p) / (2 - p) + p / (1 + p))) / 48
        assert (p - found.value) ** 2 == pytest.approx(z**2 * variance)


def test_complete_separation_has_an_interval() -> None:
    """No division by a variance that is zero."""
    found = probability_better([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0])
    assert (found.value, found.interval.high) == (1.0, 1.0)
    assert 0.5 < found.interval.low < 0.9


@given(st.integers(0, 12), st.integers(0, 12))
def test_pairs_are_binomial(wins: int, losses: int) -> None:
    """Clopper and Pearson's interval of the share of wins."""
    if wins + losses == 0:
        return
    found = paired_probability_better([1.0] * wins + [-1.0] * losses)
    exact = clopper_pearson(wins, wins + losses)
    assert found.value == wins / (wins + losses)
    assert (found.interval.low, found.interval.high) == pytest.approx((exact.low, exact.high))


def test_tied_pairs_count_half() -> None:
    """For both directions."""
    assert paired_probability_better([0.0, 0.0, 1.0, 1.0]).value == 0.75
    assert paired_probability_better([0.0, 0.0, 1.0, 1.0], larger_is_better=False).value == 0.25


@pytest.mark.parametrize(
    ("value", "low", "high", "criterion"),
    [
        (0.6, 0.45, 0.8, Criterion.NOT_SIGNIFICANT),
        (0.6, 0.55, 0.7, Criterion.NOT_MEANINGFUL),
        (0.7, 0.55, 0.8, Criterion.MEANINGFUL),
        (0.3, 0.2, 0.45, Criterion.MEANINGFUL),
        (0.4, 0.3, 0.45, Criterion.NOT_MEANINGFUL),
        (0.5, 0.5, 0.9, Criterion.NOT_SIGNIFICANT),
    ],
)
def test_bouthilliers_criterion(value: float, low: float, high: float, criterion: Criterion) -> None:
    """Significant where the interval leaves out one half, meaningful where it passes gamma; either direction."""
    assert ProbabilityBetter(value, Interval(low, high, 0.95)).criterion() is criterion


@pytest.mark.parametrize(("gamma", "n"), [(0.75, 29), (0.7, 46), (0.9, 12)])
def test_noethers_number_of_runs(gamma: float, n: int) -> None:
    """29 for .75."""
    assert runs_for_criterion(gamma=gamma) == n


def test_what_makes_no_sense() -> None:
    """Gamma is above one half, and samples are numbers."""
    for gamma in (0.5, 1.0, math.nan):
        with pytest.raises(ValueError, match="gamma"):
            runs_for_criterion(gamma=gamma)
        with pytest.raises(ValueError, match="gamma"):
            probability_better([1.0], [2.0]).criterion(gamma=gamma)
    with pytest.raises(ValueError, match="finite"):
        probability_better([1.0], [math.nan])
    with pytest.raises(ValueError, match="at least 1"):
        paired_probability_better([])
