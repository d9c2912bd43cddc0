"""Audits as JSON: the document that is promised, and the line that loses nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from bis.model.project_audit import Place, Problem, ProjectAudit
from bis.report.json.audit_json import documents, from_line, project_document, to_line, writable
from tests.unit.report.audits import AUDITS, CELL, STEP, audit, finding, insertion


@given(AUDITS)
def test_a_line_loses_nothing(given_audit: ProjectAudit) -> None:
    """Any audit comes back from its line as it was: columns, repairs, empty texts and half characters too."""
    line = to_line(given_audit)
    assert "\n" not in line
    assert line.isascii()
    assert from_line(line) == given_audit


@given(AUDITS)
def test_a_document_is_strict_json(given_audit: ProjectAudit) -> None:
    """Whatever an audit holds, its document is JSON that UTF-8 can write."""
    text = json.dumps(documents([given_audit]), ensure_ascii=False, allow_nan=False)
    assert json.loads(text.encode("utf-8"))["format"] == "bis.audit"


def test_a_line_is_short() -> None:
    """An audit with a dozen places takes little more than its words: corpora have tens of thousands of them."""
    assert len(to_line(audit(finding(), finding(CELL)))) < 3_000


@pytest.mark.parametrize("line", ["", "{", "[]", "null", "1", '{"project": "x"}', '{"project": "x", "substrings": 3}'])
def test_a_line_that_is_no_audit(line: str) -> None:
    """A cut or foreign line is refused, so that a resumed corpus does that project again."""
    with pytest.raises(ValueError, match=r"."):
        from_line(line)


def test_every_cut_of_a_line_is_refused() -> None:
    """A line whose writing was interrupted anywhere is no audit."""
    line = to_line(audit())
    for length in range(0, len(line), 97):
        with pytest.raises(ValueError, match=r"."):
            from_line(line[:length])


def test_the_head_of_one_and_of_several_projects() -> None:
    """One project is the document itself; several stand under `projects`, and so do none."""
    one = documents([audit()])
    assert list(one)[:3] == ["format", "version", "project"]
    assert (one["format"], one["version"], one["project"]) == ("bis.audit", 1, "shop")
    two = documents([audit(), audit(project="b")])
    assert [p["project"] for p in two["projects"]] == ["shop", "b"]
    assert documents([])["projects"] == []


def test_facts_are_words_and_lists() -> None:
    """`facts` has the values alone, `details` their reasons and places."""
    document = project_document(audit())
    assert document["facts"]["via"] == ["api", "client"]
    assert document["facts"]["logs_params"] == "yes"
    assert document["details"]["unseeded_split"] == {
        "value": "yes",
        "reason": "random_state= is not given",
        "places": [{"file": "train.py", "line": 3, "cell": None}],
    }


def test_calls_and_findings_have_file_line_and_cell() -> None:
    """The cell is null in a script, and counts from 0 in a notebook, with the line within it."""
    document = project_document(audit(finding(STEP, edits=(insertion(),)), finding(CELL)))
    assert document["calls"] == [
        {"file": "train.py", "line": 4, "cell": None}
        | {"api": "mlflow.log_param", "kind": "param", "tracker": "mlflow", "through": ""},
        {"file": "explore.ipynb", "line": 2, "cell": 3}
        | {"api": "wandb.log", "kind": "metric", "tracker": "wandb", "through": "report"},
    ]
    script, notebook = document["findings"]
    assert (script["file"], script["line"], script["cell"], script["column"]) == ("train.py", 6, None, 9)
    assert (notebook["file"], notebook["line"], notebook["cell"]) == ("explore.ipynb", 2, 3)
    assert (script["fixable"], notebook["fixable"]) == (True, False)
    assert (script["code"], script["severity"], script["confidence"]) == ("BIS103", "warning", "high")
    assert document["suppressed"][0]["line"] == 40


def test_the_first_cell_is_cell_0() -> None:
    """The first cell is told from no cell."""
    (told,) = project_document(audit(finding(Place("a.ipynb", cell=0, line=1))))["findings"]
    assert told["cell"] == 0


def test_problems_have_their_place_if_it_is_known() -> None:
    """What could not be read, and where."""
    whole = ProjectAudit("x", {}, problems=(Problem("a", "huge", "too large"),))
    assert project_document(whole)["problems"] == [{"file": "a", "kind": "huge", "detail": "too large"}]
    (placed,) = project_document(audit())["problems"]
    assert (placed["file"], placed["line"], placed["cell"]) == ("old.py", 2, None)


def test_half_characters_are_spelt_out() -> None:
    """A name that UTF-8 cannot write is still told apart from others; everything else is as it was."""
    assert writable({"\udc80": ["é\ud800", 1, None, True, ("x",)]}) == {"\\udc80": ["é\\ud800", 1, None, True, ["x"]]}
