"""JSON documents that are stored with runs: the checks before their content is read."""

from __future__ import annotations

import json
from typing import Any

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.model.jsonable import json_value


def document_text(document: dict[str, Any]) -> str:
    """A document as strict JSON."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)


def parse_document(text: str | bytes, *, kind: str, version: int, where: str) -> dict[str, Any]:
    """The document in a text, when it is one of this kind and of a version that is known.

    Parameters
    ----------
    text : str or bytes
        JSON; bytes are UTF-8.
    kind : str
        The value that ``format`` must have.
    version : int
        The latest version that this bis knows.
    where : str
        What is being read, for messages.

    Raises
    ------
    EvidenceTooNew
        It has a later version.
    EvidenceDamaged
        It is not JSON, or another document.
    """
    try:
        document = json_value(text)
    except ValueError as error:
        raise EvidenceDamaged(f"{where} is not JSON: {error}", hint="The file was cut off or overwritten.") from error
    if not isinstance(document, dict) or document.get("format") != kind:
        raise EvidenceDamaged(f"{where} is not a {kind.partition('.')[2]} of bis: its key 'format' is not {kind!r}")
    found = document.get("version")
    if not isinstance(found, int) or found < 1:
        raise EvidenceDamaged(f"{where}: expected a version from 1 to {version}, found {found!r}")
    if found > version:
        raise EvidenceTooNew(
            f"{where} was written by bis {document.get('bis_version', '?')} in version {found} of its format; "
            f"this bis knows versions up to {version}",
            hint="Upgrade bis: pip install --upgrade bis",
        )
    return document
