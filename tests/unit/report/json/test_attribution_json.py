"""Explanations as JSON."""

from __future__ import annotations

import json

import pytest

from bis.model.attribution import Attribution
from bis.model.jsonable import from_json
from bis.report.json.attribution_json import attribution_document
from tests.unit.report.attributions import explained


def test_the_document_has_everything() -> None:
    """It reads back as the value that it was made from."""
    document = json.loads(json.dumps(attribution_document(explained())), parse_constant=pytest.fail)
    assert (document["format"], document["version"]) == ("bis.attribution", 1)
    assert from_json(Attribution, document) == explained()


def test_statements_have_words() -> None:
    """Wherever they stand."""
    document = attribution_document(explained())
    assert document["statements"][0]["text"].startswith("split explains 57 %")
    assert "not a number" in document["targets"][2]["problem"]["text"]
    assert "loky" in document["uncontrolled"][0]["text"]
