"""What a program takes from the environment, and what it falls back to where nothing is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, OTHER, SUBSCRIPT
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value

_ASKING = frozenset(
    {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "environ.get", "decouple.config"}
)
_DEEPEST = 8


def asks(call: Call) -> bool:
    """Whether a call reads a variable of the environment; its second argument is what it falls back to."""
    return call.api in _ASKING


def variables_set(module: Module) -> Iterator[tuple[str, Value, Place]]:
    """Names and values that are put into the environment: ``os.environ["A"] = "b"``, ``os.environ.update(A="b")``."""
    for assign in module.assigns:
        if assign.name.endswith("environ[]") and assign.key:
            yield assign.key, assign.value, Place(module.file, assign.cell, assign.line, assign.column)
    for call in module.calls:
        if call.api in {"os.putenv", "os.environ.setdefault"} and len(call.args) > 1 and call.args[0].kind == CONSTANT:
            yield str(call.args[0].data), call.args[1], module.place_of(call)
        elif call.api == "os.environ.update":
            for keyword, value in call.keywords.items():
                yield keyword, value, module.place_of(call)
            for given in call.args:
                for key, value in zip(given.items[::2], given.items[1::2], strict=False) if given.kind == DICT else ():
                    yield str(key.data), value, module.place_of(call)


def fallbacks(module: Module) -> frozenset[tuple[int, int]]:
    """Lines and columns of the constants that stand beside a variable of the environment, for when it is not set.

    ``os.getenv("D") or "/mnt/x"``, and a later assignment to the name that was taken from the environment.
    """
    if module.reads.isdisjoint({"getenv", "environ", "config"}):
        return frozenset()
    found: set[tuple[int, int]] = set()
    taken: set[tuple[int, str]] = set()
    for value in _values(module):
        if value.items:
            found.update(_beside(module, value, 0))
    for assign in module.assigns:
        if _is_variable(module, assign.value):
            taken.add((assign.scope, assign.name))
        elif assign.value.kind == CONSTANT and (assign.scope, assign.name) in taken:
            found.add((assign.value.line, assign.value.column))
    return frozenset(found)


def _values(module: Module) -> Iterator[Value]:
    for call in module.calls:
        yield from call.args
        yield from call.keywords.values()
    for assign in module.assigns:
        yield assign.value
    for scope in module.scopes:
        yield from scope.returns
        yield from scope.defaults.values()


def _beside(module: Module, value: Value, depth: int) -> Iterator[tuple[int, int]]:
    if depth > _DEEPEST or value.kind in {CONSTANT, NAME, CALL}:
        return
    if value.kind == OTHER and value.data == "choice" and any(_is_variable(module, item) for item in value.items):
        yield from ((item.line, item.column) for item in value.items if item.kind == CONSTANT)
    for item in value.items:
        yield from _beside(module, item, depth + 1)


def _is_variable(module: Module, value: Value) -> bool:
    if value.kind == CALL:
        return asks(module.calls[value.data])
    return value.kind == SUBSCRIPT and value.items[0].kind == NAME and value.items[0].data.endswith("environ")
