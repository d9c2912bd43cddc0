"""Gathers the numbers and texts of one file by name, within limits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from bis.model.written_content import NamedNumbers

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NUMBERS = 5_000  # under one name
MOST_NAMES = 500
MOST_CHARACTERS = 65_536
_EXACT = 2**53  # whole numbers above have neighbours that a float cannot tell apart
_DEEPEST = 200
MOST_VALUES = 300_000  # of one file: what takes longer to go through is compared by its bytes


class ContentUnreadable(ValueError):
    """The file is not what its name says, or cannot be read safely."""


class TooMuch(ValueError):
    """The file holds more values than are gone through."""


@dataclass(slots=True)
class _Series:
    count: int = 0
    values: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=blake3)


class Gathering:
    """What was found in a file so far."""

    def __init__(self) -> None:
        self._numbers: dict[str, _Series] = {}
        self._texts: dict[str, list[str]] = {}
        self._characters = 0
        self._seen = 0
        self.cut = False

    @property
    def numbers(self) -> tuple[NamedNumbers, ...]:
        """The numbers by name, sorted by it."""
        return tuple(
            NamedNumbers(name, tuple(found.values), found.count, found.digest.hexdigest())
            for name, found in sorted(self._numbers.items())
        )

    @property
    def texts(self) -> dict[str, str]:
        """The texts by name; several under one name are lines."""
        return {name: "\n".join(lines) for name, lines in sorted(self._texts.items())}

    def number(self, name: str, value: float) -> None:
        """One number more under this name."""
        series = self._series(name)
        if series is None:
            return
        self._count(1)
        text = float(value).hex()
        series.count += 1
        series.digest.update(text.encode("ascii") + b"\n")
        if len(series.values) < MOST_NUMBERS:
            series.values.append(text)
        else:
            self.cut = True

    def numbers_of(self, name: str, values: Iterable[float]) -> None:
        """Numbers more under this name."""
        for value in values:
            self.number(name, value)

    def array(self, name: str, values: Any) -> None:
        """Numbers more under this name: a flat array of doubles, of which the digest is taken at once."""
        series = self._series(name)
        if series is None:
            return
        series.count += len(values)
        series.digest.update(memoryview(values.astype("<f8")).cast("B"))
        room = MOST_NUMBERS - len(series.values)
        series.values += [value.hex() for value in values[:room].tolist()]
        self.cut = self.cut or len(values) > room

    def text(self, name: str, text: str) -> None:
        """One text more under this name."""
        self._count(1)
        room = MOST_CHARACTERS - self._characters
        if room <= 0 or (name not in self._texts and len(self._texts) >= MOST_NAMES):
            self.cut = True
            return
        if len(text) > room:
            self.cut = True
        self._characters += len(text) + 1
        self._texts.setdefault(name, []).append(text[:room])

    def value(self, name: str, value: Any, *, depth: int = 0) -> None:
        """A value of JSON, YAML, TOML or a pickle, with all that is in it.

        Members of a mapping are named by their keys; those of a list all have the name of the list.

        Raises
        ------
        ContentUnreadable
            It is nested too deeply.
        TooMuch
            It holds too much.
        """
        if depth > _DEEPEST:
            raise ContentUnreadable("nested too deeply")
        if isinstance(value, dict):
            for key, member in value.items():
                self.value(joined(name, key), member, depth=depth + 1)
        elif isinstance(value, (list, tuple)):
            for member in value:
                self.value(name, member, depth=depth + 1)
        elif isinstance(value, (bool, str)) or value is None:
            self.text(name, value if isinstance(value, str) else repr(value))
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT):
            self.number(name, value)
        elif isinstance(value, complex):
            self.numbers_of(name, (value.real, value.imag))
        else:
            self.text(name, str(value))

    def _series(self, name: str) -> _Series | None:
        if name not in self._numbers and len(self._numbers) >= MOST_NAMES:
            self.cut = True
            return None
        return self._numbers.setdefault(name, _Series())

    def _count(self, more: int) -> None:
        self._seen += more
        if self._seen > MOST_VALUES:
            raise TooMuch("too many values")


def joined(name: str, key: object) -> str:
    """The name of a member."""
    return f"{name}.{key}" if name else str(key)


def as_number(text: str) -> float | None:
    """The number that a text is; None where it is none. Words such as ``nan`` and ``inf`` are numbers."""
    try:
        value = float(text)
    except ValueError:
        return None
    if "_" in text or (math.isfinite(value) and value.is_integer() and abs(value) > _EXACT):
        return None
    return value
