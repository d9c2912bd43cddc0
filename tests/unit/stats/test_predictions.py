"""Predictions on a probe set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.predictions import (
    binary_accuracy_sd,
    churn,
    churn_matrix,
    churn_test,
    error_rates,
    expected_accuracy_sd,
)

labels = st.lists(st.integers(0, 3), min_size=5, max_size=5)


@given(labels, labels, labels)
def test_churn_is_a_distance(a: list[int], b: list[int], c: list[int]) -> None:
    """Zero on itself, symmetric, triangle inequality."""
    assert churn(a, a) == 0.0
    assert churn(a, b) == churn(b, a)
    assert churn(a, c) <= churn(a, b) + churn(b, c) + 1e-12


def test_matrix_holds_all_pairs() -> None:
    """Also for labels that are words."""
    rows = [["cat", "dog"], ["cat", "cat"], ["dog", "dog"]]
    assert churn_matrix(rows).tolist() == [[churn(a, b) for b in rows] for a in rows]


def test_run_that_disagrees_with_all_ranks_last() -> None:
    """Among 19 replays that share their predictions but for one item each: p = 1/20."""
    replays = np.zeros((19, 30), dtype=int)
    replays[np.arange(19), np.arange(19)] = 1
    stranger = churn_test([np.ones(30, dtype=int), *replays])
    assert (stranger.p_value, stranger.smallest, stranger.n) == (0.05, 0.05, 19)
    assert churn_test([replays[0], *replays[1:]]).p_value == 1.0


def test_expected_sd_is_that_of_independent_errors() -> None:
    """Simulated: items wrong independently with their own rates."""
    rng = np.random.default_rng(0)
    rates = rng.beta(0.3, 3.0, 200)
    wrong = rng.random((20_000, 200)) < rates
    assert expected_accuracy_sd(rates) == pytest.approx(wrong.mean(axis=1).std(), rel=0.02)


def test_rates_from_few_runs_are_corrected() -> None:
    """With 5 runs e(1-e) is too small by 4/5 on average; the correction undoes it."""
    rng = np.random.default_rng(1)
    rates = rng.beta(1.0, 2.0, 400)
    wrong = (rng.random((300, 5, 400)) < rates).astype(int)
    corrected = [expected_accuracy_sd(error_rates(runs, np.zeros(400)), runs=5) ** 2 for runs in wrong]
    assert np.mean(corrected) == pytest.approx(expected_accuracy_sd(rates) ** 2, rel=0.02)


def test_binary_case_of_the_yardstick() -> None:
    """Calibrated: the rate of an item is uniform in (0, 1) or symmetric; Var = err / (2 m) for E[e^2] = err / 2."""
    rates = np.array([0.0] * 90 + [0.5] * 10)
    assert binary_accuracy_sd(rates.mean(), 100) == pytest.approx(expected_accuracy_sd(rates))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: churn([1], [1, 2]), "one common shape"),
        (lambda: churn([], []), "one common shape"),
        (lambda: churn_matrix([1, 2]), r"shape \(n \+ 1, m\)"),
        (lambda: churn_test([[1, 2]]), "at least one replay"),
        (lambda: error_rates([[1, 2]], [1]), "must fit"),
        (lambda: expected_accuracy_sd([1.5]), r"rates must lie in \[0, 1\]"),
        (lambda: expected_accuracy_sd([0.5], runs=1), "runs must be at least 2"),
        (lambda: binary_accuracy_sd(0.1, 0), "m >= 1"),
    ],
)
def test_bad_arguments_are_refused(call: object, message: str) -> None:
    """Shapes and ranges are checked."""
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
