"""The comparison with a notebook's saved outputs as text: differences that count first, the rest by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.model.verdict import Level
from bis.report.text.figure_words import counted
from bis.report.text.statement_text import item_name, statements_text
from bis.report.text.terminal import bullet, styled, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.verdict import Item

# More differences than this are counted, unless all are asked for.
_SHOWN = 12
_ALIKE = frozenset({Level.BITWISE, Level.NUMERICAL})


def saved_outputs_parts(items: Sequence[Item], *, full: bool) -> list[Any]:
    """Parts of the text, as `text_of` takes them.

    Parameters
    ----------
    items : sequence of Item
        In the order of the verdict: those that count first, the weakest of them first.
    full : bool
        Every item in a row of its own, those that agree too.
    """
    counting = [i for i in items if i.counts and i.level not in _ALIKE and (full or not _not_reached(i))]
    aside = [i for i in items if not i.counts and i.level not in _ALIKE]
    agreeing = [i for i in items if i.level in _ALIKE]
    parts: list[Any] = []
    if counting:
        parts += ["", _rows(counting, full=full), *_more(counting, "difference", full=full)]
    if aside:
        parts += ["", "differs, and does not count:"]
        parts += [bullet(f"{item_name(i)}: {statements_text(i.statements[:1])}") for i in _some(aside, full=full)]
        parts += _more(aside, "output", full=full)
    if agreeing and full:
        parts += ["", _rows(agreeing, full=full)]
    elif agreeing:
        verb = "agrees" if len(agreeing) == 1 else "agree"
        parts += ["", f"{counted(len(agreeing), 'output')} {verb}: --full prints them"]
    return parts


def _not_reached(item: Item) -> bool:
    """Whether the run ended before the cell: the headline says how many there are."""
    return any(one.code is StatementCode.CELL_NOT_REACHED for one in item.statements)


def _rows(items: Sequence[Item], *, full: bool) -> Any:
    shown = _some(items, full=full)
    return table(("", "", ""), [(item_name(i), styled(i.level.value), statements_text(i.statements)) for i in shown])


def _some(items: Sequence[Item], *, full: bool) -> Sequence[Item]:
    return items if full else items[:_SHOWN]


def _more(items: Sequence[Item], noun: str, *, full: bool) -> list[Any]:
    left = len(items) - _SHOWN
    return [] if full or left <= 0 else [f"and {counted(left, f'more {noun}')}: --full prints them"]
