"""Published figures against computed values."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.errors import UsageError
from bis.stats.printed import Agreement, compare_printed, parse_printed
from bis.stats.ulp import Precision, UlpDistance

numbers = st.floats(-1e9, 1e9)


@pytest.mark.parametrize(
    ("text", "value", "unit", "digits"),
    [
        ("0.879999995", "0.879999995", "1e-9", 9),
        ("2900.19362849348", "2900.19362849348", "1e-11", 15),
        ("1e-3", "0.001", "1e-3", 1),
        ("47.7", "47.7", "0.1", 3),
        ("-12", "-12", "1", 2),
        ("\u22120.50", "-0.50", "0.01", 2),
        ("87.9%", "0.879", "0.001", 3),
        (" .25 ", "0.25", "0.01", 2),
        ("1.50E+3", "1500", "10", 3),
        ("0.000", "0", "0.001", 0),
        ("0.1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567890", "1e-40", 40),
    ],
)
def test_reading_a_figure(text: str, value: str, unit: str, digits: int) -> None:
    """Value, unit of the last place, significant digits."""
    figure = parse_printed(text)
    assert (figure.value, figure.unit, figure.digits) == (Decimal(value), Decimal(unit), digits)


@pytest.mark.parametrize("bad", ["", "0,879", "1 234.5", "nan", "inf", "0x1p3", "1.2.3", "1e5000", "\u0663.5"])
def test_what_is_no_figure_is_refused(bad: str) -> None:
    """With a hint; decimal commas have two readings."""
    with pytest.raises(UsageError, match="cannot read") as caught:
        parse_printed(bad)
    assert caught.value.hint


def test_equal_to_fifteen_digits_but_not_to_the_bit() -> None:
    """The study's test error: confirmed as printed, one ULP from the double nearest to the text."""
    result = compare_printed("2900.19362849348", 2900.1936284934804)
    assert result.agreement is Agreement.ROUNDED
    assert result.agreement.matches
    assert result.ulps == UlpDistance(1, Precision.FLOAT64)
    assert result.units == pytest.approx(0.045, abs=5e-4)


@pytest.mark.parametrize("text", ["42.79409467959994", "0.4526027629719197"])
def test_shortest_text_of_a_double_gives_its_bits(text: str) -> None:
    """Python prints what reads back as the same double."""
    result = compare_printed(text, float(text))
    assert (result.agreement, result.ulps) == (Agreement.BITS, UlpDistance(0, Precision.FLOAT64))
    neighbour = compare_printed(text, math.nextafter(float(text), math.inf))
    assert neighbour.agreement is not Agreement.BITS
    assert neighbour.ulps == UlpDistance(1, Precision.FLOAT64)


@pytest.mark.parametrize(
    ("text", "accuracy", "agreement"),
    [
        ("0.879999995", 0.88, Agreement.ROUNDED),
        ("0.864000022", 0.864, Agreement.ROUNDED),
        ("0.876800000", 0.8768, Agreement.TRUNCATED),
        ("0.877200007", 0.8772, Agreement.ROUNDED),
    ],
)
def test_figures_computed_in_single_precision(text: str, accuracy: float, agreement: Agreement) -> None:
    """The study's accuracies are float32 shares; one of them was cut, not rounded."""
    computed = float(np.float32(accuracy))
    result = compare_printed(text, computed)
    assert result.agreement is agreement
    assert result.ulps == UlpDistance(0, Precision.FLOAT32)


def test_double_is_not_confused_with_its_float32() -> None:
    """.88 in double precision is not what was printed, by 5 units of the ninth place."""
    result = compare_printed("0.879999995", 0.88)
    assert (result.agreement, result.ulps) == (Agreement.DIFFERS, None)
    assert result.units == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("text", "computed", "agreement"),
    [
        ("47.7", 47.65000001, Agreement.ROUNDED),
        ("0.5", 0.55078125, Agreement.TRUNCATED),
        ("0.12", 0.125, Agreement.ROUNDED),
        ("0.5", 0.59, Agreement.TRUNCATED),
        ("0.5", 0.6, Agreement.DIFFERS),
        ("0.5", 0.625, Agreement.DIFFERS),
        ("0.5", 0.44, Agreement.DIFFERS),
        ("-0.5", -0.59, Agreement.TRUNCATED),
        ("-0.5", -0.44, Agreement.DIFFERS),
        ("0.00", -0.009, Agreement.TRUNCATED),
        ("0.5", -0.5, Agreement.DIFFERS),
        ("12", 12.5, Agreement.ROUNDED),
        ("87.9%", 0.8789, Agreement.ROUNDED),
        ("1e-3", 0.0012, Agreement.ROUNDED),
    ],
)
def test_rounding_and_truncation(text: str, computed: float, agreement: Agreement) -> None:
    """Half a unit either way is rounding, less than one outward truncation; .6 is not cut to .5."""
    assert compare_printed(text, computed).agreement is agreement


@pytest.mark.parametrize("computed", [math.nan, math.inf, -math.inf])
def test_no_figure_confirms_what_is_not_finite(computed: float) -> None:
    """NaN and infinities differ from every figure."""
    result = compare_printed("0.5", computed)
    assert result.agreement is Agreement.DIFFERS
    assert math.isnan(result.units)


def test_distances_beyond_all_doubles() -> None:
    """The number of units is infinite where no double holds it; nothing is raised."""
    assert compare_printed("1e-900", 1e300).units == math.inf
    assert compare_printed("1e-900", -1e300).units == -math.inf


@given(numbers, st.integers(0, 12))
def test_what_was_rounded_is_recognised(computed: float, places: int) -> None:
    """Any value, rounded to any place, is confirmed by its own text."""
    text = f"{Decimal(computed).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN):f}"
    assert compare_printed(text, computed).agreement in {Agreement.ROUNDED, Agreement.BITS}


@given(numbers, st.integers(0, 12))
def test_what_was_cut_is_recognised(computed: float, places: int) -> None:
    """Any value, cut at any place, is confirmed by its own text."""
    text = f"{Decimal(repr(computed)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN):f}"
    assert compare_printed(text, computed).agreement.matches


@given(numbers)
def test_shortest_text_always_matches(computed: float) -> None:
    """repr() of any double confirms it."""
    assert compare_printed(repr(computed), computed).agreement.matches


@pytest.mark.parametrize(
    ("printed", "computed", "agreement"),
    [
        ("0.4526027629719197", 0.4526027629719196, Agreement.DIGITS),  # R2 of the study, two doubles away
        ("0.4526027629719297", 0.4526027629719196, Agreement.DIFFERS),  # the 14th digit is another
        ("0.452602762971920", 0.4526027629719196, Agreement.ROUNDED),
        ("0.452602762971921", 0.4526027629719196, Agreement.DIFFERS),  # 15 digits printed: all of them count
    ],
)
def test_more_digits_than_a_double_keeps(printed: str, computed: float, agreement: Agreement) -> None:
    """Of a figure printed with 16 or 17 digits the 15 are compared that every double keeps."""
    assert compare_printed(printed, computed).agreement is agreement
