"""Documents for programs (``--json``): strict JSON with a format and a version."""

from __future__ import annotations

import json
from typing import Any

from bis.model.jsonable import strict_json, to_json

VERSION = 1


def to_document(kind: str, value: Any, *, version: int = VERSION) -> dict[str, Any]:
    """A value of the model as a JSON document.

    Parameters
    ----------
    kind : str
        What it is, with or without ``bis.`` before it: ``verdict``, ``record``, ``diff``, ``plan``.
    value : dataclass, mapping or JSON value
        Mappings and dataclasses give the keys of the document; anything else is under ``value``.
    version : int
        Of this kind of document.

    Returns
    -------
    dict
        With ``format`` (``bis.<kind>``) and ``version`` first; a value that carries its own keeps them. Floats that
        JSON cannot write become the strings ``NaN``, ``Infinity`` and ``-Infinity``.
    """
    body = strict_json(to_json(value))
    content = body if isinstance(body, dict) else {"value": body}
    return {"format": f"bis.{kind.removeprefix('bis.')}", "version": version} | content


def to_text(kind: str, value: Any, *, indent: int | None = 2) -> str:
    """The same document as text that ends in a newline; any JSON parser reads it."""
    return json.dumps(to_document(kind, value), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"
