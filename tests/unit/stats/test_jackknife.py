"""Ratios of means over blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bis.stats.jackknife import ratio_of_means


def test_errors_by_hand() -> None:
    """Each block left out in turn."""
    rng = np.random.default_rng(0)
    top, bottom = rng.standard_normal((9, 2)), rng.random(9)
    left = np.array([np.delete(top, i, 0).sum(0) / np.delete(bottom, i).sum() for i in range(9)])
    estimate = ratio_of_means(top, bottom)
    assert estimate.ratios == pytest.approx(top.sum(0) / bottom.sum())
    assert estimate.standard_errors == pytest.approx(np.sqrt(8 / 9 * ((left - left.mean(0)) ** 2).sum(0)))


def test_equal_denominators_are_a_mean() -> None:
    """Then the error is s / sqrt(n), and every block counts."""
    values = np.array([1.0, 2.0, 4.0, 7.0])
    estimate = ratio_of_means(values[:, np.newaxis], np.ones(4))
    assert estimate.standard_errors == pytest.approx(values.std(ddof=1) / 2)
    assert estimate.effective_blocks == pytest.approx(4)
    assert estimate.quantile(confidence=0.95) == pytest.approx(3.182, abs=5e-4)


def test_heavy_blocks_count_for_fewer() -> None:
    """One block with half of the weight of five: (1 + 4/4)^2 / (1 + 4/16) = 3.2."""
    estimate = ratio_of_means(np.ones((5, 1)), [1.0, 0.25, 0.25, 0.25, 0.25])
    assert estimate.effective_blocks == pytest.approx(3.2)


def test_one_block_with_weight_has_no_error() -> None:
    """Without it there is nothing to divide by, however many empty blocks there are."""
    estimate = ratio_of_means([[1.0], [0.0], [0.0]], [3.0, 0.0, 0.0])
    assert estimate.standard_errors is None
    assert estimate.ratios[0] == pytest.approx(1 / 3)


def test_few_effective_blocks_have_one_degree_of_freedom() -> None:
    """No quantile of t beyond 12.7."""
    estimate = ratio_of_means([[1.0], [2.0]], [1.0, 1e-3])
    assert estimate.quantile(confidence=0.95) == pytest.approx(12.706, abs=1e-3)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_tiny_and_huge_blocks_leave_no_rounding_errors(scale: float) -> None:
    """Sums over the others, not the whole less the one."""
    estimate = ratio_of_means(np.array([[1e17], [1.0], [2.0]]) * scale, np.array([2e17, 4.0, 2.0]) * scale)
    left = np.array([3 / 6, 0.5, 0.5])
    assert estimate.standard_errors == pytest.approx(np.sqrt(2 / 3 * ((left - left.mean()) ** 2).sum()), abs=1e-12)


@pytest.mark.parametrize(
    ("top", "bottom"),
    [
        ([[1.0]], [0.0]),
        ([[1.0]], [-1.0]),
        ([[1.0], [2.0]], [1.0]),
        ([1.0], [1.0]),
        ([[math.nan]], [1.0]),
    ],
)
def test_what_is_no_ratio(top: list[list[float]], bottom: list[float]) -> None:
    """Nothing to divide by, or shapes that do not fit."""
    with pytest.raises(ValueError, match=r"denominators|need shapes|finite"):
        ratio_of_means(top, bottom)
