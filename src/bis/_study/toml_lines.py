"""On which lines of a TOML file its tables and keys stand, for messages: the reader of TOML does not say."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_HEADER = re.compile(r"^\s*(?P<array>\[)?\[\s*(?P<name>[^\[\]]+?)\s*\](?(array)\])\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*(?:\.[^=]*)?=")
_TRIPLE = ('"""', "'''")


@dataclass(slots=True)
class TomlLines:
    """Lines of tables and keys. Tables of an array are counted from 0: ``experiment[1]``; the top has no name."""

    text: str
    _tables: dict[str, int] = field(default_factory=dict)
    _keys: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        arrays: Counter[str] = Counter()
        table, quote, depth = "", "", 0
        for number, line in enumerate(self.text.split("\n"), 1):
            if quote:
                quote = "" if quote in line else quote
                continue
            head = _HEADER.match(line) if not depth else None
            key = _KEY.match(line) if not depth else None
            if head:
                table = self._name(head["name"], arrays, is_array=head["array"] is not None)
                self._tables.setdefault(table, number)
            elif key:
                self._keys.setdefault((table, key["key"].strip("\"'")), number)
            quote = next((q for q in _TRIPLE if line.count(q) % 2), "")
            if not head:
                bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
                depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))

    @staticmethod
    def _name(name: str, arrays: Counter[str], *, is_array: bool) -> str:
        top, dot, rest = name.partition(".")
        if is_array and not dot:
            arrays[name] += 1
            return f"{name}[{arrays[name] - 1}]"
        if arrays[top]:
            return f"{top}[{arrays[top] - 1}]{dot}{rest}"
        return name

    def line_of(self, table: str, key: str = "") -> int:
        """The line of a key, of its table where it has none of its own; 1 where neither is found."""
        found = self._keys.get((table, key))
        if found is not None:
            return found
        nested = f"{table}.{key}" if table else key
        for name in (nested, f"{nested}[0]", table):
            if name in self._tables:
                return self._tables[name]
        outer, _, inner = table.rpartition(".")
        return self._keys.get((outer, inner), self._tables.get(outer, 1))
