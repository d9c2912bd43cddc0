"""Texts of programs and projects as they may stand on a page: nothing in them is invisible or turns letters around."""

from __future__ import annotations

from typing import Any

_SPACES = frozenset("\n\t\u00a0\u202f")
_REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """A text in which control characters, marks of writing direction and halves of characters are replaced.

    >>> visible("a\\u202eb")
    'a\\ufffdb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _SPACES else _REPLACEMENT for c in text)


def visible_values(value: Any) -> Any:
    """The same for all texts in a JSON value."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: visible_values(one) for key, one in value.items()}
    return [visible_values(one) for one in value] if isinstance(value, (list, tuple)) else value
