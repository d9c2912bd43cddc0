"""Two tables that a notebook shows: their figures and values, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._verify.published.printed_figures import compare_figures
from bis._verify.published.printed_output import is_counted_as, names_surroundings, shown_lines
from bis._verify.published.text_results import ResultTally
from bis.model.statement import StatementCode

if TYPE_CHECKING:
    from bis._verify.published.html_tables import HtmlTable
    from bis._verify.tolerances import Tolerances


def compare_html_tables(saved: HtmlTable, now: HtmlTable, *, tolerances: Tolerances) -> ResultTally:
    """Compare a saved table to the one of now: names of rows, then each cell of each column."""
    tally = ResultTally()
    if (len(saved.rows), saved.columns) != (len(now.rows), now.columns):
        shapes = (f"{len(x.rows)} x {len(x.columns)}: {', '.join(x.columns)}" for x in (saved, now))
        tally.differ(StatementCode.SAVED_SHAPE_DIFFERS, *shapes, "", None)
        return tally
    for i, (before, after) in enumerate(zip(saved.rows, now.rows, strict=True)):
        if saved.names[i] != now.names[i]:
            _compare_words(tally, saved.names[i], now.names[i], "", i + 1)
        for column, a, b in zip(saved.columns, before, after, strict=True):
            label = ", ".join(x for x in (column, saved.names[i]) if x)
            if is_counted_as(column):
                _compare_cells(tally, (a, b), label, tolerances)
    return tally


def _compare_cells(tally: ResultTally, cells: tuple[str, str], label: str, tolerances: Tolerances) -> None:
    sides = [shown_lines(cell) for cell in cells]
    a, b = (side[0] if side else None for side in sides)
    if a is None or b is None or a.words != b.words or len(a.figures) != len(b.figures):
        _compare_words(tally, *cells, label, None)
        return
    for f, g in zip(a.figures, b.figures, strict=True):
        tally.note(compare_figures(f.text, g.text, name=label, tolerances=tolerances), label, None)
    if not a.figures and a.words and not names_surroundings(a.text):
        tally.same += 1


def _compare_words(tally: ResultTally, saved: str, now: str, label: str, line: int | None) -> None:
    """Two cells with other words: no result where one speaks of a place, a time or an identifier."""
    if names_surroundings(saved) or names_surroundings(now):
        tally.texts.append((saved, now))
    else:
        tally.differ(StatementCode.SAVED_VALUE_DIFFERS, saved, now, label, line)
