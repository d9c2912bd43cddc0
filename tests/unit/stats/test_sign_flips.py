"""Sign-flip tests."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bis.stats.sign_flips import sign_flip_test


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=8))
def test_all_patterns_are_counted(differences: list[int]) -> None:
    """By brute force, in exact arithmetic: ties count."""
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    expected = sum(x >= abs(sum(differences)) for x in sums) / len(sums)
    test = sign_flip_test(differences)
    assert test.p_value == pytest.approx(expected)
    assert test.exact
    assert test.smallest == 2 / 2 ** len(differences)


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9).filter(any))
def test_agrees_with_scipy(differences: list[int]) -> None:
    """Its two-sided p-value is twice the smaller tail, which is the same for a symmetric statistic."""
    values = np.array(differences, float)
    result = stats.permutation_test(
        (values,), lambda x, axis: x.mean(axis=axis), permutation_type="samples", vectorized=True, n_resamples=np.inf
    )
    assert sign_flip_test(values).p_value == pytest.approx(min(1.0, result.pvalue))


@pytest.mark.parametrize("scale", [1e-200, 1e-9, 1e200])
def test_ties_are_ties_in_any_unit(scale: float) -> None:
    """.1 + .2 and .3 are the same sum of differences."""
    values = np.array([0.1, 0.2, 0.3, 0.1, 0.2, 0.3])
    assert sign_flip_test(scale * values).p_value == sign_flip_test(values).p_value == 2 / 64


def test_no_difference_at_all() -> None:
    """Nothing speaks against no effect."""
    assert sign_flip_test([0.0, 0.0, 0.0]).p_value == 1.0


def test_vectors_are_flipped_as_a_whole() -> None:
    """A common direction is found that no component shows alone; by brute force."""
    rng = np.random.default_rng(3)
    values = rng.standard_normal((6, 4)) + 0.6
    signs = np.array(list(itertools.product((1, -1), repeat=6)))
    sizes = np.linalg.norm(signs @ values, axis=1)
    assert sign_flip_test(values).p_value == pytest.approx(np.mean(sizes >= sizes[0] - 1e-12))


def test_many_pairs_need_a_generator() -> None:
    """Above 16 pairs patterns are sampled, reproducibly, and the result says so."""
    values = np.random.default_rng(1).standard_normal(20) + 0.3
    with pytest.raises(ValueError, match="pass rng"):
        sign_flip_test(values)
    first, second = (sign_flip_test(values, rng=np.random.default_rng(5), resamples=9_999) for _ in range(2))
    assert first == second
    assert not first.exact
    assert first.p_value == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.03)
    assert first.smallest == 1 / 10_000


@pytest.mark.parametrize("values", [[], [[[1.0]]], [np.nan, 1.0]])
def test_what_is_no_sample(values: object) -> None:
    """Empty, of too many axes, or not finite."""
    with pytest.raises(ValueError, match=r"shape|at least 1|finite"):
        sign_flip_test(values)  # type: ignore[arg-type] # that is the test
