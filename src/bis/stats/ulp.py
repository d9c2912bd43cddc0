"""Distances between floating-point numbers: identity of bits, ULPs, relative difference."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import Enum


class Precision(str, Enum):
    """The format whose units in the last place are counted."""

    FLOAT32 = "float32"
    FLOAT64 = "float64"


@dataclass(frozen=True, slots=True)
class UlpDistance:
    """How many representable numbers two values are apart, and in which format.

    Parameters
    ----------
    count : int
        Steps from one value to the other, at least 0; -0.0 and +0.0 are 0 apart although their bits differ.
    precision : Precision
        The format in which the steps are counted.
    """

    count: int
    precision: Precision


def bits_equal(a: float, b: float) -> bool:
    """Whether two doubles have the same bits; any NaN equals any NaN.

    Parameters
    ----------
    a, b : float
        Any doubles.

    Returns
    -------
    bool
        True for equal bit patterns and for two NaNs, whatever their payloads; False for -0.0 against +0.0.

    Notes
    -----
    NaN payloads and signs are not carried by storage back ends or by decimal text, so that they are no evidence of
    a different computation: NaN is compared as a class.

    Examples
    --------
    >>> bits_equal(0.1 + 0.2, 0.3), bits_equal(-0.0, 0.0), bits_equal(float("nan"), -float("nan"))
    (False, False, True)
    """
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return struct.pack("<d", a) == struct.pack("<d", b)


def is_float32(x: float) -> bool:
    """Whether a double is exactly a single-precision number, as a metric computed in float32 and widened is.

    Parameters
    ----------
    x : float
        Any double.

    Returns
    -------
    bool
        True also for NaN, infinities and every short binary fraction such as 0.5.

    Examples
    --------
    >>> is_float32(0.87999999523162841796875), is_float32(0.88)
    (True, False)
    """
    if not math.isfinite(x):
        return True
    try:
        widened = struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return False
    return bool(widened == x)


def ulp_distance(a: float, b: float) -> int | None:
    """Number of doubles between two finite values, counted across zero.

    Parameters
    ----------
    a, b : float
        Any doubles.

    Returns
    -------
    int or None
        0 where they are equal (also -0.0 and +0.0, infinity and itself, NaN and NaN); None where exactly one is NaN
        or infinite, or the infinities have opposite signs: those are other categories, at no distance.

    Notes
    -----
    The bits, read as a sign and an integer, order the doubles; the distance is the difference of these integers.

    References
    ----------
    Goldberg (1991), What every computer scientist should know about floating-point arithmetic.
    doi:10.1145/103162.103163

    Examples
    --------
    >>> ulp_distance(0.1 + 0.2, 0.3)
    1
    >>> ulp_distance(-5e-324, 5e-324)
    2
    """
    return _distance(a, b, "<d", "<q")


def ulp_distance32(a: float, b: float) -> int | None:
    """Number of single-precision numbers between two values.

    Parameters
    ----------
    a, b : float
        Doubles that are exactly single-precision numbers (`is_float32`).

    Returns
    -------
    int or None
        As for `ulp_distance`.

    Raises
    ------
    ValueError
        A value is not a single-precision number.

    Examples
    --------
    >>> ulp_distance32(1.0, 1.0 + 2.0**-23)
    1
    """
    for x in (a, b):
        if not is_float32(x):
            raise ValueError(f"{x!r} is not a single-precision number; count doubles with ulp_distance")
    return _distance(a, b, "<f", "<i")


def measure_ulps(a: float, b: float) -> UlpDistance | None:
    """Distance in the coarsest format that holds both values exactly.

    Parameters
    ----------
    a, b : float
        Any doubles.

    Returns
    -------
    UlpDistance or None
        In float32 where both are single-precision numbers, else in float64; None where `ulp_distance` is None.

    Notes
    -----
    Frameworks compute losses in float32 and hand them on as doubles: neighbours in float32 are 2**29 doubles apart,
    which would be read as a large difference.

    Examples
    --------
    >>> [(d.count, d.precision.value) for d in (measure_ulps(1.0, 1.0 + 2.0**-23), measure_ulps(0.3, 0.1 + 0.2))]
    [(1, 'float32'), (1, 'float64')]
    """
    single = is_float32(a) and is_float32(b)
    count = ulp_distance32(a, b) if single else ulp_distance(a, b)
    return None if count is None else UlpDistance(count, Precision.FLOAT32 if single else Precision.FLOAT64)


def relative_difference(original: float, replay: float) -> float:
    """Size of the difference in units of the original.

    Parameters
    ----------
    original, replay : float
        In the metric's unit.

    Returns
    -------
    float
        ``|replay - original| / |original|``, dimensionless; 0 where they are equal or both NaN, infinity where the
        original is 0 or the categories (finite, NaN, infinite) differ.

    Examples
    --------
    >>> relative_difference(4.0, 5.0), relative_difference(0.0, 1.0)
    (0.25, inf)
    """
    if original == replay or (math.isnan(original) and math.isnan(replay)):
        return 0.0
    if not (math.isfinite(original) and math.isfinite(replay)) or original == 0.0:
        return math.inf
    return abs(replay - original) / abs(original)


def _distance(a: float, b: float, real: str, integer: str) -> int | None:
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0
    if not (math.isfinite(a) and math.isfinite(b)):
        return None
    return abs(_ordered(a, real, integer) - _ordered(b, real, integer))


def _ordered(x: float, real: str, integer: str) -> int:
    """Bits as an integer that grows with the value; both zeros map to 0."""
    magnitude: int = struct.unpack(integer, struct.pack(real, abs(x)))[0]
    return magnitude if x >= 0.0 else -magnitude
