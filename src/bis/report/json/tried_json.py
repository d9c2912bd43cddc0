"""A tried project as JSON: a document with format and version, and one line of a corpus, which loses nothing."""

from __future__ import annotations

import json
from typing import Any

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.model.jsonable import from_json, json_value, strict_json, to_json
from bis.model.tried_project import FORMAT, VERSION, Funnel, TriedProject

FUNNEL_FORMAT = "bis.funnel"


def tried_document(tried: TriedProject) -> dict[str, Any]:
    """A tried project as a JSON document."""
    body: dict[str, Any] = strict_json(to_json(tried))
    return {"format": FORMAT, "version": VERSION} | body


def funnel_document(funnel: Funnel, tries: list[TriedProject]) -> dict[str, Any]:
    """The funnel of a corpus with its projects."""
    body: dict[str, Any] = strict_json(to_json(funnel))
    return {"format": FUNNEL_FORMAT, "version": VERSION} | body | {"tries": [tried_document(one) for one in tries]}


def tried_line(tried: TriedProject) -> str:
    """A tried project as one line."""
    return json.dumps(tried_document(tried), ensure_ascii=False, allow_nan=False)


def read_tried(text: str) -> TriedProject:
    """The tried project that a document or a line says.

    Raises
    ------
    EvidenceDamaged
        It is none.
    EvidenceTooNew
        It was written by a newer bis.
    """
    try:
        document = json_value(text)
        if document.get("format") != FORMAT:
            raise EvidenceDamaged(f"expected a document of format {FORMAT}, found {document.get('format')!r}")
        if int(document.get("version", 0)) > VERSION:
            raise EvidenceTooNew(
                f"a tried project has version {document['version']}, and this bis knows {VERSION}", hint="Update bis."
            )
        return from_json(TriedProject, document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvidenceDamaged(f"a tried project cannot be read: {type(error).__name__}: {error}") from error
