"""The result of a study as a document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bis._version import __version__
from bis.model.jsonable import strict_json, to_json
from bis.model.study_result import FORMAT, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.study_result import StudyFigure, StudyResult

FIGURES = "bis.study-figures"


def study_document(result: StudyResult) -> dict[str, Any]:
    """All of a result as strict JSON."""
    body: dict[str, Any] = strict_json(to_json(result))
    return {"format": FORMAT, "version": VERSION, "bis_version": __version__} | body


def figures_document(figures: Sequence[StudyFigure]) -> dict[str, Any]:
    """The figures alone, as strict JSON."""
    return {"format": FIGURES, "version": VERSION, "figures": strict_json(to_json(list(figures)))}


def document_as_text(document: dict[str, Any]) -> str:
    """A document as text that ends in a newline."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
