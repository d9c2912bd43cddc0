"""The figures of a study as a table in CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import TYPE_CHECKING

from bis.model.jsonable import to_json
from bis.model.study_result import StudyFigure

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = tuple(field.name for field in fields(StudyFigure))


def figures_csv(figures: Sequence[StudyFigure]) -> str:
    """One row for each figure, with all digits; what a figure does not have is empty."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for figure in figures:
        row = to_json(figure)
        table.writerow(["" if row[name] is None else row[name] for name in COLUMNS])
    return written.getvalue()
