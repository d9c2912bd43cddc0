"""Numbers without loss."""

from __future__ import annotations

import math

from bis._verify.exact_numbers import distance_figures, exactly, extent
from bis.stats.ulp import Precision, UlpDistance


def test_numbers_keep_all_digits() -> None:
    """A value can be read back to the bit."""
    assert [exactly(v) for v in (0.1 + 0.2, 3.0, 1e20)] == ["0.30000000000000004", "3.0", "1e+20"]
    assert [float(exactly(v)).hex() for v in (0.1 + 0.2, -0.0, 5e-324)] == [v.hex() for v in (0.1 + 0.2, -0.0, 5e-324)]
    assert (exactly(math.nan), exactly(-math.inf)) == ("nan", "-inf")


def test_several_values_are_their_extent() -> None:
    """One value, or the smallest and the largest; all, where some are not finite."""
    assert extent([]) == ()
    assert extent([0.5, 0.5]) == ("0.5",)
    assert extent([0.5, 0.25, 0.75]) == ("0.25", "0.75")
    assert extent([0.5, math.nan, math.nan]) == ("0.5", "nan")


def test_distances_are_figures() -> None:
    """Only those that are finite."""
    assert distance_figures(UlpDistance(1, Precision.FLOAT64), 0.5) == {
        "ulps": 1,
        "precision": "float64",
        "relative": 0.5,
    }
    assert distance_figures(None, math.inf) == {}
