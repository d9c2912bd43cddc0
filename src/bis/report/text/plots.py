"""Small plots in one line of text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_ORIGINAL = "◆"
_ALONE = "◇"


def strip(values: Sequence[float], original: float, *, cells: int = 24) -> str:
    """The replays as bars over an axis from the smallest to the largest value, with the original's place.

    Parameters
    ----------
    values : sequence of float
        The replays; values that are not finite are left out.
    original : float
        Marked ``◆`` where replays lie too, ``◇`` where it lies alone.
    cells : int
        Width of the plot in characters.

    Returns
    -------
    str
        Empty where there is nothing to draw.
    """
    finite = [v for v in values if math.isfinite(v)]
    if not finite or not math.isfinite(original):
        return ""
    low, high = min(*finite, original), max(*finite, original)
    if not math.isfinite(high - low):
        return ""
    counts = [0] * cells
    for value in finite:
        counts[_cell(value, low, high, cells)] += 1
    most = max(counts)
    line = [" " if not c else _BARS[max(0, math.ceil(c / most * len(_BARS)) - 1)] for c in counts]
    place = _cell(original, low, high, cells)
    line[place] = _ORIGINAL if counts[place] else _ALONE
    return "".join(line)


def _cell(value: float, low: float, high: float, cells: int) -> int:
    return cells // 2 if high == low else min(cells - 1, int((value - low) / (high - low) * cells))
