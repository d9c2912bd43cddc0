"""Figures in words."""

from __future__ import annotations

from bis.report.text.figure_words import counted, distance, percent, probability, short, tolerance


def test_probabilities_are_never_rounded_to_certainty() -> None:
    """0.9999 is not 1, and 1e-7 is not 0."""
    assert [probability(p) for p in (0.0, 1e-7, 0.05, 0.9999, 1.0)] == ["0.000", "1.0e-07", "0.050", "0.999", "1"]


def test_short_numbers_have_four_digits() -> None:
    """Also where they come as text, as values that are not finite do."""
    assert [short(v) for v in (0.123456, "0.123456", "nan", "-inf")] == ["0.1235", "0.1235", "nan", "-inf"]


def test_counts_and_distances() -> None:
    """Plural, ULPs where they say something, relative distance."""
    assert (counted(1, "replay"), counted(2, "replay")) == ("1 replay", "2 replays")
    assert distance(1, "float64", 2.2e-16) == "1 ULP of float64, 2.2e-16 relative"
    assert distance(10**9, "float64", 0.5) == "0.5 relative"
    assert distance(None, None, None) == "no finite distance"
    assert percent(0.95) == "95 %"


def test_tolerances_say_where_they_come_from() -> None:
    """Declared, or a default for a kind of values."""
    assert tolerance("declared", 1.0, 0.5) == "rtol 0.5, atol 1 (declared)"
    assert tolerance("float64", 0.0, 1e-9) == "rtol 1e-09 (default for float64 values)"
