"""Where the original of a metric lies among its replays: one lane for each, on one axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.report.figures.figure import DataTable, Figure
from bis.report.figures.palette import BLUE, GREEN, GREY, ORANGE, PURPLE, anchor, labels, specification

if TYPE_CHECKING:
    from bis.report.languages.language import Language


@dataclass(frozen=True, slots=True)
class StripValues:
    """The values of one metric: of the original, of its replays by kind, and as published; and an interval for them.

    `confidence` is that of the `interval`, in (0, 1).
    """

    metric: str
    original: float | None = None
    exact: tuple[float, ...] = ()
    fresh: tuple[float, ...] = ()
    published: tuple[float, ...] = ()
    interval: tuple[float, float] | None = None
    confidence: float = 0.95


def metric_strip(values: StripValues, language: Language) -> Figure:
    """A strip: a diamond for the original, a circle for each exact replay, a triangle for each fresh one."""
    _ = language.text
    original = () if values.original is None else (values.original,)
    lanes = [
        (_("published"), values.published, "square", GREEN),
        (_("original"), original, "diamond", ORANGE),
        (_("exact replays"), values.exact, "circle", BLUE),
        (_("fresh replays"), values.fresh, "triangle-up", PURPLE),
    ]
    shown = [lane for lane in lanes if lane[1]]
    rows: list[dict[str, object]] = [
        {"label": label, "value": value}
        for label, found, _shape, _colour in shown
        for value in found
        if math.isfinite(value)
    ]
    names = [label for label, *_rest in shown]
    scale = {"domain": names, "range": [shape for *_rest, shape, _colour in shown]}
    colours = {"domain": names, "range": [colour for *_rest, colour in shown]}
    along = {"type": "quantitative", "scale": {"zero": False, "nice": True}, "title": None, "axis": {"tickCount": 5}}
    layers: list[dict[str, object]] = []
    if values.interval is not None:
        low, high = values.interval
        head = _("{confidence} interval", confidence=language.percent(values.confidence))
        rows.append({"label": head, "low": low, "high": high})
        layers.append(
            {
                "mark": {"type": "rule", "strokeWidth": 6, "opacity": 0.6, "color": GREY},
                "encoding": {"y": labels(), "x": {"field": "low", **along}, "x2": {"field": "high"}},
            }
        )
    layers.append(
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0.7},
            "encoding": {
                "y": labels(),
                "x": {"field": "value", **along},
                "shape": {"field": "label", "type": "nominal", "scale": scale, "legend": None},
                "color": {"field": "label", "type": "nominal", "scale": colours, "legend": None},
            },
        }
    )
    return Figure(
        anchor("strip", values.metric),
        values.metric,
        _description(values, language),
        specification(rows, layers, height={"step": 26}),
        _table(values, lanes, language),
    )


def _description(values: StripValues, language: Language) -> str:
    replays = [v for v in (*values.exact, *values.fresh) if math.isfinite(v)]
    if not replays or values.original is None:
        return language.text("The values of {metric}.", metric=values.metric)
    return language.text(
        "The original {metric} is {original}; its replays lie between {low} and {high}.",
        metric=values.metric,
        original=language.number(values.original, 6),
        low=language.number(min(replays), 6),
        high=language.number(max(replays), 6),
    )


def _table(values: StripValues, lanes: list[tuple[str, tuple[float, ...], str, str]], language: Language) -> DataTable:
    rows = []
    for label, found, *_look in lanes:
        counts: dict[str, int] = {}
        for value in found:
            counts[language.number(value, 17)] = counts.get(language.number(value, 17), 0) + 1
        rows += [(label, text, language.integer(count)) for text, count in counts.items()]
    if values.interval is not None:
        low, high = (language.number(v, 6) for v in values.interval)
        head = language.text("{confidence} interval", confidence=language.percent(values.confidence))
        rows.append((head, f"{low} … {high}", ""))
    heads = (language.text("what"), language.text("value"), language.text("how often"))
    return DataTable(heads, tuple(rows), numeric=(1, 2))
