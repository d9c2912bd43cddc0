"""What a program takes from the environment, and what it falls back to where nothing is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, DICT, NAME, OTHER, SUBSCRIPT
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module, Value

_ASKING = frozenset(
    {
        "os.getenv",
        "os.environ.get",
        "os.environ.setdefault",
        "os.environ.pop",
        "os.environ.__contains__",
        "environ.get",
        "decouple.config",
        "environ.Env",
        "environs.Env",
    }
)
_READERS = ("environ.Env.", "environs.Env.")  # objects that read: env.str("DATA", default="...")
_DEEPEST = 8


def asks(call: Call) -> bool:
    """Whether a call reads a variable of the environment; its second argument is what it falls back to."""
    return call.api in _ASKING or call.api.startswith(_READERS)


_ENVIRONMENT = frozenset({"environ", "putenv"})  # what of `os` is the environment, or changes it


class Setting(NamedTuple):
    """What is put into the environment, and where: in a scope, just before call number `at`."""

    name: str
    value: Value
    place: Place
    scope: int
    at: int


def variables_set(module: Module) -> Iterator[Setting]:
    """What is put into the environment: ``os.environ["A"] = "b"``, ``os.environ.update(A="b")``."""
    if module.reads.isdisjoint(_ENVIRONMENT) and not any(one.target.startswith("os.") for one in module.imports):
        return
    for assign in module.assigns:
        given: Iterable[tuple[str, Value]] = ()
        if assign.name.endswith("environ[]") and assign.key:
            given = [(assign.key, assign.value)]
        elif assign.name.endswith("environ") and assign.value.kind == BINARY:  # os.environ |= {"A": "b"}
            given = _entries(assign.value.items[-1])
        place = Place(module.file, assign.cell, assign.line, assign.column)
        yield from (Setting(name, value, place, assign.scope, assign.after) for name, value in given)
    for call in module.calls:
        for name, value in _set_by(call):
            yield Setting(name, value, module.place_of(call), call.scope, call.index)


def _set_by(call: Call) -> Iterator[tuple[str, Value]]:
    if call.api in {"os.putenv", "os.environ.setdefault"} and len(call.args) > 1 and call.args[0].kind == CONSTANT:
        yield str(call.args[0].data), call.args[1]
    elif call.api == "os.environ.update":
        yield from call.keywords.items()
        for given in call.args:
            yield from _entries(given)


def _entries(given: Value) -> Iterator[tuple[str, Value]]:
    for key, value in zip(given.items[::2], given.items[1::2], strict=True) if given.kind == DICT else ():
        yield str(key.data), value


def fallbacks(module: Module) -> frozenset[tuple[int, int]]:
    """Lines and columns of the constants that stand beside a variable of the environment, for when it is not set.

    ``os.getenv("D") or "/mnt/x"``, and a later assignment to the name that was taken from the environment.
    """
    if module.reads.isdisjoint({"getenv", "environ", "config"}):
        return frozenset()
    found: set[tuple[int, int]] = set()
    taken: set[tuple[int, str]] = set()
    for value in expressions(module):
        if value.items:
            found.update(_beside(module, value, 0))
    for assign in module.assigns:
        if _is_variable(module, assign.value):
            taken.add((assign.scope, assign.name))
        elif assign.value.kind == CONSTANT and (assign.scope, assign.name) in taken:
            found.add((assign.value.line, assign.value.column))
    return frozenset(found)


def expressions(module: Module) -> Iterator[Value]:
    """What a file gives to calls, assigns, returns and has by default."""
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
