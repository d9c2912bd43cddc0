"""Differences of means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bis.stats.mean_difference import Variance, mean_difference, paired_mean_difference, rounding_of


@pytest.mark.parametrize(
    ("m", "n", "variance"), [(2, 3, "pooled"), (4, 9, "pooled"), (5, 5, "welch"), (7, 12, "welch")]
)
def test_agrees_with_scipy(m: int, n: int, variance: str) -> None:
    """Difference, degrees of freedom, p-value and interval; Welch's where both have five values."""
    rng = np.random.default_rng(m)
    a, b = rng.standard_normal(m), 2 + 3 * rng.standard_normal(n)
    found = mean_difference(a, b, confidence=0.9)
    expected = stats.ttest_ind(b, a, equal_var=variance == "pooled")
    bounds = expected.confidence_interval(0.9)
    assert found.variance is Variance(variance)
    assert (found.t, found.df, found.p_value) == pytest.approx((expected.statistic, expected.df, expected.pvalue))
    assert (found.interval.low, found.interval.high) == pytest.approx((bounds.low, bounds.high))
    pooled = ((m - 1) * a.var(ddof=1) + (n - 1) * b.var(ddof=1)) / (m + n - 2)
    assert found.spread == pytest.approx(math.sqrt(pooled))


def test_pairs_agree_with_scipy() -> None:
    """Second less first."""
    rng = np.random.default_rng(0)
    a = rng.standard_normal(7)
    b = a + 0.5 * rng.standard_normal(7) + 1
    found, expected = paired_mean_difference(a, b), stats.ttest_rel(b, a)
    bounds = expected.confidence_interval()
    assert (found.t, found.df, found.p_value) == pytest.approx((expected.statistic, expected.df, expected.pvalue))
    assert (found.interval.low, found.interval.high) == pytest.approx((bounds.low, bounds.high))


@pytest.mark.parametrize(
    ("b", "difference", "p"), [([0.3] * 3, 0.0, 1.0), ([0.1 + 0.2, 0.3], 0.0, 1.0), ([0.4] * 2, 0.1, 0.0)]
)
def test_without_scatter(b: list[float], difference: float, p: float) -> None:
    """Equality but for rounding decides: .1 + .2 is .3."""
    found = mean_difference([0.3, 0.3, 0.3], b)
    assert found.spread == 0.0
    assert found.difference == pytest.approx(difference)
    assert found.p_value == p
    assert found.interval.low == found.interval.high


@pytest.mark.filterwarnings("error")
def test_one_constant_sample_is_no_news() -> None:
    """No warning about precision, which is what SciPy gives."""
    found = mean_difference([1.0, 2.0, 3.0], [5.0, 5.0, 5.0])
    assert found.t == pytest.approx(3 * math.sqrt(3))


def test_pairs_with_the_same_shift() -> None:
    """But for rounding."""
    found = paired_mean_difference([0.90, 0.92], [0.91, 0.93])
    assert (found.spread, found.p_value) == (0.0, 0.0)
    assert rounding_of(np.array([1.0])) < 1e-15


def test_nearly_equal_values_lose_nothing() -> None:
    """Values that agree in all but their last bits have their own scatter."""
    values = 1e6 + np.arange(6) * 2.0**-20
    found = mean_difference(values, values + 2.0**-18)
    assert found.spread == pytest.approx(np.arange(6).std(ddof=1) * 2.0**-20)


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0]), ([], [1.0, 2.0, 3.0]), ([1.0, math.nan], [1.0, 2.0])])
def test_too_little(a: list[float], b: list[float]) -> None:
    """A degree of freedom is needed, and numbers."""
    with pytest.raises(ValueError, match=r"degree of freedom|at least 1|finite"):
        mean_difference(a, b)


def test_pairs_have_one_length() -> None:
    """And there are two."""
    with pytest.raises(ValueError, match="one length"):
        paired_mean_difference([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="at least 2"):
        paired_mean_difference([1.0], [1.0])
