"""Intervals."""

from __future__ import annotations

from bis.stats.interval import Interval


def test_bounds_belong_to_the_interval() -> None:
    """The interval is closed."""
    interval = Interval(1.0, 2.0, 0.95)
    assert [interval.contains(x) for x in (0.9, 1.0, 1.5, 2.0, 2.1)] == [False, True, True, True, False]


def test_nan_is_in_no_interval() -> None:
    """NaN compares with nothing."""
    assert not Interval(1.0, 2.0, 0.95).contains(float("nan"))
