"""Comparisons as documents for programs."""

from __future__ import annotations

import json
import math

from bis.model.comparison import (
    ComparedRun,
    ComparisonDesign,
    GroupComparison,
    MetricComparison,
    MetricResult,
    RunComparison,
)
from bis.model.statement import StatementCode, statement
from bis.report.json.comparison_json import comparison_document, group_document


def test_a_comparison_is_strict_json_with_words() -> None:
    """Format and version first; values that JSON cannot write are texts."""
    metric = MetricComparison("acc", MetricResult.OPEN, a=(math.nan, 1.0), b=(1.0,))
    run = ComparedRun("r", "", 1)
    said = (statement(StatementCode.COMPARED_COPIES, run="A"),)
    found = RunComparison(run, run, ComparisonDesign.PAIRED, (metric,), 0.05, 0.75, statements=said)
    document = json.loads(json.dumps(comparison_document(found), allow_nan=False))
    assert list(document)[:2] == ["format", "version"]
    assert (document["format"], document["version"], document["design"]) == ("bis.comparison", 1, "paired")
    assert document["metrics"][0]["a"] == ["NaN", 1.0]
    assert "copies of one result" in document["statements"][0]["text"]


def test_groups_have_a_format_of_their_own() -> None:
    """With what was left out by the reason."""
    document = group_document(GroupComparison(("m",), "", (), 0.05, 0, left_out={"failed": 1}))
    assert (document["format"], document["left_out"]) == ("bis.group-comparison", {"failed": 1})
