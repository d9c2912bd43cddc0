"""A badge as the answer of an endpoint of shields.io."""

from __future__ import annotations

from bis.report.badges.endpoint_json import endpoint_document
from bis.report.badges.verdict_badge import verdict_badge
from tests.unit.report.values import bitwise


def test_keys_are_those_of_shields() -> None:
    """With version 1 of their schema, and the words of the picture."""
    document = endpoint_document(verdict_badge(bitwise()))
    assert document == {
        "schemaVersion": 1,
        "label": "repeatable",
        "message": "bitwise 3/3",
        "color": "#1a7f37",
    }
