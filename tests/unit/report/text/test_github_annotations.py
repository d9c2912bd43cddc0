"""Findings as annotations: what GitHub's runner reads is what was found, and nothing in a project can steer it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from bis.model.project_audit import Place, ProjectAudit, Severity
from bis.report.text.github_annotations import gate_commands, workflow_commands
from tests.unit.report.audits import AUDITS, CELL, HOSTILE, STEP, audit, finding
from tests.unit.report.gate_values import moved, not_repeatable, passed


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A command as GitHub's runner takes it apart: its name, its properties, its text."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line, re.DOTALL)
    assert match, line
    command, properties, text = match.groups()
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    return command, {key: unescaped(value) for key, value in pairs.items()}, unescaped(text)


def unescaped(text: str) -> str:
    """The runner's way back; the percent sign comes last."""
    for mark, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(mark, character)
    return text


def only(**more: Any) -> str:
    """The one command for a finding."""
    text = workflow_commands([audit(finding(**more))])
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text[:-1]


def test_a_line_of_a_script() -> None:
    """File, lines and column, with code and name as title."""
    expected = (
        "::warning file=train.py,line=6,endLine=6,col=9,title=BIS103 metric-without-step"
        "::the metric is logged without step="
    )
    assert only() == expected


def test_several_lines_have_no_column() -> None:
    """GitHub takes columns within one line only."""
    assert only(place=Place("a.py", line=2, column=5, end_line=4, end_column=1)).startswith(
        "::warning file=a.py,line=2,endLine=4,title="
    )


def test_a_cell_stands_in_the_text() -> None:
    """Lines of a notebook are no lines of its file: none is given, and the text says which cell."""
    line = only(place=CELL)
    assert line.startswith("::warning file=explore.ipynb,title=")
    assert line.endswith("::cell 3, line 2: the metric is logged without step=")
    assert only(place=Place("a.ipynb", cell=0)).endswith("::cell 0: the metric is logged without step=")


def test_a_file_and_a_project_as_a_whole() -> None:
    """Without a line, or a file, there is none in the command."""
    assert only(place=Place("README.md")).startswith("::warning file=README.md,title=")
    assert only(place=Place("")).startswith("::warning title=")


@pytest.mark.parametrize(
    ("severity", "command"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")]
)
def test_severities_are_commands(severity: Severity, command: str) -> None:
    """GitHub calls a note a notice."""
    assert parsed(only(severity=severity))[0] == command


def test_marks_of_the_command_are_escaped() -> None:
    """Percent, colon and comma in a name, ends of lines in a text: the runner reads what was meant."""
    name, message = "50%0A,a:b::c.py", "100%\r\n::error::stop,now: x"
    _command, properties, text = parsed(only(place=Place(name, line=1), message=message))
    assert properties["file"] == name
    assert text == message


@pytest.mark.parametrize("text", HOSTILE)
def test_a_project_cannot_give_commands(text: str) -> None:
    """One finding is one command, in characters that UTF-8 can write and that steer no terminal."""
    line = only(place=Place(text, line=1), message=text, code=text)
    assert line.isprintable()
    assert line.encode("utf-8")


@given(AUDITS)
def test_there_are_as_many_lines_as_findings(any_audit: ProjectAudit) -> None:
    """Whatever an audit holds; silenced findings are not annotated."""
    lines = workflow_commands([any_audit, any_audit]).split("\n")
    assert len(lines) == 2 * len(any_audit.findings) + 1
    assert all(re.match(r"::(error|warning|notice) ", line) for line in lines[:-1])


def test_no_findings_no_lines() -> None:
    """Nothing is said of a project without findings."""
    assert workflow_commands([audit()]) == ""


def test_where_the_finding_is() -> None:
    """The properties are the finding's place."""
    _command, properties, _text = parsed(only(place=STEP))
    assert properties == {
        "file": "train.py",
        "line": "6",
        "endLine": "6",
        "col": "9",
        "title": "BIS103 metric-without-step",
    }


def test_a_gate_annotates_programs_and_suspects() -> None:
    """An error at the program's file, and what the audit finds at its line; names cannot steer the runner."""
    first, second = (parsed(line) for line in gate_commands(not_repeatable()).splitlines())
    assert first[:2] == ("error", {"file": "train.py", "title": "bis ci: not repeatable"})
    assert second[:2] == (
        "warning",
        {"file": "train.py", "line": "3", "endLine": "3", "title": "BIS301 unseeded-split"},
    )
    (line,) = gate_commands(moved("a::b,c\n::error::x")).splitlines()
    assert parsed(line)[1]["title"] == "bis ci: a::b,c\n::error::x: moved beyond noise"
    assert gate_commands(passed()) == ""
