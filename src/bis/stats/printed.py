"""Printed figures: a published, rounded decimal against a computed value, at the precision in which it is printed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

import numpy as np

from bis.errors import UsageError
from bis.stats.ulp import UlpDistance, bits_equal, is_float32, measure_ulps

# A double is distinguished from its neighbours by 17 significant digits, and any text of 15 survives a double.
_DOUBLE_DIGITS = 15
_SINGLE_DIGITS = 9  # the same for float32 numbers
_LARGEST_SINGLE = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"[+\-\u2212]?(\d+\.?\d*|\.\d+)([eE][+\-\u2212]?\d{1,3})?%?", re.ASCII)


class Agreement(str, Enum):
    """How a printed figure and a computed value agree."""

    BITS = "bits"  # the text read as a double is the computed value
    ROUNDED = "rounded"  # the computed value, rounded to the printed place, is the text
    TRUNCATED = "truncated"  # the computed value, cut at the printed place, is the text
    DIGITS = "digits"  # more digits are printed than a double keeps: the 15 that it does keep are those of the text
    DIFFERS = "differs"

    @property
    def matches(self) -> bool:
        """Whether the figure is confirmed at the precision in which it is printed."""
        return self is not Agreement.DIFFERS


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A decimal figure as it is printed.

    Parameters
    ----------
    text : str
        As printed.
    value : Decimal
        Its exact value; a percentage is divided by 100.
    unit : Decimal
        One unit of the last printed place, in the same unit.
    digits : int
        Significant digits: those from the first that is not 0.

    Examples
    --------
    >>> figure = parse_printed("47.70%")
    >>> figure.value, figure.unit, figure.digits
    (Decimal('0.4770'), Decimal('0.0001'), 4)
    """

    text: str
    value: Decimal
    unit: Decimal
    digits: int


@dataclass(frozen=True, slots=True)
class PrintedComparison:
    """A printed figure against a computed value.

    Parameters
    ----------
    figure : PrintedFigure
        The published figure.
    computed : float
        In the unit of the figure.
    agreement : Agreement
        The strongest that holds.
    units : float
        ``(computed - printed) / unit of the last printed place``, signed; NaN where the computed value is not
        finite.
    ulps : UlpDistance or None
        Distance of the text, read as a double, from the computed value, for texts of at least 15 significant digits;
        in float32 for computed float32 values and texts of at least 9; None for shorter texts.
    """

    figure: PrintedFigure
    computed: float
    agreement: Agreement
    units: float
    ulps: UlpDistance | None


def parse_printed(text: str) -> PrintedFigure:
    """Read a figure as it is printed.

    Parameters
    ----------
    text : str
        For instance ``0.879999995``, ``1e-3``, ``47.7``, ``-12`` or ``87.9%``; a typographic minus is read as one.

    Returns
    -------
    PrintedFigure
        Value, unit of the last place and number of significant digits.

    Raises
    ------
    UsageError
        It is not such a figure. Decimal commas and digit grouping are refused: ``1,234`` has two readings.

    Examples
    --------
    >>> parse_printed("1e-3").unit
    Decimal('0.001')
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise UsageError(
            f"cannot read {text!r} as a printed figure",
            hint="Write it with a decimal point and without grouping, such as 0.8799, 1e-3 or 87.99%.",
        )
    sign, figures, exponent = Decimal(stripped.rstrip("%").replace("\u2212", "-")).as_tuple()
    assert isinstance(exponent, int)  # the pattern admits no NaN or infinity
    if stripped.endswith("%"):
        exponent -= 2
    number = Decimal((sign, figures, exponent))
    digits = 0 if number.is_zero() else len(figures)
    return PrintedFigure(stripped, number, Decimal((0, (1,), exponent)), digits)


def compare_printed(text: str, computed: float) -> PrintedComparison:
    """Compare a published figure with a computed value at the precision in which it is printed.

    Parameters
    ----------
    text : str
        The figure as printed, see `parse_printed`.
    computed : float
        In the same unit (a percentage is compared as a share); any double.

    Returns
    -------
    PrintedComparison
        Agreement, difference in units of the last printed place, distance in ULPs.

    Raises
    ------
    UsageError
        The text is not a figure.

    Notes
    -----
    ROUNDED holds within half a unit of the last place, ties included (it is unknown how they were broken); TRUNCATED
    where the computed value, as the shortest decimal that reads as it, lies less than one unit farther from zero. Both
    are decided in exact arithmetic.
    BITS asks that the text, read as a double, is the computed value; it is claimed only for texts of at least 15
    significant digits, since shorter ones do not determine a double. Of a text with more, the 15 are compared that
    every double keeps (``DBL_DIG`` of C11, 5.2.4.2.2): the last one or two change with a single ULP.

    Examples
    --------
    >>> result = compare_printed("2900.19362849348", 2900.1936284934804)
    >>> result.agreement.value, result.ulps.count, round(result.units, 3)
    ('rounded', 1, 0.045)
    """
    figure = parse_printed(text)
    if not math.isfinite(computed):
        return PrintedComparison(figure, computed, Agreement.DIFFERS, math.nan, None)
    # Fractions, because the arithmetic of Decimal rounds to 28 digits.
    units = (Fraction(computed) - Fraction(figure.value)) / Fraction(figure.unit)
    return PrintedComparison(
        figure=figure,
        computed=computed,
        agreement=_agreement(figure, computed, units),
        units=_as_float(units),
        ulps=_ulps(figure, computed),
    )


def _agreement(figure: PrintedFigure, computed: float, units: Fraction) -> Agreement:
    if figure.digits >= _DOUBLE_DIGITS and bits_equal(float(figure.value), computed):
        return Agreement.BITS
    if abs(units) <= Fraction(1, 2):
        return Agreement.ROUNDED
    # What would be cut is the shortest decimal of the double: 0.6 is not cut to 0.5, though the double lies below it.
    shown = (Fraction(repr(computed)) - Fraction(figure.value)) / Fraction(figure.unit)
    outward = abs(shown) if figure.value.is_zero() else -shown if figure.value.is_signed() else shown
    if 0 <= outward < 1:
        return Agreement.TRUNCATED
    kept = Fraction(10) ** max(figure.digits - _DOUBLE_DIGITS, 0)
    return Agreement.DIGITS if kept > 1 and abs(units) <= kept / 2 else Agreement.DIFFERS


def _ulps(figure: PrintedFigure, computed: float) -> UlpDistance | None:
    printed = float(figure.value)
    if figure.digits >= _DOUBLE_DIGITS:
        return measure_ulps(printed, computed)
    if figure.digits < _SINGLE_DIGITS or not is_float32(computed):
        return None
    nearest = float(np.float32(printed)) if abs(printed) <= _LARGEST_SINGLE else printed
    return measure_ulps(nearest, computed)


def _as_float(units: Fraction) -> float:
    try:
        return float(units)
    except OverflowError:
        return math.inf if units > 0 else -math.inf
