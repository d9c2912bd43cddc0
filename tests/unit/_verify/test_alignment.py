"""Pairing of curves, bit by bit."""

from __future__ import annotations

from bis._verify.alignment import align, finite_relative, series, values_of
from bis.model.facets import Curve

from .runs import curve


def test_curves_are_paired_by_step() -> None:
    """Steps decide, not the order of logging; steps of one side only are counted."""
    other = Curve("m", (2, 0), ((0.25).hex(), (1.0).hex()))
    aligned = align(curve("m", [1.0, 0.5, 0.25, 0.125]), other)
    assert [p.step for p in aligned.points] == [0, 2]
    assert (aligned.only_original, aligned.only_replayed) == (2, 0)
    assert aligned.divergent == ()
    assert not aligned.same_bits


def test_a_step_logged_twice_is_paired_in_order() -> None:
    """A logger that never names steps writes 0 each time."""
    a = Curve("m", (0, 0), ((1.0).hex(), (2.0).hex()))
    b = Curve("m", (0, 0), ((1.0).hex(), (3.0).hex()))
    assert [(p.original, p.replayed) for p in align(a, b).divergent] == [(2.0, 3.0)]


def test_values_are_in_order_of_step() -> None:
    """Values of a curve that was logged backwards come forwards."""
    assert values_of(Curve("m", (1, 0), ((2.0).hex(), (1.0).hex()))) == [1.0, 2.0]
    assert series(curve("m", [1.0, 2.0])).values == (1.0, 2.0)


def test_relative_distance_is_finite_or_none() -> None:
    """There is no relative distance from 0 or to NaN."""
    assert finite_relative(4.0, 5.0) == 0.25
    assert finite_relative(0.0, 1.0) is None
    assert finite_relative(1.0, float("nan")) is None
