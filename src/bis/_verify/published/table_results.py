"""Two tables that a notebook shows: their figures and values, cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.exact_numbers import distance_figures
from bis._verify.published.printed_figures import FigureComparison, compare_figures
from bis._verify.published.printed_output import is_counted_as, judge_text, names_surroundings
from bis._verify.published.text_results import ResultTally
from bis._verify.tolerances import Tolerances
from bis.model.statement import StatementCode, statement
from bis.model.verdict import AppliedTolerance, Level, ToleranceOrigin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._verify.published.html_tables import HtmlTable


# A few units in the last place of a double.
_ROUNDING = 1e-15


def compare_html_tables(saved: HtmlTable, now: HtmlTable, *, tolerances: Tolerances) -> ResultTally:
    """Compare a saved table to the one of now: names of rows, then each cell of each column."""
    tally = ResultTally()
    if (len(saved.rows), saved.columns) != (len(now.rows), now.columns):
        before, after = (f"{len(x.rows)} x {len(x.columns)}: {', '.join(x.columns)}" for x in (saved, now))
        tally.differ(StatementCode.SAVED_SHAPE_DIFFERS, before, after, "", None)
        return tally
    noise = [_noise(x[j] for table in (saved, now) for x in table.rows) for j in range(len(saved.columns))]
    for i, (row, other) in enumerate(zip(saved.rows, now.rows, strict=True)):
        if saved.names[i] != now.names[i]:
            _compare_words(tally, saved.names[i], now.names[i], "", i + 1)
        for j, column in enumerate(saved.columns):
            label = ", ".join(x for x in (column, saved.names[i]) if x)
            if is_counted_as(column):
                _compare_cells(tally, (row[j], other[j]), label, _Bounds(tolerances, noise[j]))
    return tally


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What figures of a column are held to; below `noise` they are what rounding left of 0."""

    tolerances: Tolerances
    noise: float

    def compare(self, saved: str, now: str, label: str) -> FigureComparison:
        found = compare_figures(saved, now, name=label, tolerances=self.tolerances)
        a, b = float(saved), float(now)
        if found.level is not Level.DIVERGENT or not 0 <= max(abs(a), abs(b)) <= self.noise:
            return found
        used = AppliedTolerance(ToleranceOrigin.FLOAT64, atol=self.noise)
        far = distance_figures(None, found.evidence.relative)
        said = statement(StatementCode.PRINTED_WITHIN, origin=used.origin.value, atol=used.atol, rtol=0.0, **far)
        return FigureComparison(Level.NUMERICAL, (said,), replace(found.evidence, tolerance=used))


def _noise(cells: Iterable[str]) -> float:
    """What rounding leaves of 0 where a sum of numbers as large as the largest of a column should be 0."""
    figures = (f.value for cell in cells for line in judge_text(cell).lines for f in line.figures)
    return _ROUNDING * max((abs(v) for v in figures if math.isfinite(v)), default=0.0)


def _compare_cells(tally: ResultTally, cells: tuple[str, str], label: str, bounds: _Bounds) -> None:
    if not any(cells):
        return
    sides = [judge_text(cell).lines for cell in cells]
    a, b = (side[0] if side else None for side in sides)
    if cells[0] == cells[1] and a is None:
        return  # an object, say
    if a is None or b is None or a.words != b.words or len(a.figures) != len(b.figures):
        _compare_words(tally, *cells, label, None)
        return
    for f, g in zip(a.figures, b.figures, strict=True):
        tally.note(bounds.compare(f.text, g.text, label), label, None)
    if not a.figures and a.words and not names_surroundings(a.text):
        tally.same += 1


def _compare_words(tally: ResultTally, saved: str, now: str, label: str, line: int | None) -> None:
    """Two cells with other words: no result where one speaks of a place, a time or an identifier."""
    if names_surroundings(saved) or names_surroundings(now):
        tally.texts.append((saved, now))
    else:
        tally.differ(StatementCode.SAVED_VALUE_DIFFERS, saved, now, label, line)
