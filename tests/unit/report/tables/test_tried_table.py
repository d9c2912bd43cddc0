"""Tried projects as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from bis.report.tables.tried_table import COLUMNS, tried_rows
from tests.unit.report.tried_values import TRIED


def test_each_project_has_a_row_with_its_place_and_evidence() -> None:
    """All columns, in this order."""
    (row,) = csv.DictReader(io.StringIO(tried_rows([TRIED])))
    assert tuple(row) == COLUMNS
    assert (row["project"], row["place"], row["need"], row["line"]) == ("o/p", "needs what is not there", "data", "7")
    assert (row["python"], row["packages"], row["seconds"]) == ("3.10.13", "1", "3.5")


def test_no_cell_is_a_formula() -> None:
    """What projects and programs say is not run by a spreadsheet."""
    evil = replace(TRIED, project="=cmd()", evidence=(replace(TRIED.evidence[0], text="+1"),))
    (row,) = csv.DictReader(io.StringIO(tried_rows([evil])))
    assert (row["project"], row["evidence"]) == ("'=cmd()", "'+1")
