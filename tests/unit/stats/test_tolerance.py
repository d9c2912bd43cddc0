"""Equality within a declared tolerance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.tolerance import Closeness


@pytest.mark.parametrize(
    ("tolerance", "replay", "allowed"),
    [(Closeness(), 100.0, True), (Closeness(), 100.0000001, False), (Closeness(atol=0.5), 100.5, True),
     (Closeness(rtol=0.01), 101.0, True), (Closeness(0.5, 0.01), 101.5, True), (Closeness(0.5, 0.01), 101.6, False)],
)  # fmt: skip
def test_absolute_and_relative_parts_add(tolerance: Closeness, replay: float, allowed: bool) -> None:
    """|y - y0| <= atol + rtol |y0| for y0 = 100, bounds included."""
    assert tolerance.allows(100.0, replay) is allowed


def test_categories_are_not_within_tolerance() -> None:
    """NaN and infinities equal themselves only, however wide the tolerance."""
    wide = Closeness(atol=1e300, rtol=1e300)
    assert wide.allows(math.nan, math.nan)
    assert wide.allows(math.inf, math.inf)
    assert not wide.allows(math.inf, 1.0)
    assert not wide.allows(1.0, math.nan)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_bad_tolerances_are_refused(bad: float) -> None:
    """Negative, NaN and infinite tolerances have no meaning."""
    with pytest.raises(ValueError, match="rtol must be finite and not negative"):
        Closeness(rtol=bad)


@given(st.floats(allow_nan=False), st.floats(0, 1e3), st.floats(0, 1e3))
def test_everything_is_within_tolerance_of_itself(x: float, atol: float, rtol: float) -> None:
    """Reflexive for every tolerance."""
    assert Closeness(atol, rtol).allows(x, x)
