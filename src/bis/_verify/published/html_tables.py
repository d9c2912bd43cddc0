"""Tables in HTML as pandas writes them: cells with the names of their rows and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_MOST_SPANNED = 1_000  # cells; a file may claim any number


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table: the name of each column, and for each row its name and its cells; names are empty where there is none.

    Cells of the columns that name rows are part of the names.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_in(html: str) -> tuple[HtmlTable, ...]:
    """All tables of a text in HTML that have a cell; what follows one within another belongs to the inner one."""
    reader = _read(html)
    return tuple(_table(rows) for rows in reader.tables if any(rows))


def text_in(html: str) -> str:
    """What a browser shows of a text in HTML, a line for each block; scripts and styles are none of it."""
    return "\n".join(line for line in (re.sub(r"\s+", " ", x).strip() for x in _read(html).text.split("\n")) if line)


_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_UNSEEN = frozenset({"script", "style", "head", "svg", "button", "title"})


class _TableReader(HTMLParser):
    """Collects the rows of tables, and the text around them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[bool, str, int, int]]]] = []
        self.text = ""
        self._unseen = 0
        self._cell: list[str] | None = None
        self._row: list[tuple[bool, str, int, int]] = []
        self._shape = (False, 1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row, a cell, a block."""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.end_cell()
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self.end_cell()
            given = dict(attrs)
            self._shape = (tag == "th", _span(given.get("colspan")), _span(given.get("rowspan")))
            self._cell, self._row = [], self.tables[-1][-1]
        if tag in _BLOCKS:
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in {"td", "th", "tr", "table"}:
            self.end_cell()
            self.text += " "
        if tag in _BLOCKS:
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        """Text that is seen."""
        if self._unseen:
            return
        self.text += data
        if self._cell is not None:
            self._cell.append(data)

    def end_cell(self) -> None:
        """Keep the cell that was begun, if there is one."""
        if self._cell is not None:
            header, columns, rows = self._shape
            self._row.append((header, re.sub(r"\s+", " ", "".join(self._cell)).strip(), columns, rows))
            self._cell = None


def _read(html: str) -> _TableReader:
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    reader.end_cell()
    return reader


def _span(given: str | None) -> int:
    return min(max(int(given), 1), _MOST_SPANNED) if given and given.isdigit() else 1


def _table(rows: list[list[tuple[bool, str, int, int]]]) -> HtmlTable:
    grid = _grid([row for row in rows if row])
    heads = [row for row in grid if all(header for header, _ in row)]
    body = [row for row in grid if not all(header for header, _ in row)]
    width = max((len(row) for row in grid), default=0)
    # The columns that name rows are those in which every cell of the body is a header.
    naming = [j for j in range(width) if body and all(j < len(row) and row[j][0] for row in body)]
    shown = [j for j in range(width) if j not in naming]
    columns = tuple(" ".join(dict.fromkeys(row[j][1] for row in heads if j < len(row) and row[j][1])) for j in shown)
    names = tuple(" ".join(row[j][1] for j in naming if row[j][1]) for row in body)
    return HtmlTable(columns, names, tuple(tuple(row[j][1] if j < len(row) else "" for j in shown) for row in body))


def _grid(rows: list[list[tuple[bool, str, int, int]]]) -> list[list[tuple[bool, str]]]:
    """Every cell at each place that it spans."""
    grid: list[list[tuple[bool, str]]] = []
    hanging: dict[int, tuple[int, tuple[bool, str]]] = {}  # by column: for how many more rows, and what
    for row in rows:
        made: list[tuple[bool, str]] = []
        cells = list(row)
        while cells or len(made) in hanging:
            place = len(made)
            if place in hanging:
                left, cell = hanging.pop(place)
                made.append(cell)
                if left > 1:
                    hanging[place] = (left - 1, cell)
                continue
            header, text, columns, down = cells.pop(0)
            for k in range(columns):
                made.append((header, text))
                if down > 1:
                    hanging[place + k] = (down - 1, (header, text))
        grid.append(made)
    return grid
