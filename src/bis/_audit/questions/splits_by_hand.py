"""Splits that a program makes itself: it shuffles and cuts a list, draws a mask, or gives each row a part at random."""

from __future__ import annotations

import math
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
_MAY_DECIDE = _IN_PLACE | _ORDERS | _SHARES | _PARTS | {"random.sample"}
_CHOOSE = frozenset({"numpy.random.choice", "random.sample"})
_PART = re.compile(r"(?i)^(?:train|test|val|valid|dev|eval|hold)")
_MOST_NESTED = 6


def splits_by_hand(module: Module) -> Iterator[Call]:
    """The draws of a file from a global generator that decide which rows are trained on.

    ``random.shuffle(files)`` and ``random.sample(files, len(files))``, where two parts are cut from the list later, as
    ``files[:n]`` and ``files[n:]``; ``numpy.random.rand(len(rows)) < 0.8``, where rows are taken by it and by its
    opposite; ``numpy.random.choice(["train", "test"], len(rows))``; some numbers of rows, where the others are taken,
    too, as ``rows.drop(numbers)`` or by ``isin(numbers)`` twice. So does a list that is shuffled where a loop counts
    its items and puts them into a part each (``for i, file in enumerate(files): part = "train" if i < n else "test"``).
    A list of which one part is used at a time is only shuffled: the batches of an epoch.
    """
    if not module.roots & _ROOTS:
        return
    taken: _Taken | None = None
    for call in module.calls:
        if library(call.api) in _ROOTS and call.api in _MAY_DECIDE:
            taken = taken or _Taken(module)
            if _decides(module, call, taken):
                yield call


def _decides(module: Module, call: Call, taken: _Taken) -> bool:
    if call.api in _CHOOSE and any(taken.divides(call, name) for name in call.targets):
        return True
    if call.api in _PARTS:
        given = call.argument(0, "a" if call.api == "numpy.random.choice" else "population")
        return given is not None and given.kind == LIST and sum(map(_is_part, given.items)) > 1
    if call.api in _SHARES:
        return any(after > call.index for mask in taken.masks(call) for after in taken.inverted(call.scope, mask))
    shuffled = _shuffled(module, call)
    cuts = {cut for name in shuffled for after, cut in taken.cuts(call.scope, name) if after > call.index}
    return len(cuts) > 1 or any(taken.hands_out(call, name) for name in shuffled)


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


def _cut(index: Value) -> tuple[object, ...]:
    """What a slice cuts off, wherever it is written: ``[:n]`` and ``[n:]`` differ by the side."""
    first = index.items[0]
    return (index.line, index.column) < (first.line, first.column), *map(_shape, index.items)


def _shape(value: Value) -> tuple[object, ...]:
    return value.kind, None if value.kind == CALL else value.data, *map(_shape, value.items)


def _is_part(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str) and _PART.match(value.data) is not None


class _Taken:
    """What is taken out of something in a file, by ``x[...]``: it is read through once, however often it draws.

    Each with the number of the call after which it is.
    """

    def __init__(self, module: Module) -> None:
        self._cuts: dict[tuple[int, str], list[tuple[float, tuple[object, ...]]]] = {}
        self._inverted: dict[tuple[int, str], list[float]] = {}
        self._others: dict[tuple[int, str], list[tuple[int, bool]]] = {}  # by name of numbers: drop(...), isin(...)
        self._masks: dict[int, list[tuple[int, str]]] = {}
        self._handed_out = _handed_out(module)
        for assign in module.assigns:
            self._add(assign.scope, assign.after, assign.value)
            for drawn in _compared(assign.value):
                self._masks.setdefault(drawn, []).append((assign.scope, assign.name))
        for call in module.calls:
            for given in (*call.args, *call.keywords.values()):
                self._add(call.scope, call.index, given)
            rows = call.method in {"drop", "isin"} and "axis" not in call.keywords
            for name in {n for v in call.args for n in v.names()} if rows else ():
                self._others.setdefault((call.scope, name), []).append((call.index, call.method == "drop"))
        for number, scope in enumerate(module.scopes):
            for returned in scope.returns:
                self._add(number, math.inf, returned)

    def cuts(self, scope: int, name: str) -> list[tuple[float, tuple[object, ...]]]:
        """The slices of a list; what each cuts off."""
        return self._cuts.get((scope, name), [])

    def inverted(self, scope: int, mask: str) -> list[float]:
        """Where rows are taken by the opposite of a mask."""
        return self._inverted.get((scope, mask), [])

    def masks(self, call: Call) -> list[str]:
        """The names in the scope of a call that compare what it draws with a share: ``rand(n) < 0.8``."""
        return [name for scope, name in self._masks.get(call.index, ()) if scope == call.scope]

    def divides(self, call: Call, name: str) -> bool:
        """Whether rows are taken by the numbers that a call draws, and the others, too."""
        later = [drops for index, drops in self._others.get((call.scope, name), ()) if index > call.index]
        return any(later) or len(later) > 1

    def hands_out(self, call: Call, name: str) -> bool:
        """Whether a loop counts the items of a list after a call, and puts each into one of several parts."""
        return any(first > call.index for first in self._handed_out.get((call.scope, name), ()))

    def _add(self, scope: int, after: float, value: Value) -> None:
        for object_, index in _subscripts(value):
            if index.kind != OTHER:
                continue
            if object_.kind == NAME and index.data is None and index.items:
                self._cuts.setdefault((scope, object_.data), []).append((after, _cut(index)))
            if index.data == "Invert":
                for name in index.names():
                    self._inverted.setdefault((scope, name), []).append(after)


def _handed_out(module: Module) -> dict[tuple[int, str], list[int]]:
    """By scope and name of a list, the first calls of loops that count its items and put each into a part."""
    counted = {number: name for number, loop in enumerate(module.loops) if (name := _counted(module, loop.over))}
    if not counted:
        return {}
    inside: dict[int, list[Call]] = {}
    for call in module.calls:
        for number in call.loops:
            if number in counted:
                inside.setdefault(number, []).append(call)
    found: dict[tuple[int, str], list[int]] = {}
    for number, calls in inside.items():
        first, last = calls[0].index, calls[-1].index
        within = [a for a in module.assigns if a.scope == calls[0].scope and first <= a.after <= last + 1]
        given = {(assign.name, assign.value.data) for assign in within if _is_part(assign.value)}
        chosen = any(_chooses(a.value) for a in within) or any(_chooses(v) for call in calls for v in call.args)
        parts = {(part, call.branches[-1]) for call in calls if call.branches for part in _parts_named(call)}
        chosen = chosen or len(given) > len({name for name, _part in given})  # part = "train", and below part = "test"
        if chosen or any(one[0] != other[0] and one[1] != other[1] for one in parts for other in parts):
            found.setdefault((calls[0].scope, counted[number]), []).append(first)
    return found


def _counted(module: Module, over: Value | None) -> str:
    """The list in ``enumerate(files)`` and ``range(len(files))``; empty for others."""
    call = module.calls[over.data] if over is not None and over.kind == CALL else None
    if call is None or call.api not in {"enumerate", "range"} or not call.args:
        return ""
    given = call.args[0] if call.api == "enumerate" else call.args[-1]
    if call.api == "range":
        inner = module.calls[given.data] if given.kind == CALL else None
        given = inner.args[0] if inner is not None and inner.api == "len" and inner.args else given
    return given.data if given.kind == NAME else ""


def _chooses(value: Value) -> bool:
    """Whether one of several parts is chosen: ``"train" if i < n else "test"``."""
    return (value.kind, value.data) == (OTHER, "choice") and sum(map(_is_part, value.items)) > 1


def _parts_named(call: Call) -> set[str]:
    """The parts that a call names: ``train.append(file)``, ``join("data", "train", file)``."""
    named = [call.owner] if call.method == "append" else [v.data for v in call.args if v.kind == CONSTANT]
    return {match[0].lower() for text in named if (match := _PART.match(str(text)))}


def _compared(value: Value) -> list[int]:
    """The calls of which an expression compares what they give with a share."""
    shares = [item for item in value.items if item.kind == CONSTANT and isinstance(item.data, float)]
    if value.kind != OTHER or not any(0 < share.data < 1 for share in shares):
        return []
    return [item.data for item in value.items if item.kind == CALL]


def _subscripts(value: Value, depth: int = 0) -> Iterator[tuple[Value, Value]]:
    if value.kind == SUBSCRIPT:
        yield value.items[0], value.items[1]
    for item in value.items if depth < _MOST_NESTED else ():
        yield from _subscripts(item, depth + 1)
