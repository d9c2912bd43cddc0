"""Comparisons as documents for programs: codes and figures, and beside each statement its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.comparison import FORMAT, GROUP_FORMAT, GROUP_VERSION, VERSION
from bis.model.jsonable import from_json
from bis.model.statement import Statement
from bis.report.json.envelope import to_document
from bis.report.text.statement_text import statement_text

if TYPE_CHECKING:
    from bis.model.comparison import GroupComparison, RunComparison


def comparison_document(found: RunComparison) -> dict[str, Any]:
    """A comparison of two runs as strict JSON; each statement has its words under ``text``."""
    return _with_words(to_document(FORMAT, found, version=VERSION))


def group_document(found: GroupComparison) -> dict[str, Any]:
    """A comparison of groups as strict JSON; each statement has its words under ``text``."""
    return _with_words(to_document(GROUP_FORMAT, found, version=GROUP_VERSION))


def _with_words(document: dict[str, Any]) -> dict[str, Any]:
    for one in document["statements"]:
        one["text"] = statement_text(from_json(Statement, one))
    return document
