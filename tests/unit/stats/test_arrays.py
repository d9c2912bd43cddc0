"""Samples at the border of the statistics."""

from __future__ import annotations

import numpy as np
import pytest

from bis.stats.arrays import as_batch, as_fraction, as_number, as_sample


@pytest.mark.parametrize("bad", [[1.0, float("nan")], [float("inf")], 3.0, []])
def test_batch_refuses_what_is_not_a_finite_sample(bad: object) -> None:
    """NaN, infinities, scalars and empty samples are refused."""
    with pytest.raises(ValueError, match="runs must"):
        as_batch(np.asarray(bad, dtype=np.float64), name="runs")


def test_sample_has_one_axis() -> None:
    """A matrix is no sample."""
    with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
        as_sample(np.ones((2, 2)), name="runs")


def test_sample_has_a_smallest_size() -> None:
    """The message names what was expected and found."""
    with pytest.raises(ValueError, match="runs must hold at least 3 values; got 2"):
        as_sample([1.0, 2.0], name="runs", at_least=3)


def test_number_is_finite() -> None:
    """NaN is refused."""
    with pytest.raises(ValueError, match="original must be finite"):
        as_number(float("nan"), name="original")


@pytest.mark.parametrize("bad", [0.0, 1.0, -0.1, float("nan")])
def test_fraction_excludes_its_bounds(bad: float) -> None:
    """Levels of 0 and 1 have no meaning."""
    with pytest.raises(ValueError, match="alpha must lie strictly between 0 and 1"):
        as_fraction(bad, name="alpha")
