"""Reading the first divergent step."""

from __future__ import annotations

import pytest

from bis.stats.curves import Divergence, Series, first_divergence
from bis.stats.patterns import Pattern, classify_divergence


def parting(position: int, relative: float) -> Divergence | None:
    """Two curves around 1 that part at a position by a relative difference."""
    flat = (1.0,) * 6
    other = tuple(1.0 if i < position else 1.0 + relative for i in range(6))
    return first_divergence(Series(tuple(range(6)), flat), Series(tuple(range(6)), other))


@pytest.mark.parametrize(
    ("same_data", "same_start", "same_order", "pattern"),
    [
        (False, False, False, Pattern.DATA),
        (True, False, False, Pattern.INIT_ENTROPY),
        (True, True, False, Pattern.SHUFFLE_ENTROPY),
        (None, None, False, Pattern.SHUFFLE_ENTROPY),
    ],
)
def test_the_earliest_hash_that_differs_names_the_class(
    same_data: bool | None, same_start: bool | None, same_order: bool | None, pattern: Pattern
) -> None:
    """Data before weights before order; also where the curves have not parted."""
    hashes = {"same_data": same_data, "same_start": same_start, "same_order": same_order}
    assert classify_divergence(parting(0, 0.5), **hashes) is pattern
    assert classify_divergence(None, **hashes) is pattern


@pytest.mark.parametrize(
    ("position", "relative", "pattern"),
    [
        (0, 1e-9, Pattern.FLOATING_POINT),
        (3, 1e-7, Pattern.FLOATING_POINT),
        (3, 2e-3, Pattern.LATE_ENTROPY),
        (3, 1e-4, Pattern.UNDETERMINED),
        (0, 2e-3, Pattern.UNDETERMINED),
    ],
)
def test_sizes_of_the_first_difference(position: int, relative: float, pattern: Pattern) -> None:
    """With equal hashes: rounding, a late jump, or neither."""
    equal = {"same_data": True, "same_start": True, "same_order": True}
    assert classify_divergence(parting(position, relative), **equal) is pattern


def test_no_divergence() -> None:
    """Nothing parted, nothing known to differ."""
    assert classify_divergence(None) is Pattern.NONE


def test_what_was_not_recorded_is_not_equal() -> None:
    """A jump at the first step without hashes has no name."""
    assert classify_divergence(parting(0, 0.5)) is Pattern.UNDETERMINED
