"""A metric over its steps: the original as a line, its replays as a band, and where the first of them parts from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis.report.figures.figure import DataTable, Figure
from bis.report.figures.palette import BLUE, INK, ORANGE, SKY, anchor, specification

if TYPE_CHECKING:
    from bis.report.languages.language import Language

_MOST_STEPS = 120  # that are drawn; of longer curves every second, third, ... is


@dataclass(frozen=True, slots=True)
class CurveValues:
    """A metric of the original and of its replays, by step; and the first step at which a replay has other bits."""

    metric: str
    original: dict[int, float]
    replays: tuple[dict[int, float], ...] = ()
    first_divergent_step: int | None = None


def curve_band(values: CurveValues, language: Language) -> Figure:
    """A line for the original, a band from the smallest to the largest replay, a dotted line where they part."""
    _ = language.text
    steps = _shown_steps(values)
    original, between = _("original"), _("replays, smallest to largest")
    rows: list[dict[str, Any]] = []
    for step in steps:
        found = [c[step] for c in values.replays if step in c and math.isfinite(c[step])]
        if found:
            rows.append({"step": step, "low": min(found), "high": max(found), "label": between})
        value = values.original.get(step)
        if value is not None and math.isfinite(value):
            rows.append({"step": step, "value": value, "label": original})
    along = {"field": "step", "type": "quantitative", "title": _("step"), "axis": {"grid": False, "tickCount": 6}}
    names = {"domain": [original, between], "range": [ORANGE, BLUE]}
    legend = {"orient": "top", "title": None, "symbolType": "stroke", "symbolStrokeWidth": 3}
    colour = {"field": "label", "type": "nominal", "scale": names, "legend": legend}
    up = {"type": "quantitative", "scale": {"zero": False}, "title": None}
    layers: list[dict[str, Any]] = [
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "opacity": 0.35, "color": SKY, "line": {"color": BLUE, "strokeWidth": 1}},
            "encoding": {"x": along, "y": {"field": "low", **up}, "y2": {"field": "high"}},
        },
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "line", "strokeWidth": 1},
            "encoding": {"x": along, "y": {"field": "high", **up}, "color": colour},
        },
        {
            "transform": [{"filter": "isValid(datum.value)"}],
            "mark": {"type": "line", "strokeWidth": 2, "strokeDash": [6, 3]},
            "encoding": {"x": along, "y": {"field": "value", **up}, "color": colour},
        },
    ]
    if values.first_divergent_step is not None:
        at = {"values": [{"step": values.first_divergent_step, "label": _("first different step")}]}
        where = {"x": along}
        layers += [
            {"data": at, "mark": {"type": "rule", "strokeDash": [2, 2], "color": INK}, "encoding": where},
            {
                "data": at,
                "mark": {"type": "text", "align": "left", "dx": 4, "baseline": "top"},
                "encoding": {**where, "y": {"value": 0}, "text": {"field": "label"}},
            },
        ]
    return Figure(
        anchor("curve", values.metric),
        values.metric,
        _description(values, language),
        specification(rows, layers, height=200),
        _table(values, steps, language),
    )


def _shown_steps(values: CurveValues) -> list[int]:
    steps = sorted({*values.original, *(step for curve in values.replays for step in curve)})
    stride = max(1, math.ceil(len(steps) / _MOST_STEPS))
    kept = {*steps[::stride], *steps[-1:]}
    if values.first_divergent_step in steps:
        kept.add(values.first_divergent_step)
    return sorted(kept)


def _description(values: CurveValues, language: Language) -> str:
    said = language.counted(
        "{metric} of the original and of {count} replay, step by step.",
        "{metric} of the original and of {count} replays, step by step.",
        len(values.replays),
        metric=values.metric,
    )
    if values.first_divergent_step is None:
        return said
    parts = language.text("The first different step is {step}.", step=values.first_divergent_step)
    return f"{said} {parts}"


def _table(values: CurveValues, steps: list[int], language: Language) -> DataTable:
    rows = []
    for step in steps:
        found = [curve[step] for curve in values.replays if step in curve]
        low, high = (language.number(end(found), 6) if found else "" for end in (min, max))
        value = values.original.get(step)
        rows.append((str(step), "" if value is None else language.number(value, 6), low, high))
    _ = language.text
    heads = (_("step"), _("original"), _("smallest replay"), _("largest replay"))
    return DataTable(heads, tuple(rows), numeric=(0, 1, 2, 3))
