"""Tables: rows that lead to lines, cells that no spreadsheet runs, files that are whole or not there."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.model.audit_facts import FACTS
from bis.model.project_audit import Place, Problem, ProjectAudit
from bis.report.tables.audit_tables import (
    TABLES,
    CsvTable,
    call_rows,
    fact_rows,
    finding_rows,
    project_columns,
    project_rows,
    write_parquet,
)
from tests.unit.report.audits import CELL, HOSTILE, audit, finding

if TYPE_CHECKING:
    from pathlib import Path

CODES = ["BIS101", "BIS103"]


def written(path: Path, rows: list[dict[str, Any]], *columns: str) -> list[dict[str, str]]:
    """The rows of a CSV table, as a reader has them."""
    with CsvTable(path, columns) as table:
        for row in rows:
            table.add(row)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_parquet(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def test_the_columns_of_projects_are_stable() -> None:
    """Who it is, how large it is, its facts in their order, what a search says, findings by rule."""
    columns = project_columns(CODES)
    assert columns[:4] == ("project", "commit", "first_year", "last_year")
    assert columns[8 : 8 + len(FACTS)] == tuple(FACTS)
    assert columns[-2:] == ("BIS101", "BIS103")
    assert len(set(columns)) == len(columns)


def test_a_project_is_one_row(tmp_path: Path) -> None:
    """Values of facts, lists joined by semicolons; a rule that found nothing is 0."""
    (row,) = written(tmp_path / "p.csv", list(project_rows(audit(finding(), finding(CELL)))), *project_columns(CODES))
    assert (row["project"], row["first_year"], row["code_lines"], row["digest"]) == ("shop", "2021", "1234", "ab" * 32)
    assert (row["via"], row["logs_params"], row["sets_tags"]) == ("api;client", "yes", "unknown")
    assert (row["search_says"], row["audit_says"], row["problems"]) == ("yes", "yes", "1")
    assert (row["BIS101"], row["BIS103"]) == ("0", "2")


def test_a_project_that_could_not_be_audited_has_no_counts(tmp_path: Path) -> None:
    """Nothing is known of it: its facts, years and counts are empty, not 0."""
    failed = ProjectAudit("x", {}, problems=(Problem("", "timeout", "too slow"),))
    (row,) = written(tmp_path / "p.csv", list(project_rows(failed)), *project_columns(CODES))
    assert (row["BIS101"], row["uses_mlflow"], row["first_year"], row["problems"]) == ("", "", "", "1")


def test_each_fact_leads_to_its_lines() -> None:
    """A row for each place, and one for a fact that has none; cells of notebooks are told from no cell."""
    rows = [row for row in fact_rows(audit()) if row["fact"] == "logs_params"]
    head = {"project": "shop", "fact": "logs_params", "value": "yes", "reason": ""}
    assert rows == [
        head | {"file": "train.py", "cell": "", "line": 4},
        head | {"file": "explore.ipynb", "cell": 3, "line": 2},
    ]
    assert {row["fact"] for row in fact_rows(audit())} == set(FACTS)


def test_findings_and_calls_have_their_places() -> None:
    """The first cell is cell 0; silenced findings are no findings."""
    (row,) = finding_rows(audit(finding(Place("a.ipynb", cell=0, line=1, column=2))))
    assert (row["code"], row["file"], row["cell"], row["line"], row["column"]) == ("BIS103", "a.ipynb", 0, 1, 2)
    assert [(r["api"], r["kind"], r["tracker"], r["through"]) for r in call_rows(audit())] == [
        ("mlflow.log_param", "param", "mlflow", ""),
        ("wandb.log", "metric", "wandb", "report"),
    ]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_rows_have_only_columns_of_their_table(name: str) -> None:
    """Nothing that a row says is lost for want of a column."""
    columns, rows = TABLES[name]
    made = list(rows(audit(finding(), finding(CELL))))
    assert made
    assert all(set(row) <= set(columns(CODES)) for row in made)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_is_a_formula(start: str, tmp_path: Path) -> None:
    """What a spreadsheet would calculate begins with a quotation mark, in every column of text; numbers do not."""
    row = {"file": f"{start}cmd|' /C calc'!A0", "message": f"{start}1", "line": -1}
    (read,) = written(tmp_path / "t.csv", [row], *row)
    assert read == {"file": f"'{row['file']}", "message": f"'{start}1", "line": "-1"}


def test_control_characters_and_half_characters(tmp_path: Path) -> None:
    """A table that is printed steers no terminal; rows stay rows, whatever ends of lines a text has."""
    (first, second) = written(
        tmp_path / "t.csv", [{"a": "x\ry\x1b[2J\0", "b": "two\nlines"}, {"a": "\udc80", "b": '","'}], "a", "b"
    )
    assert first == {"a": "x�y�[2J�", "b": "two\nlines"}
    assert second == {"a": "\\udc80", "b": '","'}


def test_a_cell_fits_into_a_spreadsheet(tmp_path: Path) -> None:
    """A text of a megabyte is cut, and ends in a mark that it was."""
    (row,) = written(tmp_path / "t.csv", [{"a": "é" * 1_000_000}], "a")
    assert len(row["a"]) == 32_000
    assert row["a"].endswith("é…")


def test_a_table_is_whole_or_not_there(tmp_path: Path) -> None:
    """Until it is finished the former table stands; an error leaves it, and nothing else."""
    path = tmp_path / "t.csv"
    written(path, [{"a": "first"}], "a")
    with pytest.raises(KeyboardInterrupt), CsvTable(path, ("a",)) as table:  # noqa: PT012 (the table is what is tested)
        table.add({"a": "second"})
        raise KeyboardInterrupt
    assert path.read_text(encoding="utf-8") == "a\nfirst\n"
    assert list(tmp_path.iterdir()) == [path]


def test_parquet_has_numbers_and_texts(tmp_path: Path) -> None:
    """Counts and lines are whole numbers, null where they are not known; texts are never null."""
    projects = [audit(finding()), ProjectAudit("failed", {}, problems=(Problem("", "timeout", "too slow"),))]
    written(tmp_path / "p.csv", [row for one in projects for row in project_rows(one)], *project_columns(CODES))
    write_parquet(tmp_path / "p.parquet", tmp_path / "p.csv")
    good, failed = read_parquet(tmp_path / "p.parquet")
    assert (good["BIS101"], good["BIS103"], good["code_lines"], good["via"]) == (0, 1, 1234, "api;client")
    assert (failed["BIS101"], failed["first_year"], failed["uses_mlflow"]) == (None, None, "")


def test_parquet_of_a_table_without_rows(tmp_path: Path) -> None:
    """A corpus in which nothing is found has a table of findings all the same, with its columns."""
    written(tmp_path / "t.csv", [], "file", "line")
    write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv")
    assert pq.read_schema(tmp_path / "t.parquet").names == ["file", "line"]
    assert read_parquet(tmp_path / "t.parquet") == []


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs"))) | st.sampled_from(["'=1", "''-", "'", "-a"])))
def test_parquet_has_the_texts_as_they_were(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """The guard against formulas is for spreadsheets: it does not reach the Parquet file, and nothing else is lost."""
    folder = tmp_path_factory.mktemp("t")
    written(folder / "t.csv", [{"message": text, "line": 1} for text in texts], "message", "line")
    write_parquet(folder / "t.parquet", folder / "t.csv")
    assert [row["message"] for row in read_parquet(folder / "t.parquet")] == texts


def test_hostile_texts_pass_through(tmp_path: Path) -> None:
    """As many rows as there were, whatever is in them, in both files."""
    rows = [{"file": text, "message": text, "line": 1} for text in HOSTILE]
    assert len(written(tmp_path / "t.csv", rows, "file", "message", "line")) == len(HOSTILE)
    write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv")
    assert len(read_parquet(tmp_path / "t.parquet")) == len(HOSTILE)


def test_a_failed_conversion_leaves_the_former_file(tmp_path: Path) -> None:
    """A table that is none ends in an error, and the Parquet file of before stands."""
    written(tmp_path / "t.csv", [{"line": 1}], "line")
    write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv")
    before = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.csv").write_text("line\nno number\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no number"):
        write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv")
    assert (tmp_path / "t.parquet").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.csv", "t.parquet"]
