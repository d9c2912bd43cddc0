"""Numbers as a verdict carries them: without loss, and strict JSON whatever they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.statement import Figure
    from bis.stats.ulp import UlpDistance


def exactly(value: float) -> str:
    """A value with all its digits: `float` of this text gives the same bits; ``nan`` and ``inf`` have their names."""
    return repr(float(value))


def extent(values: Sequence[float]) -> tuple[str, ...]:
    """Several values as evidence: one where all are equal, else the smallest and the largest.

    Where some are not finite, all different ones.
    """
    if not values:
        return ()
    if not all(math.isfinite(v) for v in values):
        return tuple(sorted({exactly(v) for v in values}))
    return tuple(dict.fromkeys((exactly(min(values)), exactly(max(values)))))


def distance_figures(ulps: UlpDistance | None, relative: float | None) -> dict[str, Figure]:
    """How far two values are apart, as figures of a statement."""
    figures: dict[str, Figure] = {}
    if ulps is not None:
        figures |= {"ulps": ulps.count, "precision": ulps.precision.value}
    if relative is not None and math.isfinite(relative):
        figures["relative"] = relative
    return figures
