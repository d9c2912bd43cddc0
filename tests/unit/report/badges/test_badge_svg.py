"""A badge as a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from bis.report.badges.badge_svg import badge_svg
from bis.report.badges.verdict_badge import Badge, verdict_badge
from tests.unit.report.values import bitwise

SVG = "{http://www.w3.org/2000/svg}"


def test_it_is_svg_with_a_title() -> None:
    """Its words are its title and its label, and are drawn."""
    root = ET.fromstring(badge_svg(verdict_badge(bitwise())))  # noqa: S314 (our own text)
    assert root.tag == f"{SVG}svg"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == root.get("aria-label") == "repeatable: bitwise 3/3"
    assert root.get("role") == "img"
    assert [text.text for text in root.iter(f"{SVG}text")] == ["repeatable", "bitwise 3/3"]


def test_texts_fit() -> None:
    """Each text is as wide as its half of the badge, less the padding."""
    root = ET.fromstring(badge_svg(verdict_badge(None)))  # noqa: S314 (our own text)
    widths = [int(rect.get("width", "0")) for rect in root.iter(f"{SVG}rect")]
    lengths = [int(text.get("textLength", "0")) for text in root.iter(f"{SVG}text")]
    assert widths[0] == int(root.get("width", "0")) == widths[1] + widths[2]
    assert [length + 14 for length in lengths] == widths[1:]


def test_words_cannot_end_the_picture() -> None:
    """Whatever they are, they stay text."""
    nasty = '"><script>alert(1)</script>&'
    root = ET.fromstring(badge_svg(Badge(nasty, nasty, "#000000")))  # noqa: S314 (our own text)
    assert root.get("aria-label") == f"{nasty}: {nasty}"
    assert not [e for e in root.iter() if e.tag.endswith("script")]
