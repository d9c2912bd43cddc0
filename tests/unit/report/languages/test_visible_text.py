"""Texts of programs on a page."""

from __future__ import annotations

import pytest

from bis.report.languages.visible_text import visible, visible_values


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ud800", "\x85", "\ufeff"])
def test_what_cannot_be_seen_is_replaced(bad: str) -> None:
    """Control characters, marks of direction, halves of characters."""
    assert visible(f"a{bad}b") == "a\ufffdb"


def test_what_can_be_seen_stays() -> None:
    """Letters of all writings, spaces and line breaks."""
    text = "é漢字אב\n\tx\u202f%\u00a0😀"
    assert visible(text) == text


def test_values() -> None:
    """All texts in them, not the keys and numbers."""
    assert visible_values({"k\u202e": ["\x00", 1, ("\x00",), None]}) == {"k\u202e": ["\ufffd", 1, ["\ufffd"], None]}
