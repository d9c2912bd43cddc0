"""Shares of many with their intervals: a dot and a line for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis.report.figures.figure import DataTable, Figure
from bis.report.figures.palette import BLUE, ORANGE, anchor, labels, shares, specification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.report.languages.language import Language


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `n`, with the ends of the interval of the share; `other` for a figure of another origin.

    Such as one that was published, or found by another method: it has a shape and colour of its own.
    """

    label: str
    count: int
    n: int
    low: float
    high: float
    other: bool = False


def proportion_dots(title: str, proportions: Sequence[Proportion], language: Language) -> Figure:
    """A dot for each share with a line over its interval; a diamond where it is of another origin."""
    _ = language.text
    rows: list[dict[str, Any]] = [
        {"label": p.label, "share": _share(p), "low": p.low, "high": p.high, "kind": "other" if p.other else "own"}
        for p in proportions
    ]
    along = shares()
    kinds = {"domain": ["own", "other"]}
    colour = {"field": "kind", "type": "nominal", "scale": {**kinds, "range": [BLUE, ORANGE]}, "legend": None}
    shape = {"field": "kind", "type": "nominal", "scale": {**kinds, "range": ["circle", "diamond"]}, "legend": None}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"y": labels(), "x": {"field": "low", **along}, "x2": {"field": "high"}, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"y": labels(), "x": {"field": "share", **along}, "color": colour, "shape": shape},
        },
    ]
    heads = (_("of what"), _("share"), _("95 % interval"), _("how many"), _("of"))
    table = tuple(
        (
            p.label,
            language.percent(_share(p), 1) if p.n else "",
            f"{language.percent(p.low, 1)} … {language.percent(p.high, 1)}" if p.n else "",
            language.integer(p.count),
            language.integer(p.n),
        )
        for p in proportions
    )
    description = language.counted(
        "{title}: {count} share with its 95 % interval.",
        "{title}: {count} shares with their 95 % intervals.",
        len(proportions),
        title=title,
    )
    name = anchor("proportions", title)
    spec = specification(rows, layers, height={"step": 24})
    return Figure(name, title, description, spec, DataTable(heads, table, numeric=(1, 2, 3, 4)))


def _share(proportion: Proportion) -> float:
    return proportion.count / proportion.n if proportion.n else 0.0
