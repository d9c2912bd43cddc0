"""A gate as a document for programs."""

from __future__ import annotations

import json

from bis.report.json.gate_json import gate_document
from tests.unit.report.gate_values import BASE, moved, passed


def test_verdicts_and_comparisons_are_as_their_commands_print_them() -> None:
    """With the exit code, and the words of each finding."""
    document = gate_document(moved())
    assert (document["format"], document["version"], document["exit_code"]) == ("bis.gate", 1, 1)
    (program,) = document["programs"]
    assert program["base"] == BASE
    assert program["verdict"]["format"] == "bis.verdict"
    assert program["comparison"]["format"] == "bis.comparison"
    assert program["findings"][0]["code"] == "metric-moved"
    assert program["findings"][0]["text"].startswith("accuracy: moved beyond noise: 0.8 -> 0.9")
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_what_was_not_asked_is_null() -> None:
    """No comparison, no table."""
    (program,) = gate_document(passed())["programs"]
    assert (program["comparison"], program["expected"], program["findings"]) == (None, None, [])
