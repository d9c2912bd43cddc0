"""The text literals of a file: which text reaches which call, name or parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import CALL, CONSTANT, FORMATTED, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module, Value


_NEVER = (CALL, NAME)  # has no parts: the arguments of a call within an expression are that call's


class Literal(NamedTuple):
    """A text literal: the call that it is given to or None, and the keyword, or the name that it is assigned to."""

    text: str
    value: Value
    call: Call | None
    name: str


def text_literals(module: Module) -> Iterator[Literal]:
    """All text literals of a file that reach a call or a name, or are a parameter's default."""
    for call in module.calls:
        for given in call.args:
            if given.kind not in _NEVER:
                yield from [Literal(one.data, one, call, "") for one in _texts(given)]
        yield from _named(call.keywords.items(), call)
    yield from _named(((assign.name, assign.value) for assign in module.assigns), None)
    for scope in module.scopes:
        yield from _named(scope.defaults.items(), None)


def _named(values: Iterable[tuple[str, Value]], call: Call | None) -> Iterator[Literal]:
    for name, value in values:
        if value.kind not in _NEVER:
            yield from [Literal(one.data, one, call, name) for one in _texts(value)]


def _texts(value: Value) -> list[Value]:
    if value.kind == CONSTANT:
        return [value] if type(value.data) is str else []
    found = [value] if value.kind == FORMATTED else []
    for item in value.items:
        if item.kind not in _NEVER:
            found += _texts(item)
    return found
