"""Documents for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bis.model.jsonable import from_json
from bis.model.record import Record
from bis.model.verdict import Evidence, Verdict
from bis.report.json.envelope import to_document, to_text
from tests.unit.report.values import bitwise, record, statistical


def strict(text: str) -> Any:
    """Parse as a strict parser does: NaN and Infinity are no JSON."""

    def refuse(token: str) -> None:
        raise ValueError(token)

    return json.loads(text, parse_constant=refuse)


def test_a_document_has_a_format_and_a_version() -> None:
    """First of all, with or without the prefix."""
    for kind in ("verdict", "bis.verdict"):
        document = to_document(kind, bitwise())
        assert list(document)[:2] == ["format", "version"]
        assert (document["format"], document["version"]) == ("bis.verdict", 1)
        assert document["level"] == "bitwise"


def test_values_that_json_cannot_write_are_strings() -> None:
    """NaN and infinities stand as strings, so that any parser reads the document."""
    odd = {"a": float("nan"), "b": [float("inf"), float("-inf")], "c": 0.5}
    assert strict(to_text("verdict", odd))["b"] == ["Infinity", "-Infinity"]
    assert strict(to_text("verdict", odd))["a"] == "NaN"
    verdict = statistical()
    item = replace(verdict.groups[0].items[0], evidence=Evidence(p_value=float("nan")))
    bad = replace(verdict, groups=(replace(verdict.groups[0], items=(item,)),))
    assert strict(to_text("verdict", bad))["groups"][0]["items"][0]["evidence"]["p_value"] == "NaN"


@pytest.mark.parametrize("verdict", [bitwise(), statistical()])
def test_a_verdict_comes_back(verdict: Verdict) -> None:
    """What was written reads back as the same value."""
    assert from_json(Verdict, strict(to_text("verdict", verdict))) == verdict


def test_a_record_keeps_its_own_format() -> None:
    """Records carry format and version themselves."""
    document = to_document("record", record())
    assert document["format"] == "bis.record"
    assert from_json(Record, strict(json.dumps(document))) == record()


def test_other_values_stand_under_value() -> None:
    """A list is no object."""
    assert to_document("list", [1, 2]) == {"format": "bis.list", "version": 1, "value": [1, 2]}
