"""Documents that are stored with runs."""

from __future__ import annotations

import json

import pytest

from bis.errors import EvidenceDamaged, EvidenceError, EvidenceTooNew
from bis.evidence.documents import document_text, parse_document


def test_a_document_is_read_back() -> None:
    """Keys that are not known stay: a version can grow."""
    given = {"format": "bis.x", "version": 2, "new": [1.5, None]}
    assert parse_document(document_text(given), kind="bis.x", version=3, where="x") == given


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("{", EvidenceDamaged, "not JSON"),
        ("[]", EvidenceDamaged, "its key 'format' is not 'bis.x'"),
        (
            json.dumps({"format": "bis.y", "version": 1}),
            EvidenceDamaged,
            "its key 'format' is not 'bis.x'",
        ),
        (json.dumps({"format": "bis.x"}), EvidenceDamaged, "expected a version from 1 to 3, found None"),
        (json.dumps({"format": "bis.x", "version": 4, "bis_version": "9"}), EvidenceTooNew, "bis 9 in version 4"),
    ],
)
def test_other_documents_are_refused(text: str, error: type[EvidenceError], words: str) -> None:
    """With the reason, and where it was found."""
    with pytest.raises(error, match=words) as caught:
        parse_document(text, kind="bis.x", version=3, where="the file")
    assert "the file" in caught.value.message


def test_numbers_that_json_does_not_have_are_refused() -> None:
    """A document is strict JSON or is not written."""
    with pytest.raises(ValueError, match="JSON"):
        document_text({"x": float("nan")})
