"""Which estimators are parts of others: autologging of scikit-learn logs their parameters with those of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, LIST, NAME
from bis._audit.questions import ml_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

_DEEPEST = 6


def nested_estimators(analysis: Analysis, module: Module) -> frozenset[int]:
    """Numbers of the calls of a file whose results are given to makers of scikit-learn: steps, base estimators.

    ``Pipeline([("c", XGBClassifier(max_depth=7))])``, ``GridSearchCV(model, grid)``, ``make_pipeline(scale, model)``.
    """
    found: set[int] = set()
    for call in module.calls:
        found.update(_parts(analysis, module, call))
    return frozenset(found)


def with_parts(analysis: Analysis, module: Module, made: frozenset[int]) -> frozenset[int]:
    """Numbers of calls that make estimators, and of those that make the parts of these."""
    found, pending = set(made), list(made)
    while pending:
        new = set(_parts(analysis, module, module.calls[pending.pop()])) - found
        found |= new
        pending += new
    return frozenset(found)


def _parts(analysis: Analysis, module: Module, call: Call) -> Iterator[int]:
    """Numbers of the calls whose results a maker of scikit-learn is given."""
    if ml_calls.library(call.api) == "sklearn" and (call.method[:1].isupper() or call.method.startswith("make_")):
        for value in (*call.args, *call.keywords.values()):
            yield from _made(analysis, module, value, call, 0)


def _made(analysis: Analysis, module: Module, value: Value, call: Call, depth: int) -> Iterator[int]:
    if depth > _DEEPEST:
        return
    if value.kind == CALL:
        yield value.data
        found = analysis.project.links.function(module.calls[value.data].api, module)
        if found is not None and found[0] is module:  # a function of the file makes it
            scope = module.scopes[found[1]]
            for returned in scope.returns:
                yield from _made(analysis, module, returned, call._replace(scope=found[1], index=scope.last), depth + 1)
    elif value.kind == NAME:
        known = analysis.value_of(module, value, call.scope, call.index)
        if known is not None and known.kind != NAME:
            yield from _made(analysis, module, known, call, depth + 1)
    else:
        for item in value.items:
            yield from _made(analysis, module, item, call, depth + 1)


class Searched(NamedTuple):
    """Which parameters of an estimator a search tries values of, and whether these are all that it may try."""

    names: frozenset[str]
    whole: bool


def searched(analysis: Analysis, module: Module) -> dict[int, Searched]:
    """By the number of an estimator's call, the parameters that a search tries values of: those replace its own.

    ``GridSearchCV(RandomForestRegressor(n_estimators=100), {"n_estimators": [300, 600]})``.
    """
    found: dict[int, Searched] = {}
    for call in module.calls:
        if ml_calls.library(call.api) != "sklearn" or not call.method.endswith("SearchCV"):
            continue
        estimator, grid = call.argument(0, "estimator"), call.argument(1, "param_grid")
        grid = grid or call.keywords.get("param_distributions")
        if estimator is None or grid is None:
            continue
        known = analysis.value_of(module, grid, call.scope, call.index) or grid
        keys = frozenset(str(key).rpartition("__")[2] for key in known.constants() if isinstance(key, str))
        whole = _is_written_out(known) and not (grid.kind == NAME and analysis.is_altered(module, grid.data))
        made = set(_made(analysis, module, estimator, call, 0))
        for index in with_parts(analysis, module, frozenset(made)):
            before = found.get(index, Searched(frozenset(), whole=True))
            found[index] = Searched(before.names | keys, before.whole and whole)
    return found


def _is_written_out(grid: Value) -> bool:
    """Whether all keys of a grid, or of each of a list of grids, are written."""
    if grid.kind == LIST:
        return bool(grid.items) and all(map(_is_written_out, grid.items))
    return grid.kind == DICT and all(key.kind == CONSTANT for key in grid.items[::2])
