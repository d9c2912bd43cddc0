"""The statements of a verdict in words, by a catalogue of one language."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.model.verdict import ItemKind
from bis.report.text.english_statements import ENGLISH
from bis.report.text.figure_words import counted, percent, probability, short

if TYPE_CHECKING:
    from bis.model.statement import Statement
    from bis.model.verdict import Item

Catalogue = Mapping[StatementCode, "str | Callable[[Mapping[str, Any]], str]"]

_MOST_NAMES = 10  # of runs and metrics there may be hundreds

# These go on with the sentence before them; all others are set apart by a semicolon.
_GO_ON = frozenset({StatementCode.NOT_COUNTED, StatementCode.IN_ALL_RUNS})


def _listed(names: Sequence[object]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(map(str, names[:_MOST_NAMES])) + more


@dataclass(frozen=True, slots=True)
class Wording:
    """How statements are worded in one language.

    Parameters
    ----------
    catalogue : mapping of StatementCode to text or function
        See `bis.report.text.english_statements`.
    formats : mapping of str to function
        What the formats in its texts make of a figure.
    counted : function
        What ``{count:#noun}`` makes of a number and a noun.
    numbered : function, optional
        What is done with a number that has no format of ours.
    """

    catalogue: Catalogue
    formats: Mapping[str, Callable[[Any], str]]
    counted: Callable[[int, str], str]
    numbered: Callable[[str], str] | None = None


ENGLISH_WORDING = Wording(ENGLISH, {"p": probability, "%": percent, "short": short, "list": _listed}, counted)


class _Texts(string.Formatter):
    """`str.format` with the formats that a catalogue uses."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One figure in words."""
        if format_spec.startswith("#"):
            return self._wording.counted(value, format_spec[1:])
        words = self._wording.formats.get(format_spec)
        if words is not None:
            return words(value)
        text = super().format_field(value, format_spec)
        numbered = self._wording.numbered
        return numbered(text) if numbered is not None and isinstance(value, float) else text


def statement_text(statement: Statement, wording: Wording = ENGLISH_WORDING) -> str:
    """One statement in words.

    Raises
    ------
    KeyError
        The catalogue has no words for it, or they name a figure that it does not have.
    """
    words = wording.catalogue[statement.code]
    parts = [_part(part, wording, several=len(statement.parts) > 1) for part in statement.parts]
    figures = {
        **statement.figures,
        "parts": "; ".join(parts),
        "first": parts[0] if parts else "",
        "rest": "; ".join(_part(p, wording, several=len(parts) > 2) for p in statement.parts[1:]),
    }
    return words(figures) if callable(words) else _Texts(wording).vformat(words, (), figures)


def _part(part: Statement, wording: Wording, *, several: bool) -> str:
    """A statement within another; one of several ends with the number of replays that ended so."""
    text = statement_text(part, wording)
    return f"{text} ({part.figures['count']})" if several and "count" in part.figures else text


def statements_text(statements: Sequence[Statement], wording: Wording = ENGLISH_WORDING) -> str:
    """All statements about an item, in one line."""
    text = ""
    for one in statements:
        text += ("" if not text else " " if one.code in _GO_ON else "; ") + statement_text(one, wording)
    return text


def item_name(item: Item) -> str:
    """What an item is about, as a row of a table names it."""
    if item.kind is ItemKind.EXIT:
        return "end of the program"
    if item.kind is ItemKind.RUNS:
        return "number of runs"
    if item.kind in {ItemKind.ARTIFACT, ItemKind.FILE}:
        place = item.label or ("" if item.line is None else f"line {item.line}")
        return f"{item.name}: {place}" if place else item.name or f"{item.kind.value}s"
    if item.kind is ItemKind.PICTURE:
        return f"cell {item.cell}, picture {item.name}"
    if item.kind in {ItemKind.CELL, ItemKind.STDOUT, ItemKind.STDERR}:
        what = f" ({item.name})" if item.name else ""
        name = item.name if item.cell is None else f"cell {item.cell}{what}"
        label = item.label or ("" if item.line is None else f"line {item.line}")
        label += "" if item.label or item.column is None else f", column {item.column}"
        return f"{name}: {label}" if label else name
    return f"{item.name} ({item.label})" if item.label else item.name
