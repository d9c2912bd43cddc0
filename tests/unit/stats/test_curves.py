"""Curves: alignment, first divergence, growth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.curves import Series, align, first_divergence, growth_slope
from bis.stats.ulp import Precision, UlpDistance

points = st.lists(st.tuples(st.integers(0, 9), st.floats(width=32)), max_size=12)


def series(found: list[tuple[int, float]]) -> Series:
    """A series from (step, value) pairs."""
    return Series(tuple(step for step, _ in found), tuple(value for _, value in found))


def test_alignment_is_by_step() -> None:
    """Other order, other steps: the intersection, sorted; lengths are kept for the test of n_steps."""
    aligned = align([Series((0, 10, 20, 30), (4.0, 3.0, 2.0, 1.0)), Series((20, 0, 15), (2.5, 4.5, 9.0))])
    assert aligned.steps == (0, 20)
    assert aligned.values.tolist() == [[4.0, 2.0], [4.5, 2.5]]
    assert aligned.lengths == (4, 3)
    assert not aligned.same_length


def test_repeated_steps_are_told_apart() -> None:
    """A logger that writes step 0 each time still gives a curve."""
    aligned = align([Series((0, 0, 0), (3.0, 2.0, 1.0)), Series((0, 0), (3.0, 2.5))])
    assert aligned.steps == (0, 0)
    assert aligned.values.tolist() == [[3.0, 2.0], [3.0, 2.5]]


def test_nothing_in_common() -> None:
    """Disjoint steps align to nothing."""
    aligned = align([Series((0,), (1.0,)), Series((1,), (1.0,))])
    assert aligned.values.shape == (2, 0)
    assert first_divergence(Series((0,), (1.0,)), Series((1,), (2.0,))) is None


def test_first_divergent_step_with_its_sizes() -> None:
    """Equal up to step 3, there one float32 ULP, then growth of a decade per step."""
    first = [float(np.float32(x)) for x in (0.9, 0.5, 0.25)]
    ulp = float(np.spacing(np.float32(0.25)))
    original = Series((0, 1, 3, 4, 5), (*first, 0.125, 0.1))
    replay = Series((0, 1, 3, 4, 5), (first[0], first[1], first[2] + ulp, 0.125 + 10 * ulp, 0.1 + 100 * ulp))
    found = first_divergence(original, replay)
    assert found is not None
    assert (found.step, found.position, found.absolute) == (3, 2, ulp)
    assert found.relative == ulp / 0.25
    assert found.ulps == UlpDistance(1, Precision.FLOAT32)
    assert found.growth == pytest.approx(1.0, abs=1e-6)


def test_nan_at_the_same_step_is_no_divergence() -> None:
    """NaN equals NaN by class; NaN against a number diverges without a distance."""
    nan = Series((0, 1), (1.0, math.nan))
    assert first_divergence(nan, nan) is None
    found = first_divergence(nan, Series((0, 1), (1.0, 2.0)))
    assert found is not None
    assert (found.step, found.ulps, found.relative, found.growth) == (1, None, math.inf, None)


def test_sign_of_zero_is_a_divergence() -> None:
    """Bits differ, at 0 ULPs."""
    found = first_divergence(Series((0,), (0.0,)), Series((0,), (-0.0,)))
    assert found is not None
    assert (found.absolute, found.relative, found.ulps) == (0.0, 0.0, UlpDistance(0, Precision.FLOAT32))


@given(points)
def test_a_curve_never_diverges_from_itself(found: list[tuple[int, float]]) -> None:
    """Whatever it holds: NaN, infinities, repeated steps."""
    assert first_divergence(series(found), series(found)) is None


@given(points, points)
def test_divergence_is_at_one_step_from_both_sides(a: list[tuple[int, float]], b: list[tuple[int, float]]) -> None:
    """Original and replay exchanged diverge at the same place."""
    forth, back = first_divergence(series(a), series(b)), first_divergence(series(b), series(a))
    assert (forth and (forth.step, forth.position)) == (back and (back.step, back.position))


def test_growth_ignores_zeros_and_needs_three_points() -> None:
    """Half a decade per step, with a step where the curves meet; two points have no slope."""
    steps = [0, 2, 4, 6]
    assert growth_slope(steps, [1e-9, 0.0, 1e-7, 1e-6]) == pytest.approx(0.5)
    assert growth_slope(steps, [0.0, 0.0, 1e-7, 1e-6]) is None
    assert growth_slope([0, 0, 0], [1e-3, 1e-2, 1e-1]) == pytest.approx(1.0)


def test_mismatched_lengths_are_refused() -> None:
    """A value per step, a difference per step, and at least one series."""
    with pytest.raises(ValueError, match="got 2 and 1"):
        Series((0, 1), (1.0,))
    with pytest.raises(ValueError, match="got 1 and 2"):
        growth_slope([0], [1.0, 2.0])
    with pytest.raises(ValueError, match="at least one series"):
        align([])
