"""From the file of audits to tables, statistics and pages."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from bis.corpus.audits.audit_outcomes import AUDITS
from bis.corpus.audits.results import read_audits, write_results
from bis.errors import StorageError
from bis.model.audit_facts import FACTS
from bis.model.project_audit import (
    KINDS,
    TRACKER_NAMES,
    Confidence,
    Fact,
    Finding,
    Place,
    Problem,
    ProjectAudit,
    Severity,
    Size,
    TrackingCall,
)
from bis.report.json.audit_json import to_line

if TYPE_CHECKING:
    from pathlib import Path

RULES = {"BIS101": "params-never-logged", "BIS201": "autolog-after-fit"}
TABLES = ("projects", "facts", "findings", "calls")


def audit(name: str, value: str = "yes") -> ProjectAudit:
    """An audit with a fact at two places, a finding and a call."""
    places = (Place("a.py", -1, 3), Place("n.ipynb", 2, 1))
    facts = {key: Fact("no", "why") for key in FACTS} | {
        "logs_params": Fact(value, "reason", places),
        "via": Fact(("api",)),
    }
    return ProjectAudit(
        name,
        facts,
        calls=(TrackingCall(places[0], "mlflow.log_param", "param"),),
        findings=(Finding("BIS101", "params-never-logged", "m", places[0], Severity.ERROR, Confidence.HIGH),),
        size=Size(1, 1, 10, 0),
        digest=name,
    )


def results(out: Path, *audits: ProjectAudit) -> dict[str, list[dict[str, str]]]:
    """Write the results of these audits; the rows of the tables."""
    out.mkdir(exist_ok=True)
    (out / AUDITS).write_text("".join(to_line(one) + "\n" for one in audits), encoding="utf-8")
    write_results(out, lambda: RULES, version="1")
    tables = {}
    for name in TABLES:
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    return tables


def test_audits_are_read_back(tmp_path: Path) -> None:
    """One by one, as they were written; a file that is not there is told."""
    (tmp_path / AUDITS).write_text(f"{to_line(audit('a'))}\n\n{to_line(audit('b'))}\n", encoding="utf-8")
    assert list(read_audits(tmp_path)) == [audit("a"), audit("b")]
    with pytest.raises(StorageError, match="cannot be read"):
        list(read_audits(tmp_path / "no"))


def test_tables(tmp_path: Path) -> None:
    """A row for each project, each place of a fact, each finding and each call."""
    tables = results(tmp_path, audit("a"), audit("b", "no"))
    columns = ("project", "logs_params", "via", "BIS101", "BIS201")
    assert [tuple(row[column] for column in columns) for row in tables["projects"]] == [
        ("a", "yes", "api", "1", "0"), ("b", "no", "api", "1", "0"),
    ]  # fmt: skip
    where = [
        (row["file"], row["cell"], row["line"])
        for row in tables["facts"]
        if (row["project"], row["fact"]) == ("a", "logs_params")
    ]
    assert where == [("a.py", "", "3"), ("n.ipynb", "2", "1")]
    assert {row["fact"] for row in tables["facts"]} == set(FACTS)
    assert [(row["project"], row["code"], row["line"]) for row in tables["findings"]] == [
        ("a", "BIS101", "3"),
        ("b", "BIS101", "3"),
    ]
    assert [row["api"] for row in tables["calls"]] == ["mlflow.log_param"] * 2


def test_parquet_has_the_same_rows(tmp_path: Path) -> None:
    """With numbers as numbers."""
    tables = results(tmp_path, audit("a"), audit("b"))
    for name in TABLES:
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert table.num_rows == len(tables[name])
        assert table.column_names == list(tables[name][0])
    assert pq.read_table(tmp_path / "projects.parquet")["code_lines"].to_pylist() == [10, 10]


def test_trackers_are_compared_in_one_table(tmp_path: Path) -> None:
    """All of them with all kinds of traces, as in the statistics; shares and bounds are fractions in Parquet."""
    one, other = replace(audit("a"), trackers={"wandb": ("metric",)}), replace(audit("b"), trackers={"wandb": ()})
    results(tmp_path, one, other)
    with (tmp_path / "trackers.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["tracker"], row["trace"]): row for row in csv.DictReader(file)}
    assert len(rows) == len(TRACKER_NAMES) * (1 + len(KINDS) + 2)
    (metric,) = [dict(row, tracker="", trace="") for key, row in rows.items() if key == ("wandb", "metric")]
    assert (metric["projects"], metric["of"], metric["share"]) == ("1", "2", "0.5")
    assert (metric["low"], metric["high"]) == ("0.094531", "0.905469")
    assert (rows["aim", "any"]["projects"], rows["aim", "any"]["share"], rows["aim", "param"]["share"]) == (
        "0",
        "0.0",
        "",
    )
    table = pq.read_table(tmp_path / "trackers.parquet")
    assert table.num_rows == len(rows)
    assert [str(table.schema.field(name).type) for name in ("projects", "low", "trace")] == [
        "int64",
        "double",
        "string",
    ]
    statistics = json.loads((tmp_path / "statistics.json").read_text(encoding="utf-8"))
    assert [(s["tracker"], s["trace"]) for s in statistics["tracker_shares"]] == list(rows)


def test_copies_and_failures(tmp_path: Path) -> None:
    """They stand in the table of projects, and are not counted; no page shows one that failed."""
    failed = ProjectAudit("gone", {}, problems=(Problem("", "timeout", "10 s"),))
    tables = results(tmp_path, audit("a"), replace(audit("b"), digest="a"), failed)
    assert {row["project"]: row["counted"] for row in tables["projects"]} == {"a": "yes", "b": "no", "gone": "no"}
    statistics = json.loads((tmp_path / "statistics.json").read_text(encoding="utf-8"))
    assert (statistics["projects"], statistics["failed"], len(statistics["duplicates"])) == (1, {"timeout": 1}, 1)
    assert "gone" not in (tmp_path / "facts" / "logs_params.html").read_text(encoding="utf-8")


def test_every_figure_can_be_followed(tmp_path: Path) -> None:
    """From the page to the fact's page, and there to the project and the line."""
    results(tmp_path, audit("a"))
    assert "facts/logs_params.html" in (tmp_path / "index.html").read_text(encoding="utf-8")
    page = (tmp_path / "facts" / "logs_params.html").read_text(encoding="utf-8")
    assert "a.py:3" in page
    assert "n.ipynb cell 2:1" in page


def test_no_audit(tmp_path: Path) -> None:
    """Tables with their heads, a page, statistics of nothing."""
    assert results(tmp_path) == {name: [] for name in TABLES}
    assert pq.read_table(tmp_path / "projects.parquet").num_rows == 0
    assert json.loads((tmp_path / "statistics.json").read_text(encoding="utf-8"))["projects"] == 0
    assert (tmp_path / "index.html").exists()


def test_results_of_the_same_audits_are_not_written_again(tmp_path: Path) -> None:
    """Unless a file of them is missing, or an audit, or what decides over the results, is another."""
    results(tmp_path, audit("a"), audit("b"))
    summary = write_results(tmp_path, lambda: RULES, version="1")
    page = tmp_path / "index.html"

    def is_written(text: str = "old", version: str = "1") -> bool:
        page.write_text(text, encoding="utf-8")
        assert write_results(tmp_path, lambda: RULES, version=version).projects >= 1
        return page.read_text(encoding="utf-8") != text

    assert not is_written()
    assert write_results(tmp_path, lambda: RULES, version="1") == summary
    (tmp_path / "calls.csv").unlink()
    assert is_written()
    assert is_written(version="2")
    (tmp_path / AUDITS).write_text(to_line(audit("a")) + "\n", encoding="utf-8")
    assert is_written()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """An error of bis that names it."""
    (tmp_path / AUDITS).write_text(to_line(audit("a")) + "\n", encoding="utf-8")
    (tmp_path / "facts").write_text("a file", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be written"):
        write_results(tmp_path, lambda: RULES, version="1")


@pytest.mark.parametrize("text", ["\udc80", "=1+1", "a\nb", "\x1b[31m", "<script>", '"', "a,b"])
def test_texts_of_strangers(tmp_path: Path, text: str) -> None:
    """Names of projects and files that are no text for a table or a page do not end the run."""
    one = audit(text)
    one = replace(one, facts=one.facts | {"logs_params": Fact("yes", text, (Place(text, -1, 1),))})
    tables = results(tmp_path, one)
    assert len(tables["projects"]) == 1
    assert pq.read_table(tmp_path / "projects.parquet").num_rows == 1
