"""Entities of an RO-Crate: their ids, their values, and a graph in which each stands once."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

Entity = dict[str, Any]
Reference = dict[str, str]


def local_id(kind: str, name: str = "") -> str:
    """The id of something that is described and is no file of the crate: ``#metric-val%20loss``."""
    return f"#{kind}-{quote(name, safe='', errors='backslashreplace')}" if name else f"#{kind}"


def file_id(path: str) -> str:
    """The id of a file of the crate: its path as a relative URI."""
    return quote(path, safe="/", errors="backslashreplace")


def reference(identifier: str) -> Reference:
    """A reference to an entity."""
    return {"@id": identifier}


def timestamp(unix_s: float) -> str:
    """A time as the Process Run Crate asks for it: ISO 8601 with milliseconds, in UTC."""
    return datetime.fromtimestamp(unix_s, tz=timezone.utc).isoformat(timespec="milliseconds")


def number(value: float) -> float | str:
    """A number as JSON has it; texts for those that it does not have."""
    return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def property_value(identifier: str, name: str, value: Any, **more: Any) -> Entity:
    """A name with a value: a parameter, a metric, a variable."""
    return {"@id": identifier, "@type": "PropertyValue", "name": name, "value": value, **more}


class CrateGraph:
    """Entities by id, in the order in which they were added."""

    def __init__(self) -> None:
        self._entities: dict[str, Entity] = {}

    def add(self, entity: Entity) -> Reference:
        """Add an entity, unless it is there; a reference to it.

        What is None, or an empty text or list, is left out: it is not known.
        """
        known = {key: value for key, value in entity.items() if value is not None and value not in ("", [])}
        # A list has each thing once, and a list of one thing is that thing: JSON-LD in compacted form.
        lists = {k: list({_key(one): one for one in v}.values()) for k, v in known.items() if isinstance(v, list)}
        kept = known | {k: v[0] if len(v) == 1 else v for k, v in lists.items()}
        self._entities.setdefault(kept["@id"], kept)
        return reference(kept["@id"])

    @property
    def entities(self) -> list[Entity]:
        """All of them."""
        return list(self._entities.values())


def _key(one: Any) -> Any:
    """What tells the members of a list apart."""
    return one["@id"] if isinstance(one, dict) else (type(one), one)
