"""Shares as a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from bis.model.attribution import Attribution
from bis.report.html.share_picture import share_picture
from tests.unit.report.attributions import explained

SVG = "{http://www.w3.org/2000/svg}"


def test_a_picture_is_well_formed_and_has_a_bar_for_each_cause() -> None:
    """Of each target that has shares; scheduling has one of its own."""
    root = ET.fromstring(share_picture(explained()))  # noqa: S314 (made here)
    bars = [r.get("class") for r in root.iter(f"{SVG}rect")]
    assert bars == ["bar", "bar", "bar", "noise", "bar", "bar"]
    text = " ".join("".join(t.itertext()) for t in root.iter(f"{SVG}text"))
    assert "57 % 47 .. 67 %" in " ".join(text.split())
    assert "6 blocks, indicative" in text


def test_nothing_is_drawn_outside_of_the_picture() -> None:
    """Shares below 0 and above 1 are cut."""
    root = ET.fromstring(share_picture(explained()))  # noqa: S314 (made here)
    width = float(root.get("width", "0"))
    for one in root.iter(f"{SVG}rect"):
        assert 0 <= float(one.get("width", "")) <= width
    for line in root.iter(f"{SVG}line"):
        assert 0 <= float(line.get("x1", "")) <= float(line.get("x2", "")) <= width


def test_without_shares_there_is_no_picture() -> None:
    """An empty text."""
    assert share_picture(Attribution("r")) == ""


def test_names_are_escaped() -> None:
    """They come from the program."""
    picture = share_picture(explained()).replace("\n", "")
    assert "<svg xmlns=" in picture
