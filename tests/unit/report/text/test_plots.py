"""Plots of one line."""

from __future__ import annotations

import math

from bis.report.text.plots import interval_plot, strip


def test_bars_and_the_original() -> None:
    """Bars count replays; the original is marked, alone or among them."""
    assert strip([0.0, 0.0, 1.0], 1.0, cells=5) == "█   ◆"
    assert strip([0.0, 0.0, 1.0], 2.0, cells=5) == "█ ▄ ◇"


def test_nothing_to_draw() -> None:
    """No finite replay or no finite original."""
    assert strip([float("nan")], 1.0) == ""
    assert strip([1.0], float("nan")) == ""
    assert strip([-1e308], 1e308) == ""


def test_all_equal() -> None:
    """One value is drawn in the middle."""
    assert strip([1.0, 1.0], 1.0, cells=3) == " ◆ "


def test_samples_are_drawn_below_each_other_on_one_axis() -> None:
    """Dots are values, a filled one several; the mean is marked, its interval is a line; NaN is left out."""
    lines = interval_plot([((0.0, 0.0, 10.0, math.nan), 5.0, (4.0, 7.0)), ((10.0,), None, None)], cells=11)
    assert [line[0] for line in lines] == ["●", " "]
    assert lines[0][-1] == "∘" == lines[1][-1]
    assert lines[0].count("◆") == 1
    assert "─" in lines[0]
    assert interval_plot([((math.nan,), None, None)]) == []
