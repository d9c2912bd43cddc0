"""Inferring the quantum of a metric."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.quantum import infer_quantum


def test_declared_number_of_items_is_used() -> None:
    """Nothing is guessed where the number is known."""
    assert infer_quantum([0.123, 0.456], n_test=360) == 1 / 360


@given(st.integers(1, 5000), st.data())
def test_shares_are_multiples_of_the_quantum(m: int, data: st.DataObject) -> None:
    """The inferred 1/m' divides the true grid: m' never exceeds m."""
    counts = data.draw(st.lists(st.integers(0, m), min_size=3, max_size=8))
    quantum = infer_quantum([k / m for k in counts])
    assert quantum == 0.0 or quantum >= 1 / m * (1 - 1e-12)
    if len(set(counts)) >= 3:
        assert quantum > 0.0


def test_float32_shares_are_recognised() -> None:
    """Accuracies of a framework that computes in single precision."""
    shares = [float(np.float32(k / 10_000)) for k in (8_801, 8_643, 8_729)]
    assert round(1 / infer_quantum(shares)) == 10_000


def test_counts_have_quantum_one() -> None:
    """Numbers of steps are multiples of 1."""
    assert infer_quantum([12.0, 17.0, 13.0]) == 1.0


@pytest.mark.parametrize("few", [[0.95], [0.95, 0.95, 0.95], [0.95, 0.96, 0.96]])
def test_nothing_is_concluded_from_few_distinct_values(few: list[float]) -> None:
    """One or two values fit coarse grids by chance."""
    assert infer_quantum(few) == 0.0


def test_continuous_metrics_have_none() -> None:
    """Of 1,000 samples of three real numbers none looks quantised in double, at most two in single precision."""
    rng = np.random.default_rng(0)
    draws = rng.random((1000, 3))
    assert not any(infer_quantum(row) for row in draws)
    assert sum(infer_quantum(row) > 0 for row in 50 * draws.astype(np.float32).astype(np.float64)) <= 2


def test_huge_values_are_left_alone() -> None:
    """Beyond 2**31 doubles are themselves a coarse grid."""
    assert infer_quantum([1e15, 2e15, 3e15]) == 0.0


def test_impossible_number_of_items_is_refused() -> None:
    """A test set has at least one item."""
    with pytest.raises(ValueError, match="n_test must be at least 1"):
        infer_quantum([0.5], n_test=0)
