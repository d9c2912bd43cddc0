"""Figures in words."""

from __future__ import annotations

from bis._verify.figures import counted, distance, number, probability, short
from bis.stats.ulp import Precision, UlpDistance


def test_probabilities_are_never_rounded_to_certainty() -> None:
    """0.9999 is not 1, and 1e-7 is not 0."""
    assert [probability(p) for p in (0.0, 1e-7, 0.05, 0.9999, 1.0)] == ["0.000", "1.0e-07", "0.050", "0.999", "1"]


def test_numbers_keep_all_digits() -> None:
    """A value can be read back to the bit."""
    assert [number(v) for v in (0.1 + 0.2, 3.0, 1e20)] == ["0.30000000000000004", "3.0", "1e+20"]
    assert number(float("nan")) == "nan"
    assert number(float("-inf")) == "-inf"
    assert short(0.123456) == "0.1235"


def test_counts_and_distances() -> None:
    """Plural, ULPs where they say something, relative distance."""
    assert (counted(1, "replay"), counted(2, "replay")) == ("1 replay", "2 replays")
    assert distance(UlpDistance(1, Precision.FLOAT64), 2.2e-16) == "1 ULP of float64, 2.2e-16 relative"
    assert distance(UlpDistance(10**9, Precision.FLOAT64), 0.5) == "0.5 relative"
    assert distance(None, None) == "no finite distance"
