"""Several originals against replays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bis.stats.mean_difference import Variance
from bis.stats.samples import compare_samples


@pytest.mark.parametrize(("r", "n", "smallest"), [(3, 3, 0.10), (5, 5, 0.0079), (3, 10, 0.007)])
def test_smallest_permutation_p(r: int, n: int, smallest: float) -> None:
    """Complete separation reaches the published smallest values."""
    result = compare_samples(np.arange(r) + 1000.0, np.arange(n))
    assert result.p_permutation == pytest.approx(smallest, abs=5e-5)
    assert result.smallest == pytest.approx(result.p_permutation)
    assert result.exact


@pytest.mark.parametrize(
    ("r", "n", "variance"), [(3, 3, Variance.POOLED), (3, 10, Variance.POOLED), (5, 5, Variance.WELCH)]
)
def test_welch_only_where_both_are_large_enough(r: int, n: int, variance: Variance) -> None:
    """With 3 or 4 values an own variance per arm costs too much power."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal(r), rng.standard_normal(n)
    result = compare_samples(a, b)
    expected = stats.ttest_ind(a, b, equal_var=variance is Variance.POOLED)
    assert result.variance is variance
    assert (result.t, result.df, result.p_value) == pytest.approx((expected.statistic, expected.df, expected.pvalue))


def test_arms_are_symmetric() -> None:
    """Exchanging the arms changes the sign only."""
    a, b = [1.0, 2.0, 4.0], [3.0, 5.0, 6.0, 9.0]
    forth, back = compare_samples(a, b), compare_samples(b, a)
    assert forth.p_permutation == pytest.approx(back.p_permutation)
    assert forth.p_value == pytest.approx(back.p_value)
    assert forth.difference == -back.difference


@pytest.mark.parametrize(("a", "t", "p"), [(0.1, 0.0, 1.0), (0.2, math.inf, 0.0), (0.05, -math.inf, 0.0)])
def test_constant_arms(a: float, t: float, p: float) -> None:
    """Without any scatter the t-test is decided by equality."""
    result = compare_samples([a] * 3, [0.1] * 4)
    assert (result.t, result.p_value) == (t, p)


def test_many_permutations_need_a_generator() -> None:
    """Beyond 200,000 they are sampled, reproducibly, and the result says so."""
    a, b = np.arange(12.0), np.arange(12.0) + 3.0
    with pytest.raises(ValueError, match="pass rng"):
        compare_samples(a, b)
    first, second = (compare_samples(a, b, rng=np.random.default_rng(5), resamples=999) for _ in range(2))
    assert first == second
    assert not first.exact
    assert first.p_permutation == pytest.approx(first.p_value, abs=0.05)


def test_two_originals_are_too_few() -> None:
    """A sweep has at least three."""
    with pytest.raises(ValueError, match="originals must hold at least 3 values; got 2"):
        compare_samples([1.0, 2.0], [1.0, 2.0, 3.0])
