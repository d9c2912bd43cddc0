"""What all figures have in common: colours and shapes, the look of axes, and the schema.

The colours are those of Okabe and Ito, which colour-blind readers can tell apart; whatever a colour says, a shape, a
place or a word says too, so that a figure can be read in print.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bis.report.figures.figure import Specification

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#767676"
SKY = "#56b4e9"
INK, LINE = "#1b1f24", "#d0d7de"  # the page replaces these two in a dark scheme
WIDTH = 360  # of the plotted area, in pixels
LABELS = 150  # the most that labels beside it take
PADDING = {
    "left": 30,
    "right": 20,
    "top": 5,
    "bottom": 5,
}  # fonts of readers may be wider than those that were measured
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
CONFIG = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelLimit": LABELS,
    },
    "legend": {"labelFontSize": 12, "labelColor": INK, "symbolSize": 80, "labelLimit": 240},
    "text": {"fontSize": 12, "color": INK},
}


def specification(rows: list[dict[str, Any]], layers: list[dict[str, Any]], **more: Any) -> Specification:
    """Layers over one table of data."""
    made = {"$schema": SCHEMA, "config": CONFIG, "padding": PADDING, "data": {"values": rows}, "width": WIDTH}
    return {**made, "layer": layers, **more}


def labels(title: str | None = None) -> dict[str, Any]:
    """The field ``label`` along the y axis, in the order of the data."""
    axis = {"ticks": False, "domain": False}
    return {"field": "label", "type": "nominal", "sort": None, "title": title, "axis": axis}


def shares() -> dict[str, Any]:
    """An axis from 0 to 100 %."""
    axis = {"format": ".0%", "tickCount": 5}
    return {"type": "quantitative", "scale": {"domain": [0, 1]}, "title": None, "axis": axis}


def anchor(*parts: str) -> str:
    """A name for a place on a page, made of letters, digits and hyphens; other parts have another name.

    >>> anchor("strip", "mse")
    'strip-mse'
    """
    given = "-".join(parts)
    name = re.sub(r"[^a-z0-9]+", "-", given.lower()).strip("-")
    if name == given:
        return name
    return f"{name[:60]}-{sha256(given.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}".strip("-")
