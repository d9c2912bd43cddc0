"""Distances between floating-point numbers."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.ulp import (
    Precision,
    UlpDistance,
    bits_equal,
    is_float32,
    measure_ulps,
    relative_difference,
    ulp_distance,
    ulp_distance32,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
finite32 = st.floats(allow_nan=False, allow_infinity=False, width=32)


def test_zeros_have_different_bits() -> None:
    """-0.0 and +0.0 are not bitwise equal, though 0 ULPs apart."""
    assert not bits_equal(-0.0, 0.0)
    assert ulp_distance(-0.0, 0.0) == 0


def test_nan_is_compared_as_a_class() -> None:
    """NaNs of any payload and sign are equal, and equal to nothing else."""
    payload = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000123))[0]
    assert bits_equal(payload, -math.nan)
    assert not bits_equal(math.nan, 1.0)
    assert ulp_distance(payload, math.nan) == 0
    assert ulp_distance(math.nan, 1.0) is None


def test_infinities_are_at_no_distance_from_numbers() -> None:
    """An infinity is another category than the largest number."""
    assert ulp_distance(math.inf, 1.7976931348623157e308) is None
    assert ulp_distance(math.inf, -math.inf) is None
    assert ulp_distance(math.inf, math.inf) == 0


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [(1.0, math.nextafter(1.0, 2.0), 1), (0.1 + 0.2, 0.3, 1), (-5e-324, 5e-324, 2), (1.0, 2.0, 2**52)],
)
def test_known_distances(a: float, b: float, distance: int) -> None:
    """Neighbours, across zero, and a whole binade."""
    assert ulp_distance(a, b) == distance


@given(finite, finite)
def test_distance_is_symmetric(a: float, b: float) -> None:
    """The order of the arguments does not matter."""
    assert ulp_distance(a, b) == ulp_distance(b, a)


@given(finite, finite, finite)
def test_distances_add_up_along_the_line(a: float, b: float, c: float) -> None:
    """Distances of ordered values add up."""
    low, middle, high = sorted((a, b, c))
    parts = [ulp_distance(low, middle), ulp_distance(middle, high)]
    assert ulp_distance(low, high) == sum(part for part in parts if part is not None)


@given(finite.filter(lambda x: abs(x) < 1e308))
def test_next_number_is_one_away(x: float) -> None:
    """math.nextafter moves by one."""
    assert ulp_distance(x, math.nextafter(x, math.inf)) == 1


@given(finite32)
def test_widened_float32_is_recognised(x: float) -> None:
    """Every float32 is one after widening, and its neighbour there is 1 float32 ULP away."""
    assert is_float32(x)
    neighbour = float(np.nextafter(np.float32(x), np.float32(0.0)))
    assert ulp_distance32(x, neighbour) == (0 if x == 0.0 else 1)


@pytest.mark.parametrize(("x", "single"), [(0.1, False), (1e300, False), (0.5, True), (math.inf, True)])
def test_only_exact_float32_counts_as_float32(x: float, single: bool) -> None:
    """Rounding or overflow on the way to float32 means that it is a double."""
    assert is_float32(x) is single


def test_doubles_have_no_float32_distance() -> None:
    """A double is refused by the float32 distance."""
    with pytest.raises(ValueError, match=r"0\.1 is not a single-precision number"):
        ulp_distance32(0.1, 0.5)


def test_measure_speaks_of_the_format_of_the_computation() -> None:
    """Neighbouring float32 accuracies are 1 ULP of float32 apart, not 2**29 of float64."""
    a, b = float(np.float32(0.88)), float(np.nextafter(np.float32(0.88), np.float32(1)))
    assert measure_ulps(a, b) == UlpDistance(1, Precision.FLOAT32)
    assert ulp_distance(a, b) == 2**29
    assert measure_ulps(0.1, math.nan) is None


@pytest.mark.parametrize(
    ("original", "replay", "relative"),
    [(2.0, 1.0, 0.5), (-4.0, -5.0, 0.25), (0.0, 0.0, 0.0), (0.0, 1.0, math.inf), (math.nan, math.nan, 0.0),
     (math.nan, 1.0, math.inf), (1.0, math.inf, math.inf), (math.inf, math.inf, 0.0)],
)  # fmt: skip
def test_relative_difference(original: float, replay: float, relative: float) -> None:
    """In units of the original, with zero and the categories settled."""
    assert relative_difference(original, replay) == relative
