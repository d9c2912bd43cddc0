"""Where the values of a file's names come from: assignments, loops, what is put into an object, shuffles in place."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, FORMATTED, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module

# Methods that put what they are given into the object, as `append`; in PyTorch those that end with a line.
_PUTS = re.compile(
    r"^(?:append|appendleft|extend|insert|add|add_\w+|update|setdefault|push|put|store|remember|memorize|register_\w+"
    r"|\w*[a-z]_)$"
)
_IN_PLACE = frozenset({"random.shuffle", "numpy.random.shuffle"})
_A_NAME = re.compile(
    r"(?i)(?:^|_)(?:name|title|suffix|prefix|label|tag|id|uid|uuid|identifier|path|dir|directory|file|folder|uri)$"
)
_DEEPEST = 40  # parts of parts of one expression


class Use(NamedTuple):
    """Where a value is used: in which scope, before which call, within which loops (None: not known), how far indented.

    `wanted` is False where the value only goes into what the function around it returns.
    """

    scope: int
    at: float
    loops: tuple[int, ...] | None
    column: int = 0
    wanted: bool = True


class ValueSource(NamedTuple):
    """One thing that a name may be, from a call of the file on; and where that itself is used.

    `column` is how far the statement is indented which sets the name anew; 0 where something is put into it.
    """

    after: float
    value: Value
    use: Use
    column: int = 0


def _after(source: ValueSource) -> float:
    return source.after


class ValueSources:
    """Where the values of one file's names come from.

    Parameters
    ----------
    module : Module

    Attributes
    ----------
    assigned : mapping
        By scope and name, in the order of the text, all that the name may be.
    imported : dict of str to str
        The names that the file imports; the last part of what each is.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.assigned: dict[tuple[int, str], list[ValueSource]] = {}
        self.imported = {one.alias: one.target.rpartition(".")[2] for one in module.imports}
        self._first_in: dict[int, int] = {}  # by number of a loop, the first call in it, and the last
        self._last_in: dict[int, int] = {}
        self._columns: dict[tuple[int, int], int] = {}  # by cell and line, where its first call or assignment begins
        written = [(one.cell, one.line, one.column) for one in module.assigns]
        for cell, line, column in (*written, *((one.cell, one.line, one.column) for one in module.calls)):
            self._columns[cell, line] = min(column, self._columns.get((cell, line), column))
        for assign in module.assigns:
            if not names_something(module, assign.name.rpartition(".")[2], assign.value):
                inner = next(held(assign.value), None)
                column = self._columns[assign.cell, assign.line]
                before = assign.after - 0.5  # not itself: x = x + 1
                use = Use(assign.scope, before, None if inner is None else module.calls[inner].loops, column)
                anew = 0 if assign.name.endswith("[]") else column
                self._add(assign.name.removesuffix("[]"), assign.after, assign.value, use, anew)
        for call in module.calls:
            self._read(call)
        for number, loop in enumerate(module.loops):
            if number not in self._first_in:  # [x * 2 for x in rows]
                self._first_in[number] = 0
                self._add_loop(number, Use(self._scope_at(loop.line, loop.cell), math.inf, None), 0)
        for sources in self.assigned.values():
            sources.sort(key=_after)

    def _read(self, call: Call) -> None:
        use = self.use_in(call)
        for depth, number in enumerate(call.loops):
            self._last_in[number] = call.index
            if number not in self._first_in:
                self._first_in[number] = call.index
                self._add_loop(number, use._replace(loops=call.loops[:depth]), call.index)
        if call.owner and not call.targets and _PUTS.match(call.method):
            for value in (*call.args, *call.keywords.values()):
                self._add(call.owner, call.index, value, use)
        for name in (
            call.keywords["out"].names() if "out" in call.keywords else ()
        ):  # torch.index_select(x, 0, i, out=y)
            self._add(name, call.index, Value(CALL, call.index), use)
        if call.api in _IN_PLACE:
            for name in {name for value in call.args[:1] for name in value.names()}:
                self._add(name, call.index, Value(CALL, call.index), use)

    def _add_loop(self, number: int, use: Use, after: float) -> None:
        loop = self.module.loops[number]
        if loop.over is not None:
            for name in loop.targets:
                self._add(name, after, loop.over, use)

    def _add(self, name: str, after: float, value: Value, use: Use, column: int = 0) -> None:
        self.assigned.setdefault((use.scope, name), []).append(ValueSource(after, value, use, column))

    def _scope_at(self, line: int, cell: int) -> int:
        """The innermost function around a line."""
        inner = 0
        for index, scope in enumerate(self.module.scopes):
            if index and scope.cell == cell and scope.line <= line <= scope.end_line:
                inner = index
        return inner

    def level_of(self, scope: int, name: str) -> int:
        """The scope in which a name is looked up: the one itself, or one around it; -1 where it is set in none."""
        level, scopes = scope, self.module.scopes
        while level >= 0:
            one = scopes[level]
            if (level == scope or one.kind != "class") and ((level, name) in self.assigned or name in one.parameters):
                return level
            level = one.parent
        return -1

    def range_of(self, name: str, use: Use, level: int) -> tuple[int, int]:
        """Which of the sources of a name count where it is used, as the first and the one behind the last.

        What is assigned later does not count, unless a loop leads back; nor what was assigned before a statement that
        sets the name anew and is indented no further, or before a loop that sets it.
        """
        every = self.assigned.get((level, name), [])
        if level != use.scope:
            return 0, len(every)
        loops = self.module.loops
        since: float = next((self._first_in[n] for n in reversed(use.loops or ()) if name in loops[n].targets), 0)
        first, last = bisect_left(every, since, key=_after), bisect_right(every, use.at, key=_after)
        for position in range(last - 1, first, -1):
            if 0 < every[position].column <= use.column:
                first = position
                break
        if use.loops is None:
            last = len(every)
        elif use.loops:
            last = bisect_right(every, max(use.at, self._last_in[use.loops[0]] + 1), key=_after)
        return first, last

    def use_in(self, call: Call, *, wanted: bool = True) -> Use:
        """The use of a call's arguments."""
        return Use(call.scope, call.index, call.loops, self._columns[call.cell, call.line], wanted)


def held(value: Value, depth: int = 0) -> Iterator[int]:
    """The numbers of the calls in an expression."""
    if value.kind == CALL:
        yield value.data
    for item in value.items if depth < _DEEPEST else ():
        yield from held(item, depth + 1)


def names_something(module: Module, name: str, value: Value) -> bool:
    """Whether a text is put together for a name: ``run_name = f"run-{n}"``, ``"run-" + str(n)``."""
    return _A_NAME.search(name) is not None and _is_text(module, value)


def _is_text(module: Module, value: Value) -> bool:
    if value.kind == BINARY:
        return value.data == "Add" and any(_is_text(module, item) or _is_literal_text(item) for item in value.items)
    return value.kind == FORMATTED or (value.kind == CALL and module.calls[value.data].api == "str")


def _is_literal_text(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str)
