"""Taking secrets out of JSON: text by text, since a secret in quotes looks otherwise where these are escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.evidence.redaction import is_secret_name

if TYPE_CHECKING:
    from bis.evidence.redaction import Redactor


def without_secrets(value: Any, redactor: Redactor, *, place: str) -> tuple[Any, int]:
    """A JSON value without secrets, and how many of its texts had one.

    A text under a key that names a secret (``"api_key": "…"``) is one as a whole. Keys stay.
    """
    cleaner = _Cleaner(redactor, place)
    return cleaner.clean(value), cleaner.changed


class _Cleaner:
    def __init__(self, redactor: Redactor, place: str) -> None:
        self._redactor = redactor
        self._place = place
        self.changed = 0

    def clean(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            # PropertyValue and the like: the name of what is under `value` is under `name`.
            named = value.get("name") if isinstance(value.get("name"), str) else ""
            return {k: self.clean(v, named if k == "value" and named else str(k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self.clean(one, key) for one in value]
        if not isinstance(value, str):
            return value
        if is_secret_name(key):
            value_or_mark = self._redactor.variables({key: value}, place=self._place)[key]
        else:
            value_or_mark = self._redactor.text(value, place=self._place)
        self.changed += value_or_mark != value
        return value_or_mark
