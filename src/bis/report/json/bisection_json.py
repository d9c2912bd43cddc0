"""A bisection as a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.bisection import FORMAT, VERSION
from bis.report.json.envelope import to_document

if TYPE_CHECKING:
    from bis.model.bisection import Bisection


def bisection_document(bisection: Bisection) -> dict[str, Any]:
    """A bisection as strict JSON."""
    return to_document(FORMAT, bisection, version=VERSION)
