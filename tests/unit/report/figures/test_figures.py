"""All kinds of figures: what they show is what their tables say, and pictures of them are safe and always the same."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from bis.report.figures.curve_band import CurveValues, curve_band
from bis.report.figures.drawing import can_draw, drawn, interactive_bundle
from bis.report.figures.figure import DataTable, Figure
from bis.report.figures.funnel_bars import FunnelStage, funnel_bars
from bis.report.figures.interval_bars import BarValue, interval_bars
from bis.report.figures.metric_strip import StripValues, metric_strip
from bis.report.figures.palette import anchor
from bis.report.figures.proportion_dots import Proportion, proportion_dots
from bis.report.languages.language import CODES, ENGLISH, language
from tests.unit.report.audits import HOSTILE

if TYPE_CHECKING:
    from bis.report.languages.language import Language

NAN, INF = float("nan"), float("inf")
TABLE = DataTable(("cause", "share"), (("a", "1 %"),))


def strip(text: str, lang: Language) -> Figure:
    """Every lane, values that are the same, and one that is no number."""
    values = StripValues(text, 0.9, (0.9, 0.9), (0.88, NAN, 0.92), (0.91,), (0.8, 1.0), 0.95)
    return metric_strip(values, lang)


def band(text: str, lang: Language) -> Figure:
    """A curve with a gap, and a replay that is shorter."""
    original = {0: 1.0, 1: 0.5, 3: INF, 4: 0.25}
    return curve_band(CurveValues(text, original, ({0: 1.0, 1: 0.6}, {0: 1.0, 1: 0.5, 4: 0.3}), 1), lang)


def bars(text: str, lang: Language) -> Figure:
    """Shares outside of 0 to 1, one without an interval."""
    return interval_bars(text, text, [BarValue(text, 1.2, -0.1, 1.4), BarValue("b", 0.1, noise=True)], TABLE, lang)


def funnel(text: str, lang: Language) -> Figure:
    """Three stages."""
    stages = [FunnelStage(text, 55, 10), FunnelStage("ran", 45, 25, 0.6, 0.9), FunnelStage("bitwise", 20)]
    return funnel_bars(text, stages, lang)


def dots(text: str, lang: Language) -> Figure:
    """A share of ours and one of others."""
    return proportion_dots(text, [Proportion(text, 3, 8, 0.1, 0.7), Proportion("search", 0, 0, 0, 1, other=True)], lang)


KINDS = [strip, band, bars, funnel, dots]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_has_its_data_beside_it(kind: object, code: str) -> None:
    """A table of the same width throughout, a text for those who do not see it, and strict JSON."""
    figure: Figure = kind("m", language(code))  # type: ignore[operator]
    assert figure.description
    assert figure.table.rows
    assert {len(row) for row in figure.table.rows} == {len(figure.table.heads)}
    assert all(figure.table.heads)
    json.dumps(figure.specification, allow_nan=False)
    assert "http" not in json.dumps({k: v for k, v in figure.specification.items() if k != "$schema"})


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_always_the_same(kind: object) -> None:
    """And well-formed, with nothing from elsewhere and nothing that runs."""
    figure: Figure = kind("m", ENGLISH)  # type: ignore[operator]
    picture = drawn(figure, ENGLISH)
    assert picture == drawn(figure, ENGLISH)
    root = ET.fromstring(picture)  # noqa: S314 (made here)
    assert {e.tag for e in root.iter()} <= {"svg", "g", "path", "text", "line", "rect", "defs", "clipPath"}
    assert "http" not in picture


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_texts_of_strangers_are_text(kind: object, text: str) -> None:
    """In a picture they are escaped; anchors are made of letters, digits and hyphens."""
    figure: Figure = kind(text, ENGLISH)  # type: ignore[operator]
    picture = drawn(figure, ENGLISH)
    root = ET.fromstring(picture)  # noqa: S314 (made here)
    assert {e.tag for e in root.iter()} <= {"svg", "g", "path", "text", "line", "rect", "defs", "clipPath"}
    assert figure.name.replace("-", "").isalnum()
    assert figure.name.isascii()


def test_strip() -> None:
    """The same values are counted; what is not a number is in the table, not in the picture."""
    figure = strip("acc", ENGLISH)
    assert figure.table.rows == (
        ("published", "0.91000000000000003", "1"),
        ("original", "0.90000000000000002", "1"),
        ("exact replays", "0.90000000000000002", "2"),
        ("fresh replays", "0.88", "1"),
        ("fresh replays", "NaN", "1"),
        ("fresh replays", "0.92000000000000004", "1"),
        ("95\u00a0% interval", "0.8 … 1", ""),
    )
    shown = [row["value"] for row in figure.specification["data"]["values"] if "value" in row]
    assert not any(map(math.isnan, shown))
    assert figure.description == "The original acc is 0.9; its replays lie between 0.88 and 0.92."
    assert metric_strip(StripValues("acc"), ENGLISH).description == "The values of acc."


def test_band() -> None:
    """The smallest and largest replay of each step; where the first of them parts."""
    figure = band("loss", ENGLISH)
    assert figure.table.rows == (
        ("0", "1", "1", "1"), ("1", "0.5", "0.5", "0.6"), ("3", "∞", "", ""), ("4", "0.25", "0.3", "0.3"),
    )  # fmt: skip
    assert figure.description.endswith("The first different step is 1.")


def test_long_curves_are_thinned() -> None:
    """The end, and the step at which they part, are always there."""
    long = {i: 1.0 / (i + 1) for i in range(1000)}
    figure = curve_band(CurveValues("loss", long, (long,), 501), ENGLISH)
    steps = [row[0] for row in figure.table.rows]
    assert len(steps) < 150
    assert {"0", "501", "999"} <= set(steps)


def test_bars_are_cut_to_what_a_share_can_be() -> None:
    """An estimate may lie outside."""
    values = bars("acc", ENGLISH).specification["data"]["values"]
    assert values[0]["share"] == values[0]["high"] == 1.0
    assert values[0]["low"] == 0.0
    assert "low" not in values[1]
    assert interval_bars("x", "Title", [], TABLE, ENGLISH).description == "Title"


def test_funnel() -> None:
    """How many reach a stage, how many end there, and the share of all."""
    assert funnel("cloned", ENGLISH).table.rows[1] == ("ran", "45", "25", "82\u00a0%", "60\u00a0% … 90\u00a0%")
    assert funnel_bars("none", [], ENGLISH).table.rows == ()
    assert funnel("cloned", language("fr")).description.endswith("20 atteignent la dernière étape.")


def test_proportions() -> None:
    """Of nothing there is no share."""
    rows = dots("a", ENGLISH).table.rows
    assert rows == (("a", "37.5\u00a0%", "10.0\u00a0% … 70.0\u00a0%", "3", "8"), ("search", "", "", "0", "0"))


def test_anchors() -> None:
    """Names that differ have anchors that differ."""
    assert anchor("strip", "mse") == "strip-mse"
    assert len({anchor("strip", name) for name in ("a b", "a_b", "a-b", "A B", "", "é", "x" * 99, "x" * 98)}) == 8


def test_a_figure_that_cannot_be_drawn_is_left_to_its_table() -> None:
    """A mistake in a specification loses the picture, not the page."""
    broken = Figure("x", "t", "d", {"mark": "nothing of the kind"}, TABLE)
    assert drawn(broken, ENGLISH) == ""


def test_the_program_for_readers_browsers() -> None:
    """Is there where pictures are."""
    assert can_draw()
    assert "vegaEmbed" in interactive_bundle()
