"""An explanation as a document for programs: codes and figures, and beside each statement its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.attribution import FORMAT, VERSION
from bis.model.jsonable import from_json
from bis.model.statement import Statement
from bis.report.json.envelope import to_document
from bis.report.text.statement_text import statement_text

if TYPE_CHECKING:
    from bis.model.attribution import Attribution


def attribution_document(attribution: Attribution) -> dict[str, Any]:
    """An explanation as strict JSON; each statement has its words under ``text``, for people who read the document."""
    document = to_document(FORMAT, attribution, version=VERSION)
    _add_words(document)
    return document


def _add_words(value: Any) -> None:
    """Statements are known by their keys, wherever they stand."""
    if isinstance(value, list):
        for item in value:
            _add_words(item)
    elif isinstance(value, dict):
        if value.keys() == {"code", "figures", "parts"}:
            value["text"] = statement_text(from_json(Statement, {k: value[k] for k in ("code", "figures", "parts")}))
            return
        for item in value.values():
            _add_words(item)
