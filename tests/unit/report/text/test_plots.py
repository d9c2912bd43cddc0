"""Plots of one line."""

from __future__ import annotations

from bis.report.text.plots import strip


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
