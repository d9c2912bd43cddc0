"""The text literals of a file: which text reaches which call, name or parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.expressions import pairs_of
from bis._audit.parsing.ir import CALL, CONSTANT, DICT, FORMATTED, NAME, SUBSCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value


_new = tuple.__new__  # as in `lowering`: there are many
_NEVER = (CALL, NAME)  # has no parts: the arguments of a call within an expression are that call's


class Literal(NamedTuple):
    """A text literal: the call that it is given to or None, and the keyword, key or name that it is assigned to."""

    text: str
    value: Value
    call: Call | None
    name: str


def text_literals(module: Module) -> list[Literal]:
    """All text literals of a file that reach a call or a name, also by a loop, or are a parameter's default."""
    found: list[Literal] = []
    for call in module.calls:
        if call.args or call.keywords:
            _take_given(call, found)
    for assign in module.assigns:
        if assign.value.kind not in _NEVER:
            _take(assign.value, None, assign.name, found)
    for name, given in _others(module):
        _take(given, None, name, found)
    return found


def _take_given(call: Call, found: list[Literal]) -> None:
    """Take in the texts that a call is given."""
    for given in call.args:
        if given.kind == CONSTANT:  # as most of them are
            if type(given.data) is str:
                found.append(_new(Literal, (given.data, given, call, "")))
        elif given.kind not in _NEVER:
            _take(given, call, "", found)
    for name, given in call.keywords.items():
        if given.kind not in _NEVER:
            _take(given, call, name, found)


def _others(module: Module) -> Iterator[tuple[str, Value]]:
    """Defaults of parameters, and what loops go through: ``for path in ["a.csv", "b.csv"]``."""
    for scope in module.scopes:
        yield from scope.defaults.items()
    for loop in module.loops:
        if loop.over is not None:
            yield (loop.targets[-1] if loop.targets else ""), loop.over


def _take(value: Value, call: Call | None, name: str, found: list[Literal]) -> None:
    """Take in the texts in a value, with their names: in a dictionary the keys, else the name of the whole."""
    kind = value.kind
    if kind == CONSTANT:
        if type(value.data) is str:
            found.append(_new(Literal, (value.data, value, call, name)))
        return
    if kind in _NEVER:
        return
    if kind == FORMATTED:
        found.append(_new(Literal, (value.data, value, call, name)))
    if kind == SUBSCRIPT:  # what is in brackets is asked for, and not given
        _take(value.items[0], call, name, found)
        _take(value.items[1], call, "", found)
        return
    if kind != DICT:
        for item in value.items:
            _take(item, call, name, found)
        return
    for key, item in pairs_of(value):
        _take(key, call, name, found)
        known = key.kind == CONSTANT and type(key.data) is str
        _take(item, call, key.data if known else name, found)
