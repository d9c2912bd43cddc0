"""Tables of separated values: a series of numbers, or a text, for each column."""

from __future__ import annotations

import csv
import io

from bis.record.contents.gathering import ContentUnreadable, Gathering, as_number

_SEPARATORS = ",;\t|"


def read_table(content: bytes) -> Gathering:
    """The columns of a table, by their names; those without a name by their number.

    Raises
    ------
    ContentUnreadable
        It is not text, or has no rows.
    """
    text = _decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    except csv.Error as error:
        raise ContentUnreadable(str(error)) from error
    if not rows:
        raise ContentUnreadable("no rows")
    names = _names(rows)
    columns: dict[str, list[str]] = {name: [] for name in names}
    for row in rows if names[0] == "column 1" and _is_data(rows[0]) else rows[1:]:
        for place, cell in enumerate(row):
            columns.setdefault(names[place] if place < len(names) else f"column {place + 1}", []).append(cell.strip())
    found = Gathering()
    for name, cells in columns.items():
        values = [as_number(cell) for cell in cells if cell]
        numbers = [value for value in values if value is not None]
        if numbers and len(numbers) == len(values):
            found.numbers_of(name, numbers)
        elif any(cells):
            found.text(name, "\n".join(cells))
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentUnreadable(str(error)) from error


def _is_data(row: list[str]) -> bool:
    """Whether the first row holds a number, so that it has no names."""
    return any(as_number(cell.strip()) is not None for cell in row if cell.strip())


def _names(rows: list[list[str]]) -> list[str]:
    first = rows[0]
    given = [] if _is_data(first) else [cell.strip() for cell in first]
    width = max(map(len, rows[:100]))
    return [given[i] if i < len(given) and given[i] else f"column {i + 1}" for i in range(width)]
