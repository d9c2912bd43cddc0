"""Equivalence tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

from bis.stats.equivalence import equivalence, equivalence_to_one, paired_equivalence

samples = st.lists(st.integers(-50, 50), min_size=3, max_size=8).filter(lambda x: len(set(x)) > 1)


@given(samples, samples, st.floats(0.1, 100))
def test_agrees_with_statsmodels(a: list[int], b: list[int], margin: float) -> None:
    """The pooled TOST of another library."""
    p_value, _, _ = ttost_ind(np.array(a, float), np.array(b, float), -margin, margin, usevar="pooled")
    assert equivalence(a, b, margin=margin).p_value == pytest.approx(p_value, abs=1e-10)


@given(st.integers(-50, 50), samples, st.floats(0.1, 100))
def test_claim_and_interval_agree(original: int, replays: list[int], margin: float) -> None:
    """P <= .05 exactly where the 90 % interval lies inside the margin."""
    test = equivalence_to_one(original, replays, margin=margin)
    inside = -margin < test.interval.low and test.interval.high < margin
    if abs(test.p_value - 0.05) > 1e-9:
        assert (test.p_value < 0.05) == inside
    assert test.interval.confidence == pytest.approx(0.9)


@given(samples, samples, st.floats(0.1, 10), st.floats(1.0, 10))
def test_wider_margins_are_easier(a: list[int], b: list[int], margin: float, factor: float) -> None:
    """The p-value falls as the margin grows."""
    assert equivalence(a, b, margin=margin * factor).p_value <= equivalence(a, b, margin=margin).p_value + 1e-12


def test_single_original_by_hand() -> None:
    """Se = s sqrt(1 + 1/n): n = 4, s = 1, d = 0, margin 3."""
    replays = np.array([-1.5, -0.5, 0.5, 1.5]) / math.sqrt(5 / 3)
    test = equivalence_to_one(0.0, replays, margin=3.0)
    assert test.standard_error == pytest.approx(math.sqrt(1.25))
    assert test.p_lower == pytest.approx(test.p_upper)


@pytest.mark.parametrize(("original", "p"), [(1.0, 0.0), (1.4, 0.0), (1.5, 1.0), (2.0, 1.0)])
def test_without_scatter_the_margin_decides(original: float, p: float) -> None:
    """Constant replays: inside the margin is equivalent, on it or beyond is not."""
    assert equivalence_to_one(original, [1.0] * 4, margin=0.5).p_value == p


@pytest.mark.parametrize("margin", [0.0, -1.0, math.nan, math.inf])
def test_a_margin_must_be_declared(margin: float) -> None:
    """Equivalence without a positive margin has no meaning."""
    with pytest.raises(ValueError, match="margin must be finite and positive"):
        equivalence([1, 2, 3], [1, 2, 3], margin=margin)


@given(samples, st.floats(0.1, 100))
def test_pairs_are_one_sample(differences: list[int], margin: float) -> None:
    """Against zero, with n - 1 degrees of freedom: as two one-sided t-tests by SciPy."""
    values = np.array(differences, float)
    lower = stats.ttest_1samp(values, -margin, alternative="greater").pvalue
    upper = stats.ttest_1samp(values, margin, alternative="less").pvalue
    test = paired_equivalence(values, margin=margin)
    assert (test.p_lower, test.p_upper) == pytest.approx((lower, upper), abs=1e-10)


def test_level_is_below_one_half() -> None:
    """A 1 - 2 alpha interval needs alpha below .5."""
    with pytest.raises(ValueError, match="alpha must lie"):
        equivalence_to_one(1.0, [1, 2, 3], margin=1.0, alpha=0.5)
