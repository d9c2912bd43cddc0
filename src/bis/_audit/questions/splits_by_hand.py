"""Splits that a program makes itself: it shuffles and cuts a list, draws a mask, or gives each row a part at random."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import library
from bis._audit.parsing.ir import CALL, CONSTANT, LIST, NAME, OTHER, SUBSCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value

_ROOTS = frozenset({"random", "numpy", "torch"})
_IN_PLACE = frozenset({"random.shuffle", "numpy.random.shuffle"})
_ORDERS = frozenset({"numpy.random.permutation", "torch.randperm"})
_SHARES = frozenset({"numpy.random.rand", "numpy.random.random", "numpy.random.uniform", "numpy.random.random_sample"})
_PARTS = frozenset({"numpy.random.choice", "random.choices"})
_PART = re.compile(r"(?i)^(?:train|test|val|valid|dev|eval|hold)")
_MOST_NESTED = 6


def splits_by_hand(module: Module) -> Iterator[Call]:
    """The draws of a file from a global generator that decide which rows are trained on.

    ``random.shuffle(files)`` and ``random.sample(files, len(files))``, where two parts are cut from the list later, as
    ``files[:n]`` and ``files[n:]``; ``numpy.random.rand(len(rows)) < 0.8``, where rows are taken by it and by its
    opposite; ``numpy.random.choice(["train", "test"], len(rows))``. A list of which one part is used at a time is only
    shuffled: the batches of an epoch.
    """
    if not module.roots & _ROOTS:
        return
    for call in module.calls:
        if library(call.api) in _ROOTS and _decides(module, call):
            yield call


def _decides(module: Module, call: Call) -> bool:
    if call.api in _PARTS:
        given = call.argument(0, "a" if call.api == "numpy.random.choice" else "population")
        return given is not None and given.kind == LIST and sum(map(_is_part, given.items)) > 1
    if call.api in _SHARES:
        masks = {a.name for a in module.assigns if a.scope == call.scope and _compares(a.value, call)}
        return any(index.data == "Invert" and index.names() & masks for _object, index in _taken(module, call))
    names = _shuffled(module, call)
    cuts = {
        _cut(index)
        for object_, index in _taken(module, call)
        if object_.kind == NAME and object_.data in names and index.kind == OTHER and index.data is None and index.items
    }
    return len(cuts) > 1


def _shuffled(module: Module, call: Call) -> set[str]:
    """The names of lists that are in a random order after a call."""
    if call.api in _IN_PLACE:
        return {given.data for given in call.args[:1] if given.kind == NAME}
    if call.api in _ORDERS:
        return set(call.targets)
    if call.api != "random.sample":
        return set()
    whole, number = call.argument(0, "population"), call.argument(1, "k")
    if whole is None or number is None or number.kind != CALL:
        return set()
    counts = module.calls[number.data]  # random.sample(x, len(x)): all of them
    of_all = counts.api == "len" and [given.names() for given in counts.args] == [whole.names()]
    return set(call.targets) if of_all else set()


def _compares(value: Value, call: Call) -> bool:
    """Whether an expression compares what a call draws with a share: ``rand(n) < 0.8``."""
    drawn = [item for item in value.items if item.kind == CALL and item.data == call.index]
    shares = [item for item in value.items if item.kind == CONSTANT and isinstance(item.data, float)]
    return value.kind == OTHER and bool(drawn) and any(0 < share.data < 1 for share in shares)


def _cut(index: Value) -> tuple[object, ...]:
    """What a slice cuts off, wherever it is written: ``[:n]`` and ``[n:]`` differ by the side."""
    first = index.items[0]
    return (index.line, index.column) < (first.line, first.column), *map(_shape, index.items)


def _shape(value: Value) -> tuple[object, ...]:
    return value.kind, None if value.kind == CALL else value.data, *map(_shape, value.items)


def _is_part(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str) and _PART.match(value.data) is not None


def _taken(module: Module, call: Call) -> Iterator[tuple[Value, Value]]:
    """Object and index of what is taken out of something in the scope of a call, after it."""
    for assign in module.assigns:
        if assign.scope == call.scope and assign.after > call.index:
            yield from _subscripts(assign.value)
    for other in module.calls[call.index + 1 :]:
        if other.scope == call.scope:
            for given in (*other.args, *other.keywords.values()):
                yield from _subscripts(given)
    for returned in module.scopes[call.scope].returns:
        yield from _subscripts(returned)


def _subscripts(value: Value, depth: int = 0) -> Iterator[tuple[Value, Value]]:
    if value.kind == SUBSCRIPT:
        yield value.items[0], value.items[1]
    for item in value.items if depth < _MOST_NESTED else ():
        yield from _subscripts(item, depth + 1)
