"""Tables of published figures: reading them, digit for digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.errors import NotFound, UsageError
from bis.stats.printed import parse_printed

if TYPE_CHECKING:
    from pathlib import Path

# Columns that name a row and are not metrics.
_ROW_NAMES = frozenset({"run", "run_id", "seed", "id", "#", ""})


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """Published figures as text, digit for digit: by metric, one figure for each published run."""

    columns: Mapping[str, tuple[str, ...]]

    @property
    def runs(self) -> int:
        """How many runs were published."""
        return max((len(v) for v in self.columns.values()), default=0)


def read_table(path: Path) -> PublishedTable:
    """Read a CSV file of published figures; see `parse_table`.

    Raises
    ------
    NotFound
        The file does not exist.
    UsageError
        It is not such a table.
    """
    try:
        return parse_table(path.read_text(encoding="utf-8-sig"), name=str(path))
    except FileNotFoundError as error:
        raise NotFound(f"{path} does not exist", hint="Name a CSV file with published figures.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a table: {error}") from error


def parse_table(text: str, *, name: str = "the table") -> PublishedTable:
    """Read a CSV table of published figures from its text.

    Parameters
    ----------
    text : str
        Either the columns ``metric,value`` with one row for each metric, or one column for each metric and one row
        for each run (columns named run, run_id, seed or id are passed over).
    name : str
        What to call it in messages.

    Raises
    ------
    UsageError
        There is no header or no figure, a row has another length, or a value is not a figure.
    """
    try:
        rows = [r for r in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in r)]
    except csv.Error as error:
        raise UsageError(f"{name} is not a table of comma-separated values: {error}") from error
    if len(rows) < 2:
        raise UsageError(f"{name} holds no figures", hint="Its first line names columns, the others hold figures.")
    head = [h.strip() for h in rows[0]]
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(head):
            raise UsageError(f"{name}, line {line}: expected {len(head)} fields as in the header, found {len(row)}")
    if [h.lower() for h in head] == ["metric", "value"]:
        columns: dict[str, tuple[str, ...]] = {}
        for metric, value in rows[1:]:
            columns[metric.strip()] = (*columns.get(metric.strip(), ()), value.strip())
    else:
        metrics = [i for i, h in enumerate(head) if h.lower() not in _ROW_NAMES]
        columns = {head[i]: tuple(row[i].strip() for row in rows[1:]) for i in metrics}
    for metric, texts in columns.items():
        for figure in texts:
            _check_figure(figure, f"{name}, {metric}")
    return PublishedTable(columns)


def _check_figure(text: str, where: str) -> None:
    try:
        parse_printed(text)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", hint=error.hint) from error
