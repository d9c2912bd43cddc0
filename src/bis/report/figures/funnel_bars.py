"""A funnel: how many are left after each stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis.report.figures.figure import DataTable, Figure
from bis.report.figures.palette import BLUE, SKY, anchor, labels, specification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.report.languages.language import Language


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """A stage: how many reach it, how many of these end here; `low` and `high` are the interval of the share."""

    label: str
    reached: int
    ended: int = 0
    low: float | None = None
    high: float | None = None


def funnel_bars(title: str, stages: Sequence[FunnelStage], language: Language) -> Figure:
    """A bar for each stage, with the count beside it; the light part of a bar ends at this stage."""
    _ = language.text
    whole = max((stage.reached for stage in stages), default=0)
    rows: list[dict[str, Any]] = [
        {
            "label": s.label,
            "reached": s.reached,
            "on": s.reached - s.ended,
            "text": _stage_text(s, whole, language),
        }
        for s in stages
    ]
    along = {
        "type": "quantitative",
        "scale": {"domain": [0, max(1, whole)]},
        "title": None,
        "axis": {"tickCount": 5, "format": "d"},
    }
    bar = {"type": "bar", "height": {"band": 0.65}}
    layers: list[dict[str, Any]] = [
        {
            "mark": {**bar, "color": SKY, "opacity": 0.5},
            "encoding": {"y": labels(), "x": {"field": "reached", **along}},
        },
        {"mark": {**bar, "color": BLUE, "opacity": 0.8}, "encoding": {"y": labels(), "x": {"field": "on", **along}}},
        {
            "mark": {"type": "text", "align": "left", "dx": 5},
            "encoding": {
                "y": labels(),
                "x": {"field": "reached", **along},
                "text": {"field": "text", "type": "nominal"},
            },
        },
    ]
    last = stages[-1].reached if stages else 0
    description = language.counted(
        "{title}: of {whole}, {count} reaches the last stage.",
        "{title}: of {whole}, {count} reach the last stage.",
        last,
        title=title,
        whole=language.integer(whole),
    )
    heads = (_("stage"), _("reach it"), _("end here"), _("share of all"), _("95 % interval"))
    table = tuple(
        (
            s.label,
            language.integer(s.reached),
            language.integer(s.ended),
            language.percent(s.reached / whole) if whole else "",
            _interval(s, language),
        )
        for s in stages
    )
    name = anchor("funnel", title)
    spec = specification(rows, layers, height={"step": 28})
    return Figure(name, title, description, spec, DataTable(heads, table, numeric=(1, 2, 3, 4)))


def _stage_text(stage: FunnelStage, whole: int, language: Language) -> str:
    share = f" ({language.percent(stage.reached / whole)})" if whole else ""
    return f"{language.integer(stage.reached)}{share}"


def _interval(stage: FunnelStage, language: Language) -> str:
    if stage.low is None or stage.high is None:
        return ""
    return f"{language.percent(stage.low)} … {language.percent(stage.high)}"
