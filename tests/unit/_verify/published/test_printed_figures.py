"""Two printed figures."""

from __future__ import annotations

import pytest

from bis._verify.published.printed_figures import compare_figures
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.verdict import Level, ToleranceOrigin


def level(saved: str, now: str, **declared: float) -> Level:
    """How two figures of the name m agree."""
    tolerances = Tolerances({name: Tolerance(atol=atol) for name, atol in declared.items()})
    return compare_figures(saved, now, name="m", tolerances=tolerances).level


@pytest.mark.parametrize(
    ("saved", "now"),
    [("0.5", "0.5"), ("0.5", "0.50"), ("nan", "nan"), ("inf", "inf"), ("1e-05", "0.00001"), ("42", "42.0")],
)
def test_the_same_number_in_another_notation(saved: str, now: str) -> None:
    """How it is written is not what it is."""
    assert level(saved, now) is Level.BITWISE


@pytest.mark.parametrize(
    ("saved", "now"),
    [
        ("2900.19", "2900.1936284934804"),
        ("2900.1936284934804", "2900.19"),
        ("1.23456e-05", "0.0000123"),  # the coarser print is the one with the larger last place
        ("2900", "2900.19"),
        ("2900.1936284934804", "2900.1936284934809"),
        ("0.8700000000000001", "0.87"),
    ],
)
def test_fewer_digits_on_either_side(saved: str, now: str) -> None:
    """The precision of the coarser print decides."""
    assert level(saved, now) is Level.NUMERICAL


@pytest.mark.parametrize(
    ("saved", "now"),
    [
        ("0.87", "0.88"),
        ("0.5", "0.6"),  # the double 0.6 lies below 0.6, and is not cut to 0.5
        ("0.5", "0.60"),
        ("0.5", "nan"),
        ("inf", "-inf"),
        ("1", "0.9"),
        ("0", "0.3"),
        ("-0.5", "0.5"),
        ("1e-9999", "1e-3"),
        ("2900.193628493", "2900.193628494"),
    ],
)
def test_other_figures(saved: str, now: str) -> None:
    """Short whole numbers do not agree by chance with numbers that have decimals."""
    assert level(saved, now) is Level.DIVERGENT
    assert level(now, saved) is Level.DIVERGENT


@pytest.mark.parametrize(("saved", "now"), [("0.5", "0.52"), ("0.9", "0.93333"), ("1.0", "0.96"), ("0.95", "0.9512")])
def test_too_few_digits(saved: str, now: str) -> None:
    """The same program prints 0.5 where the result is 0.5: a print that is short agrees with others by chance."""
    assert level(saved, now) is Level.INCONCLUSIVE
    assert level(now, saved) is Level.INCONCLUSIVE


def test_all_digits_are_held_to_the_tolerance_of_metrics() -> None:
    """Where a print has all digits of a double, another library's rounding in the thirteenth is no other result."""
    compared = compare_figures("2900.1936284934804", "2900.1936284934204", name="m", tolerances=Tolerances())
    assert compared.level is Level.NUMERICAL
    assert compared.evidence.tolerance is not None
    assert compared.evidence.tolerance.origin is ToleranceOrigin.FLOAT64
    assert level("2900.1936284934804", "2900.1946284934804") is Level.DIVERGENT


def test_a_declared_tolerance_takes_the_place_of_the_print() -> None:
    """In both directions."""
    assert level("0.87", "0.9", m=0.05) is Level.NUMERICAL
    assert level("0.87", "0.8749", m=0.001) is Level.DIVERGENT
