"""Shares with their intervals as bars: what each cause explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis.report.figures.figure import DataTable, Figure
from bis.report.figures.palette import BLUE, GREY, INK, anchor, labels, shares, specification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.report.languages.language import Language


@dataclass(frozen=True, slots=True)
class BarValue:
    """A share of 1 with its interval (None: there is none); `noise` for what no cause explains."""

    label: str
    share: float
    low: float | None = None
    high: float | None = None
    noise: bool = False


def interval_bars(name: str, title: str, bars: Sequence[BarValue], table: DataTable, language: Language) -> Figure:
    """A bar for each share, with a line from one end of its interval to the other; all cut to 0 to 100 %."""
    rows: list[dict[str, Any]] = [
        {
            "label": bar.label,
            "share": _cut(bar.share),
            "kind": "noise" if bar.noise else "cause",
            **({} if bar.low is None or bar.high is None else {"low": _cut(bar.low), "high": _cut(bar.high)}),
        }
        for bar in bars
    ]
    along = shares()
    colour = {"field": "kind", "type": "nominal", "scale": {"domain": ["cause", "noise"], "range": [BLUE, GREY]}}
    valid = [{"filter": "isValid(datum.low)"}]
    ends = {"mark": {"type": "tick", "thickness": 2, "size": 10, "color": INK}, "transform": valid}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.6}, "opacity": 0.75},
            "encoding": {"y": labels(), "x": {"field": "share", **along}, "color": {**colour, "legend": None}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 2, "color": INK},
            "transform": valid,
            "encoding": {"y": labels(), "x": {"field": "low", **along}, "x2": {"field": "high"}},
        },
        *({**ends, "encoding": {"y": labels(), "x": {"field": end, **along}}} for end in ("low", "high")),
    ]
    first = max(bars, key=lambda bar: bar.share, default=None)
    description = (
        title
        if first is None
        else language.text(
            "{title}: the largest is {cause} with {share}.",
            title=title,
            cause=first.label,
            share=language.percent(_cut(first.share)),
        )
    )
    return Figure(anchor("shares", name), title, description, specification(rows, layers, height={"step": 26}), table)


def _cut(share: float) -> float:
    return min(1.0, max(0.0, share))
