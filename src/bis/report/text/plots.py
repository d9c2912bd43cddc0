"""Small plots in one line of text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_ORIGINAL = "◆"
_ALONE = "◇"
_DOT, _DOTS = "∘", "●"  # one value, several
_LINE = "─"


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


def interval_plot(
    rows: Sequence[tuple[Sequence[float], float | None, tuple[float, float] | None]], *, cells: int = 40
) -> list[str]:
    """Samples below each other on one axis: values as dots, the mean, and its interval as a line.

    Parameters
    ----------
    rows : sequence of (values, mean, interval)
        Values that are not finite are left out; mean and interval may be None.
    cells : int
        Width of the plot in characters.

    Returns
    -------
    list of str
        A line for each row; empty where there is nothing to draw.
    """
    known = [v for values, mean, around in rows for v in (*values, mean, *(around or ())) if v is not None]
    finite = [v for v in known if math.isfinite(v)]
    if not finite or not math.isfinite(max(finite) - min(finite)):
        return []
    low, high = min(finite), max(finite)
    lines = []
    for values, mean, around in rows:
        line = [" "] * cells
        if around is not None and all(map(math.isfinite, around)):
            first, last = (_cell(v, low, high, cells) for v in around)
            line[first : last + 1] = _LINE * (last + 1 - first)
        for value in values:
            if math.isfinite(value):
                place = _cell(value, low, high, cells)
                line[place] = _DOTS if line[place] in {_DOT, _DOTS} else _DOT
        if mean is not None and math.isfinite(mean):
            line[_cell(mean, low, high, cells)] = _ORIGINAL
        lines.append("".join(line))
    return lines


def _cell(value: float, low: float, high: float, cells: int) -> int:
    return cells // 2 if high == low else min(cells - 1, int((value - low) / (high - low) * cells))
