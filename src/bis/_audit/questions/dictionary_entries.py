"""The entries of dictionaries as far as they are written out, also by grids, callers and fields of objects."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import library
from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, DICT, LIST, NAME, OTHER, Value
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.function_callers import callers
from bis._audit.questions.written_values import Written, followed, looped_over, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_NOTHING = Value(CONSTANT, None)
_MOST_STEPS = 50  # dictionaries that are looked at for one call
_DEEPEST = 8  # entries of entries
_MANY_ENTRIES = 200  # of longer ones, not all may have been kept


def entries_of(analysis: Analysis, one: Written, steps: Iterator[int] | None = None) -> tuple[dict[str, Value], bool]:
    """The entries of a dictionary as far as they are written out, and whether these are all.

    Parameters
    ----------
    analysis : Analysis
    one : Written
        The dictionary, or a name of it.
    steps : Iterator of int, optional
        Counts the dictionaries that are looked at, where those of several are asked for at a time.

    Returns
    -------
    tuple of dict and bool
    """
    return _entries(analysis, one, count() if steps is None else steps)


def _entries(analysis: Analysis, one: Written, steps: Iterator[int], depth: int = 0) -> tuple[dict[str, Value], bool]:
    if next(steps) > _MOST_STEPS or depth > _DEEPEST:
        return {}, False
    entries, whole = _entries_at_first(analysis, one, steps, depth)
    if one.value.kind == NAME:
        later, known = _put_later(analysis, one, steps, depth)
        entries, whole = entries | later, whole and known
    return entries, whole


def _entries_at_first(
    analysis: Analysis, one: Written, steps: Iterator[int], depth: int
) -> tuple[dict[str, Value], bool]:
    """The entries that a dictionary is made with."""
    found = followed(analysis, one)
    if found is None:
        return {}, False
    value, call = found.value, found.call()
    parts: list[Value] = []  # of which each may replace what those before give
    entries: dict[str, Value] = {}
    whole = True
    if call is not None and call.api == "dict":  # dict(max_depth=5), dict(others, max_depth=5)
        parts = [*call.args, *(given for name, given in call.keywords.items() if name[:2] == "**")]
        entries = {key: item for key, item in call.keywords.items() if key[:2] != "**"}
    elif call is not None and (made := _made(analysis, found, call, steps, depth)) is not None:
        entries, whole = made
    elif value.kind == BINARY and value.data == "BitOr":  # base | {"max_depth": 5}
        parts = list(value.items)
    elif value.kind == DICT:
        entries, whole = _of_dictionary(analysis, found, steps, depth)
    elif value.kind == NAME and value is not one.value:  # one that is altered
        parts = [value]
    elif value.kind == NAME:
        return _of_several(analysis, found, steps, depth)
    else:
        return {}, False
    given: dict[str, Value] = {}
    for part in parts:
        inner, known = _entries(analysis, found._replace(value=part), steps, depth + 1)
        given, whole = given | inner, whole and known
    entries = given | entries
    if found.module is not one.module:
        entries = {key: item if _says_itself(item) else Value(OTHER) for key, item in entries.items()}
    return entries, whole


def _made(
    analysis: Analysis, written: Written, call: Call, steps: Iterator[int], depth: int
) -> tuple[dict[str, Value], bool] | None:
    """The entries of a dictionary that another call than ``dict(...)`` makes; None where none is seen to."""
    if call.method == "space_eval" and library(call.api) == "hyperopt" and call.args:
        return _of_grid(analysis, written._replace(value=call.args[0]), steps, depth)
    if call.api == "zip" and len(call.args) == 2:  # dict(zip(names, values))
        names = _names(analysis, written._replace(value=call.args[0]))
        return (dict.fromkeys(names, Value(OTHER)), True) if names is not None else None
    return _fields_of(analysis, written, call)


def _names(analysis: Analysis, listed: Written) -> list[str] | None:
    """The texts in a list that is written, or the keys of a dictionary: ``list(grid.keys())``; None if not all are."""
    found = followed(analysis, listed)
    for _step in range(2):
        call = found.call() if found is not None else None
        if found is None or call is None:
            break
        given = call.args[0] if call.api in {"list", "tuple", "sorted"} and len(call.args) == 1 else None
        if call.method == "keys" and call.owner:
            given = Value(NAME, call.owner)
        found = followed(analysis, found._replace(value=given)) if given is not None else None
    if found is None or found.value.kind not in {DICT, LIST}:
        return None
    items = found.value.items[:: 2 if found.value.kind == DICT else 1]
    texts = [item.data for item in items if item.kind == CONSTANT and isinstance(item.data, str)]
    return texts if items and len(texts) == len(items) else None


def _fields_of(analysis: Analysis, written: Written, call: Call) -> tuple[dict[str, Value], bool] | None:
    """The fields of an object as a dictionary, ``asdict(settings)``, which are all of them; None where not seen."""
    if call.api in _AS_DICTIONARY and len(call.args) == 1:
        given = call.args[0]
    elif call.method in _DUMPS and call.owner and not (call.args or call.keywords):
        given = Value(NAME, call.owner)
    else:
        return None
    known = analysis.value_of(written.module, given, written.scope, written.at)
    made = written.module.calls[known.data] if known is not None and known.kind == CALL else None
    if made is None or not made.api.startswith("@") or made.args or made.starred:
        return None
    file, _colon, name = made.api[1:].rpartition(":")
    module = next((one for one in analysis.project.modules if one.file == file), written.module)
    index = next((i for i, one in enumerate(module.scopes) if one.kind == "class" and one.name == name), 0)
    bases = set(module.scopes[index].bases)
    filled = bases or any(one.rpartition(".")[2] == "dataclass" for one in module.scopes[index].decorators)
    if not (index and filled and bases <= _MODELS):
        return None
    fields = {one.name: one.value for one in module.assigns if one.scope == index} | dict(made.keywords)
    later = (one.name.rpartition(".") for one in written.module.assigns)
    fields |= {attribute: Value(OTHER) for owner, _dot, attribute in later if owner == given.data}
    return {field: value if value.kind == CONSTANT else Value(OTHER) for field, value in fields.items()}, True


_AS_DICTIONARY = frozenset({"dataclasses.asdict", "vars"})
_DUMPS = frozenset({"model_dump", "dict"})  # of pydantic
_MODELS = frozenset({"BaseModel", "pydantic.BaseModel"})


def _of_several(analysis: Analysis, name: Written, steps: Iterator[int], depth: int) -> tuple[dict[str, Value], bool]:
    """The names of the entries of a dictionary that is another one each time, and whether these are all.

    It is what a loop goes through, what a grid is made of, or what the callers of a function give it. What an entry is
    remains open, unless it is None each time.
    """
    choices = _alternatives(analysis, name, steps, depth)
    if not choices:
        return {}, False
    merged: dict[str, Value] = {}
    for key in {key for entries, _whole in choices for key in entries}:
        absent = all(key in entries and entries[key].is_none for entries, _whole in choices)
        merged[key] = _NOTHING if absent else Value(OTHER)
    return merged, all(whole for _entries, whole in choices)


def _alternatives(
    analysis: Analysis, name: Written, steps: Iterator[int], depth: int
) -> list[tuple[dict[str, Value], bool]]:
    """The entries of each dictionary that a name may be, and whether these are all."""
    over = looped_over(analysis, name)
    listed = followed(analysis, over) if over is not None else None
    if listed is not None and (listed.value.kind, listed.value.data) == (OTHER, "comprehension"):
        made = listed.value.items
        return [_entries(analysis, listed._replace(value=made[0]), steps, depth + 1)] if len(made) == 1 else []
    loop = over.call() if over is not None else None
    if over is not None and loop is not None and loop.api in _GRIDS and loop.args:
        return [_of_grid(analysis, over._replace(value=loop.args[0]), steps, depth)]
    module, scopes = name.module, name.module.scopes
    for level in _enclosing(module, name.scope):
        if scopes[level].rest == name.value.data:
            return [_of_caller(analysis, module, level, *one, steps, depth) for one in callers(analysis, module, level)]
        spaces = _spaces(analysis, module).get(scopes[level].name.rpartition(".")[2], ())
        if spaces and scopes[level].parameters[:1] == (name.value.data,):
            return [_of_grid(analysis, Written(module, *one), steps, depth) for one in spaces]
    choices = values_of(analysis, name)
    return [_entries(analysis, one, steps, depth + 1) for one in choices if one.value is not name.value]


@asked_once
def _spaces(_analysis: Analysis, module: Module) -> dict[str, list[tuple[Value, int, int]]]:
    """By function of a file, what searches of Hyperopt draw from for it, and where: ``fmin(function, space)``."""
    found: dict[str, list[tuple[Value, int, int]]] = {}
    for call in module.calls:
        if call.method == "fmin" and library(call.api) == "hyperopt":
            fn, space = call.argument(0, "fn"), call.argument(1, "space")
            if space is not None and fn is not None and fn.kind == NAME:
                found.setdefault(fn.data, []).append((space, call.scope, call.index))
    return found


_GRIDS = frozenset({"sklearn.model_selection.ParameterGrid", "sklearn.model_selection.ParameterSampler"})


def _enclosing(module: Module, scope: int) -> Iterator[int]:
    """A function and those around it."""
    while scope > 0:
        yield scope
        scope = module.scopes[scope].parent


def _of_grid(analysis: Analysis, grid: Written, steps: Iterator[int], depth: int) -> tuple[dict[str, Value], bool]:
    """The names of the parameters that a grid tries values of; one that it only leaves None is None."""
    entries, whole = _entries(analysis, grid, steps, depth + 1)
    return {key: _NOTHING if _tries_none(value) else Value(OTHER) for key, value in entries.items()}, whole


def _tries_none(value: Value) -> bool:
    return value.kind == LIST and bool(value.items) and all(item.is_none for item in value.items)


def _of_caller(
    analysis: Analysis, module: Module, function: int, other: Module, call: Call, steps: Iterator[int], depth: int
) -> tuple[dict[str, Value], bool]:
    """What a call gives a function beyond the parameters that it names, and whether that is all."""
    tables = [name for name in call.keywords if name.startswith("**")]
    found = {name: value for name, value in call.keywords.items() if name not in tables}
    whole = bool(tables) or not call.starred
    for name in tables:
        inner, known = _entries(analysis, Written(other, call.keywords[name], call.scope, call.index), steps, depth + 1)
        found, whole = inner | found, whole and known
    return {name: value for name, value in found.items() if name not in module.scopes[function].parameters}, whole


def _of_dictionary(
    analysis: Analysis, found: Written, steps: Iterator[int], depth: int
) -> tuple[dict[str, Value], bool]:
    """The entries of ``{"max_depth": 5, **others}``."""
    entries: dict[str, Value] = {}
    items = found.value.items
    whole = len(items) < 2 * _MANY_ENTRIES
    for key, item in zip(items[::2], items[1::2], strict=True):
        if key.kind == CONSTANT and isinstance(key.data, str):
            entries[key.data] = item
        elif key.kind == OTHER and not key.line:  # {**others}
            inner, known = _entries(analysis, found._replace(value=item), steps, depth + 1)
            entries, whole = entries | inner, whole and known
        else:
            whole = False
    return entries, whole


def _says_itself(value: Value) -> bool:
    """Whether an expression means the same in another file: it has no names and no calls."""
    return value.kind not in {NAME, CALL} and all(map(_says_itself, value.items))


def _put_later(analysis: Analysis, one: Written, steps: Iterator[int], depth: int) -> tuple[dict[str, Value], bool]:
    """What is put into a dictionary by its name: ``p["a"] = 1``, ``p.update(a=1)``; and whether that is all."""
    stored = analysis.stored_in(one.module, one.value.data)
    entries, whole = {key: item for key, item in stored if key}, all(key for key, _item in stored)
    for call in analysis.alterations_of(one.module, one.value.data):
        inner: dict[str, Value] = {}
        known = call.method == "update" and len(call.args) < 2
        if call.method == "setdefault" and len(call.args) == 2 and isinstance(call.args[0].data, str):
            inner, known = {call.args[0].data: call.args[1]}, True
        for given in call.args if call.method == "update" else ():
            inner, known = _entries(analysis, Written(one.module, given, call.scope, call.index), steps, depth + 1)
        if call.method == "update":
            inner |= {key: item for key, item in call.keywords.items() if key[:2] != "**"}
            known = known and not call.starred
        entries, whole = entries | inner, whole and known
    return entries, whole
