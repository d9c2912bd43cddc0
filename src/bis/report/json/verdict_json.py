"""A verdict as a document for programs: codes and figures, and beside each statement its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.jsonable import from_json
from bis.model.statement import Statement
from bis.model.verdict import FORMAT, VERSION
from bis.report.json.envelope import to_document
from bis.report.text.statement_text import statement_text

if TYPE_CHECKING:
    from bis.model.verdict import Verdict


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as strict JSON; each statement has its words under ``text``, for people who read the document."""
    document = to_document(FORMAT, verdict, version=VERSION)
    for outcome in document["outcomes"]:
        if outcome["outputs"] is not None:
            outcome["outputs"]["contents"] = []  # they are long, and stand with the child run
    _add_words(document)
    return document


def _add_words(document: dict[str, Any]) -> None:
    for holder in (document, *document["groups"], *(i for g in document["groups"] for i in g["items"])):
        for one in holder["statements"]:
            one["text"] = statement_text(from_json(Statement, one))
