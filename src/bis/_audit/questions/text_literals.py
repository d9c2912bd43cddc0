"""The text literals of a file: which text reaches which call, name or parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, FORMATTED, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module, Value


_NEVER = (CALL, NAME)  # has no parts: the arguments of a call within an expression are that call's


class Literal(NamedTuple):
    """A text literal: the call that it is given to or None, and the keyword, key or name that it is assigned to."""

    text: str
    value: Value
    call: Call | None
    name: str


def text_literals(module: Module) -> Iterator[Literal]:
    """All text literals of a file that reach a call or a name, or are a parameter's default."""
    for call in module.calls:
        for given in call.args:
            if given.kind not in _NEVER:
                yield from [Literal(one.data, one, call, key) for key, one in _texts(given, "")]
        yield from _named(call.keywords.items(), call)
    yield from _named(((assign.name, assign.value) for assign in module.assigns), None)
    for scope in module.scopes:
        yield from _named(scope.defaults.items(), None)


def _named(values: Iterable[tuple[str, Value]], call: Call | None) -> Iterator[Literal]:
    for name, value in values:
        if value.kind not in _NEVER:
            yield from [Literal(one.data, one, call, key) for key, one in _texts(value, name)]


def _texts(value: Value, name: str) -> list[tuple[str, Value]]:
    """The texts in a value, with their names: in a dictionary the keys, else the name of the whole."""
    if value.kind == CONSTANT:
        return [(name, value)] if type(value.data) is str else []
    found = [(name, value)] if value.kind == FORMATTED else []
    keyed = value.kind == DICT
    for position, item in enumerate(value.items):
        if item.kind in _NEVER:
            continue
        key = value.items[position - 1] if keyed and position % 2 else None
        known = key is not None and key.kind == CONSTANT and type(key.data) is str
        found += _texts(item, key.data if known and key is not None else name)
    return found
