"""One family of tests."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from bis.stats.multiplicity import adjust, holm, redundant_metrics

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(p_lists)
def test_holm_agrees_with_statsmodels(p_values: list[float]) -> None:
    """Adjusted p-values of another library."""
    with patch("gc.collect"):  # it collects garbage in each call, which takes seconds in a process that has loaded much
        expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values).tolist() == pytest.approx(expected.tolist(), abs=1e-12)


@given(p_lists, st.randoms())
def test_holm_follows_the_order_given(p_values: list[float], random: object) -> None:
    """Permuting the metrics permutes the result; nothing is adjusted downwards."""
    order = list(range(len(p_values)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis' randoms() is a random.Random
    adjusted = holm(p_values)
    assert holm([p_values[i] for i in order]).tolist() == [adjusted[i] for i in order]
    assert (adjusted >= np.array(p_values)).all()


def test_holm_works_on_many_families() -> None:
    """Along the last axis."""
    batch = np.random.default_rng(0).random((20, 5))
    assert holm(batch).tolist() == [holm(row).tolist() for row in batch]


def test_primary_metric_spends_half_the_error() -> None:
    """The primary is tested at alpha/2, the others share the rest; with nothing else it keeps all."""
    p_values = {"a": 0.02, "main": 0.025, "b": 0.012}
    assert adjust(p_values, primary="main") == pytest.approx({"a": 0.048, "main": 0.05, "b": 0.048})
    assert list(adjust(p_values, primary="main")) == ["a", "main", "b"]
    assert adjust({"main": 0.03}, primary="main") == {"main": 0.03}


def test_no_metrics_is_an_empty_family() -> None:
    """Nothing to adjust."""
    assert adjust({}) == {}


def test_unknown_primary_is_refused() -> None:
    """The message names what there is."""
    with pytest.raises(ValueError, match=r"'auc' is not among \['loss'\]"):
        adjust({"loss": 0.1}, primary="auc")


@pytest.mark.parametrize("bad", [[-0.1], [1.1], [float("nan")], 0.5])
def test_bad_p_values_are_refused(bad: object) -> None:
    """p-values lie in [0, 1]."""
    with pytest.raises(ValueError, match="p-values must lie"):
        holm(np.asarray(bad))


def test_exact_functions_of_a_metric_are_redundant() -> None:
    """Error = 1 - accuracy and percent = 100 accuracy say nothing new; loss does."""
    accuracy = np.array([0.91, 0.93, 0.92, 0.95, 0.90])
    found = redundant_metrics(
        {
            "accuracy": accuracy,
            "loss": accuracy**2 - 0.3 * accuracy**3,
            "error": 1 - accuracy,
            "percent": 100 * accuracy,
        }
    )
    assert found == {"error": "accuracy", "percent": "accuracy"}


def test_a_metric_that_differs_in_the_original_is_kept() -> None:
    """A tie among the replays alone must not hide a divergent original."""
    a = [0.91, 0.93, 0.92, 0.95, 0.90]
    assert redundant_metrics({"a": a, "b": [0.5, *(1 - y for y in a[1:])]}) == {}


def test_few_distinct_values_are_in_line_by_chance() -> None:
    """Two counts that both take two values are not called one metric."""
    assert redundant_metrics({"a": [1, 1, 1, 2], "b": [5, 5, 5, 7], "c": [3, 3, 3, 3]}) == {}


def test_lengths_must_agree() -> None:
    """Metrics of one set of runs."""
    with pytest.raises(ValueError, match="same number of runs"):
        redundant_metrics({"a": [1.0], "b": [1.0, 2.0]})
