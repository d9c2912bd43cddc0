"""Ratios of variances."""

from __future__ import annotations

import numpy as np
import pytest

from bis.stats.variance_ratio import variance_ratio


def test_the_value_is_that_of_the_sample_variances() -> None:
    """Summed over components."""
    rng = np.random.default_rng(0)
    after, before = rng.normal(size=(12, 3)), 2 * rng.normal(size=(20, 3))
    found = variance_ratio(after, before)
    assert found.value == pytest.approx(after.var(axis=0, ddof=1).sum() / before.var(axis=0, ddof=1).sum())


@pytest.mark.parametrize("d", [1, 10])
def test_intervals_cover_the_truth(d: int) -> None:
    """In about 95 of 100 repeats, and in at least 90."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(300):
        found = variance_ratio(rng.normal(size=(12, d)), 2 * rng.normal(size=(12, d)))
        assert found.interval is not None
        hits += found.interval.contains(0.25)
    assert 0.90 <= hits / 300 <= 1.0


def test_nothing_left_is_zero() -> None:
    """Without an interval: nothing can be said about the error."""
    found = variance_ratio(np.ones((8, 1)), np.arange(8.0)[:, np.newaxis])
    assert (found.value, found.interval) == (0.0, None)


def test_one_output_that_alone_varies_has_no_interval() -> None:
    """The jackknife would take the logarithm of zero."""
    after = np.zeros((8, 1))
    after[0] = 1.0
    assert variance_ratio(after, np.arange(8.0)[:, np.newaxis]).interval is None


@pytest.mark.parametrize(
    ("after", "before", "message"),
    [
        (np.ones((8, 1)), np.ones((8, 2)), "shapes"),
        (np.ones((2, 1)), np.ones((8, 1)), "at least 3"),
        (np.arange(8.0)[:, np.newaxis], np.ones((8, 1)), "must vary"),
        (np.full((8, 1), np.nan), np.arange(8.0)[:, np.newaxis], "finite"),
    ],
)
def test_what_has_no_ratio_is_refused(after: object, before: object, message: str) -> None:
    """With what is wrong."""
    with pytest.raises(ValueError, match=message):
        variance_ratio(after, before)  # type: ignore[arg-type]
