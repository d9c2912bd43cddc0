"""Tried projects as JSON."""

from __future__ import annotations

import json

import pytest

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.model.tried_project import funnel_of
from bis.report.json.tried_json import funnel_document, read_tried, tried_document, tried_line
from tests.unit.report.tried_values import TRIED


def test_what_is_written_is_read() -> None:
    """A document and a line lose nothing."""
    assert read_tried(tried_line(TRIED)) == TRIED
    assert read_tried(json.dumps(tried_document(TRIED))) == TRIED


def test_a_later_version_and_other_documents_are_refused() -> None:
    """With what was found."""
    with pytest.raises(EvidenceTooNew, match="version 99"):
        read_tried(json.dumps({**tried_document(TRIED), "version": 99}))
    with pytest.raises(EvidenceDamaged, match=r"bis\.verdict"):
        read_tried('{"format": "bis.verdict"}')
    with pytest.raises(EvidenceDamaged):
        read_tried("[1")


def test_old_lines_lack_keys() -> None:
    """What was not there yet has its default."""
    document = tried_document(TRIED)
    del document["missing_guards"]
    assert read_tried(json.dumps(document)).missing_guards == ()


def test_a_funnel_has_its_projects() -> None:
    """With format and version."""
    document = funnel_document(funnel_of([TRIED]), [TRIED])
    assert (document["format"], document["projects"], document["tries"][0]["project"]) == ("bis.funnel", 1, "o/p")
