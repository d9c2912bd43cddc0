"""One metric of the original beside the same metric of a replay: step by step, bit by bit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.stats.curves import Series
from bis.stats.ulp import UlpDistance, bits_equal, measure_ulps, relative_difference

if TYPE_CHECKING:
    from bis.model.facets import Curve


@dataclass(frozen=True, slots=True)
class Point:
    """One step at which both sides have a value."""

    step: int
    original: float
    replayed: float

    @property
    def same_bits(self) -> bool:
        """Whether both values have the same bits; NaN equals NaN, and -0.0 is not 0.0."""
        return bits_equal(self.original, self.replayed)

    @property
    def ulps(self) -> UlpDistance | None:
        """The number of representable values from one to the other; None where one of them is not finite."""
        return measure_ulps(self.original, self.replayed)

    @property
    def relative(self) -> float | None:
        """The distance in units of the original's magnitude; None where that is 0 or a value is not finite."""
        return finite_relative(self.original, self.replayed)


@dataclass(frozen=True, slots=True)
class AlignedCurves:
    """Two curves on the steps that they have in common. `only_original` and `only_replayed` count the others."""

    points: tuple[Point, ...]
    only_original: int
    only_replayed: int

    @property
    def same_bits(self) -> bool:
        """Whether all values of both sides are there and have the same bits."""
        return not self.only_original and not self.only_replayed and all(p.same_bits for p in self.points)

    @property
    def divergent(self) -> tuple[Point, ...]:
        """The common steps with other bits, in order of step."""
        return tuple(p for p in self.points if not p.same_bits)

    @property
    def last(self) -> Point | None:
        """The last common step."""
        return self.points[-1] if self.points else None


def align(original: Curve, replayed: Curve) -> AlignedCurves:
    """Pair the values of two curves by step; where a step was logged several times, by the order of logging."""
    a, b = _keyed(original), _keyed(replayed)
    common = sorted(a.keys() & b.keys())
    return AlignedCurves(
        points=tuple(Point(key[0], a[key], b[key]) for key in common),
        only_original=len(a) - len(common),
        only_replayed=len(b) - len(common),
    )


def series(curve: Curve) -> Series:
    """A curve as the statistics take it."""
    return Series(curve.steps, tuple(float.fromhex(v) for v in curve.values))


def values_of(curve: Curve) -> list[float]:
    """The values of a curve in order of step (of logging, where steps are equal)."""
    return [value for _, value in sorted(_keyed(curve).items(), key=lambda kv: kv[0])]


def finite_relative(original: float, value: float) -> float | None:
    """``|value - original| / |original|``; None where the original is 0 or one of them is not finite."""
    size = relative_difference(original, value)
    return size if math.isfinite(size) else None


def _keyed(curve: Curve) -> dict[tuple[int, int], float]:
    one = series(curve)
    return dict(zip(one.keys, one.values, strict=True))
