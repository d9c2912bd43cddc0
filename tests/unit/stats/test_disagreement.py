"""Disagreement of predictions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.disagreement import accuracy_sd_from_items, churn


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 3), min_size=n, max_size=n), min_size=1, max_size=6)
    )
)
def test_mean_over_pairs(items: list[list[int]]) -> None:
    """By the definition."""
    labels = np.array(items).T
    expected = np.mean([np.mean(a != b) for a, b in itertools.combinations(labels, 2)])
    assert churn(labels) == pytest.approx(expected)


def test_names_of_classes() -> None:
    """Anything that can be compared."""
    assert churn([["cat", "dog"], ["cat", "cat"]]) == 0.5


def test_equal_runs() -> None:
    """No churn, no spread."""
    assert churn([[1, 2, 3]] * 4) == 0.0
    assert accuracy_sd_from_items([[True, False, True]] * 4) == 0.0


def test_independent_errors() -> None:
    """The sd of accuracies whose items are right or wrong by themselves, without bias even for few runs."""
    rng = np.random.default_rng(0)
    rates = rng.random(200) * 0.4
    truth = np.sqrt((rates * (1 - rates)).sum()) / 200
    wrong = rng.random((2_000, 3, 200)) < rates
    squares = [accuracy_sd_from_items(runs) ** 2 for runs in wrong]
    assert np.sqrt(np.mean(squares)) == pytest.approx(truth, rel=0.01)
    assert wrong.mean(axis=-1).std() == pytest.approx(truth, rel=0.05)


@pytest.mark.parametrize("labels", [[[1, 2]], [1, 2], [[], []]])
def test_what_is_no_table_of_runs(labels: object) -> None:
    """One run, one axis, no items."""
    with pytest.raises(ValueError, match="must have shape"):
        churn(labels)  # type: ignore[arg-type] # that is the test
    with pytest.raises(ValueError, match="must have shape"):
        accuracy_sd_from_items(labels)  # type: ignore[arg-type] # that is the test
