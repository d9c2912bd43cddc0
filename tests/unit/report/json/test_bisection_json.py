"""Bisections as documents."""

from __future__ import annotations

import json

from bis.model.bisection import Bisection
from bis.model.jsonable import from_json
from bis.report.json.bisection_json import bisection_document
from tests.unit.report.text.test_bisection_text import FOUND


def test_the_document_can_be_read_back() -> None:
    """Nothing is lost."""
    document = json.loads(json.dumps(bisection_document(FOUND), allow_nan=False))
    assert (document["format"], document["version"]) == ("bis.bisection", 1)
    assert from_json(Bisection, document) == FOUND
