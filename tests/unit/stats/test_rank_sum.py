"""The rank-sum test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, permutation_test

from bis.stats.rank_sum import rank_sum_p_value, smallest_p_value


def test_the_same_as_scipy_without_ties() -> None:
    """Exact Mann-Whitney."""
    rng = np.random.default_rng(1)
    for _ in range(30):
        a, b = rng.normal(size=rng.integers(2, 12)), rng.normal(1, size=rng.integers(2, 12))
        assert rank_sum_p_value(a, b) == pytest.approx(mannwhitneyu(a, b, method="exact").pvalue)


def test_exact_with_ties() -> None:
    """All choices of ranks are gone through."""
    a, b = [1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 2.0, 4.0, 4.0]
    ranks = np.array([2, 2, 5, 7, 2, 5, 5, 8.5, 8.5])

    wanted = permutation_test((ranks[:4], ranks[4:]), lambda x, _y: sum(x), n_resamples=np.inf, vectorized=False)
    assert rank_sum_p_value(a, b) == pytest.approx(wanted.pvalue)


def test_size_under_ties() -> None:
    """Coarse values do not make it reject more often than the level says."""
    rng = np.random.default_rng(2)
    p = np.array([rank_sum_p_value(rng.integers(0, 4, 8), rng.integers(0, 4, 6)) for _ in range(600)])
    assert (p <= 0.05).mean() <= 0.07


def test_values_that_do_not_overlap() -> None:
    """The smallest p-value there is, which tells how many replays a level takes; constants say nothing."""
    assert rank_sum_p_value(range(5), range(10, 26)) == pytest.approx(smallest_p_value(5, 16))
    assert rank_sum_p_value([2.0] * 4, [2.0] * 9) == 1.0
