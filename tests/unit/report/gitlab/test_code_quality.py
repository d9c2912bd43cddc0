"""Findings as a Code Quality report of GitLab."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given

from bis.model.project_audit import Place, Severity
from bis.report.gitlab.code_quality import code_quality
from tests.unit.report.audits import AUDITS, CELL, STEP, audit, finding

if TYPE_CHECKING:
    from bis.model.project_audit import ProjectAudit


@given(AUDITS)
def test_what_gitlab_reads(found: ProjectAudit) -> None:
    """Whatever is in a project, each finding has the keys that GitLab asks for, and a fingerprint of its own."""
    entries = code_quality([found])
    assert len(entries) == len(found.findings)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert json.loads(json.dumps(entries, allow_nan=False).encode("utf-8")) == entries


def test_places() -> None:
    """A line is the line of a file; of a notebook the text has cell and line, since GitLab counts lines of JSON."""
    step, cell, whole = code_quality([audit(finding(STEP), finding(CELL), finding(Place("")))])
    assert step["location"] == {"path": "train.py", "lines": {"begin": 6}}
    assert cell["description"].startswith("cell 3, line 2: ")
    assert cell["location"]["lines"]["begin"] == 1
    assert whole["location"] == {"path": ".", "lines": {"begin": 1}}


def test_a_fingerprint_stays_as_lines_move() -> None:
    """Another severity or line is the same finding; another file is not."""
    prints = [
        code_quality([audit(finding(place, message="one of a kind", severity=severity))])[0]["fingerprint"]
        for place, severity in (
            (STEP, Severity.WARNING),
            (replace(STEP, line=99), Severity.ERROR),
            (replace(STEP, file="other.py"), Severity.WARNING),
        )
    ]
    assert prints[0] == prints[1] != prints[2]
