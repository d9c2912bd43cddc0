"""What calls are given by dictionaries: ``params = {"max_depth": 5}``, and later ``Model(**params)``."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import canonical
from bis._audit.frameworks.randomness import GENERATORS
from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, OTHER, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_SEEDS = frozenset({"random_state", "seed", "random_seed"})
_MOST_STEPS = 50  # dictionaries that are looked at for one call
_MANY_ENTRIES = 200  # of longer ones, not all may have been kept


def spread(analysis: Analysis, module: Module, call: Call) -> Call:
    """A call with the entries of ``**name`` among its keywords, where `name` is a dictionary that is written out.

    `starred` remains where some of what is given is not known. A seed that is a name for None, or a generator that was
    made without a seed, is None.
    """
    call = _with_absent_seeds(analysis, module, call)
    if not call.starred:
        return call
    given = [name for name in call.keywords if name.startswith("**")]
    if not given:
        return call
    keywords = {name: value for name, value in call.keywords.items() if name not in given}
    whole = True
    steps = count()
    for name in given:
        entries, known = _entries(analysis, module, call.keywords[name], call, steps)
        keywords = entries | keywords
        whole = whole and known
    return call._replace(keywords=keywords, starred=not whole)


def _with_absent_seeds(analysis: Analysis, module: Module, call: Call) -> Call:
    if not call.keywords or _SEEDS.isdisjoint(call.keywords):
        return call
    absent: dict[str, Value] = {}
    for keyword in _SEEDS & call.keywords.keys():
        value = analysis.value_of(module, call.keywords[keyword], call.scope, call.index)
        if value is not None and value.kind == CALL:
            made = module.calls[value.data]
            if canonical(made.api) in GENERATORS and not (made.args or made.keywords or made.starred):
                absent[keyword] = Value(CONSTANT, None)
        elif value is not None and value.kind == CONSTANT and value.data is None:
            absent[keyword] = value
    return call._replace(keywords={**call.keywords, **absent}) if absent else call


def _entries(
    analysis: Analysis, module: Module, given: Value, call: Call, steps: Iterator[int]
) -> tuple[dict[str, Value], bool]:
    """The entries of a dictionary as far as they are written out, and whether these are all."""
    value = analysis.value_of(module, given, call.scope, call.index)
    if value is None or next(steps) > _MOST_STEPS:
        return {}, False
    entries: dict[str, Value] = {}
    if value.kind == CALL and module.calls[value.data].api == "dict":  # dict(max_depth=5)
        made = module.calls[value.data]
        entries, whole = {k: v for k, v in made.keywords.items() if k[:2] != "**"}, not (made.args or made.starred)
    elif value.kind == DICT:
        whole = len(value.items) < 2 * _MANY_ENTRIES
        for key, item in zip(value.items[::2], value.items[1::2], strict=True):
            if key.kind == CONSTANT and isinstance(key.data, str):
                entries[key.data] = item
            elif key.kind == OTHER and not key.line:  # {**others}
                inner, known = _entries(analysis, module, item, call, steps)
                entries |= inner
                whole = whole and known
            else:
                whole = False
    else:
        return {}, False
    if given.kind == NAME:
        entries |= {key: item for key, item in analysis.stored_in(module, given.data) if key}
        whole = whole and not analysis.is_altered(module, given.data)
    return entries, whole
