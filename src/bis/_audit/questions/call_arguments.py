"""What calls are given by dictionaries: ``params = {"max_depth": 5}``, and later ``Model(**params)``."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bis._audit.files.entry_points import parameters_of_programs
from bis._audit.frameworks.naming import canonical, library
from bis._audit.frameworks.randomness import GENERATORS
from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, OTHER, SUBSCRIPT, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_SEEDS = frozenset({"random_state", "seed", "random_seed"})
_MOST_STEPS = 50  # dictionaries that are looked at for one call
_DEEPEST = 8  # entries of entries
_MOST_CALLERS_ABOVE = 3  # functions that hand a seed on
_MANY_ENTRIES = 200  # of longer ones, not all may have been kept


def spread(analysis: Analysis, module: Module, call: Call) -> Call:
    """A call with the entries of ``**name`` among its keywords, where `name` is a dictionary that is written out.

    `starred` remains where some of what is given is not known. A seed that is None wherever it comes from is None, such
    as an option of the command line without a default that another file hands on; so is a generator without a seed.
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


def looked_up(analysis: Analysis, module: Module, value: Value | None, call: Call) -> Value | None:
    """What an argument of a call is: a name followed, and the entry of a dictionary that is written: ``c["split"]``.

    None where an entry is not seen, or the dictionary is altered later.
    """
    keys: list[str] = []
    for _step in range(_DEEPEST):
        if value is None:
            return None
        if value.kind == NAME:
            if keys and analysis.is_altered(module, value.data):
                return None
            known = analysis.value_of(module, value, call.scope, call.index)
            if known is None or known is value:
                return known
            value = known
        elif value.kind == SUBSCRIPT and isinstance(value.items[1].data, str) and value.items[1].kind == CONSTANT:
            keys.append(value.items[1].data)
            value = value.items[0]
        elif value.kind == CALL and _gets(module.calls[value.data]):  # c.get("split")
            getter = module.calls[value.data]
            keys.append(getter.args[0].data)
            value = Value(NAME, getter.owner)
        elif keys:
            value = _entry(value, keys.pop())
        else:
            return value
    return value


def _gets(call: Call) -> bool:
    given = call.args[0] if len(call.args) == 1 else None
    return call.method == "get" and bool(call.owner) and given is not None and isinstance(given.data, str)


def _entry(value: Value | None, key: str) -> Value | None:
    if value is None or value.kind != DICT:
        return None
    pairs = zip(value.items[::2], value.items[1::2], strict=True)
    return next((item for name, item in pairs if name.kind == CONSTANT and name.data == key), None)


def passing_seeds(analysis: Analysis, module: Module) -> Iterator[Call]:
    """The calls of a file that give a seed to something of a library: by a keyword, or in a dictionary of parameters.

    ``train_test_split(X, random_state=42)``, ``lightgbm.train({"seed": 42}, data)``.
    """
    in_tables = bool(seeds_declared(module)) or any(
        call.api == "dict" and not _SEED_KEYWORDS.isdisjoint(call.keywords) for call in module.calls
    )
    for call in module.calls:
        keywords = call.keywords
        if not (keywords or call.args) or "." not in call.api:
            continue
        named = bool(keywords) and (call.starred or not _SEED_KEYWORDS.isdisjoint(keywords))
        written = [v for v in call.args[:2] if v.kind == DICT or (in_tables and v.kind in _MAY_BE_TABLES)]
        if keywords and not _TABLES.isdisjoint(keywords):
            written += [keywords[name] for name in _TABLES & keywords.keys()]
        if not (named or written) or not library(call.api):
            continue
        if (named and _has_seed(_seeds_given(spread(analysis, module, call)))) or any(
            _has_seed(_entries(analysis, module, given, call, count())[0]) for given in written
        ):
            yield call


def _seeds_given(call: Call) -> Mapping[str, Value]:
    """What a call is given, without a ``generator`` that is none of random numbers: ``Dataset.from_generator(f)``."""
    if "generator" not in call.keywords or library(call.api) == "torch":
        return call.keywords
    return {name: value for name, value in call.keywords.items() if name != "generator"}


def seeds_declared(module: Module) -> list[Value]:
    """Dictionaries of a file that have a seed among their entries, at any depth."""
    return [assign.value for assign in module.assigns if _declares_seed(assign.value)]


def _declares_seed(value: Value) -> bool:
    if value.kind != DICT:
        return False
    entries = {key.data: item for key, item in zip(value.items[::2], value.items[1::2], strict=True) if key.data}
    return _has_seed(entries) or any(_declares_seed(item) for item in value.items[1::2])


def _has_seed(given: Mapping[str, Value]) -> bool:
    return any(
        not (given[name].kind == CONSTANT and given[name].data is None) for name in given.keys() & _SEED_KEYWORDS
    )


_SEED_KEYWORDS = frozenset(
    {"random_state", "random_seed", "seed", "generator", "data_seed", "bagging_seed", "data_random_seed", "seed_value"}
)
_TABLES = frozenset({"params", "param", "config", "model_params", "fit_kwargs", "hyperparameters", "space"})
_MAY_BE_TABLES = frozenset({NAME, SUBSCRIPT, CALL})


def _with_absent_seeds(analysis: Analysis, module: Module, call: Call) -> Call:
    if not call.keywords or _SEEDS.isdisjoint(call.keywords):
        return call
    absent: dict[str, Value] = {}
    for keyword in _SEEDS & call.keywords.keys():
        value = looked_up(analysis, module, call.keywords[keyword], call)
        if value is not None and value.kind == CALL:
            made = module.calls[value.data]
            if canonical(made.api) in GENERATORS and not (made.args or made.keywords or made.starred):
                absent[keyword] = Value(CONSTANT, None)
        elif _is_absent(analysis, module, call.keywords[keyword], call, 0):
            absent[keyword] = Value(CONSTANT, None)
    return call._replace(keywords={**call.keywords, **absent}) if absent else call


def _is_absent(analysis: Analysis, module: Module, value: Value, call: Call, depth: int) -> bool:
    """Whether a seed is None, as far as it is followed: through names, and to whoever calls the function around it."""
    known = looked_up(analysis, module, value, call) or value
    if known.kind == CONSTANT:
        return known.data is None
    if _is_none_by_default(analysis, module, value) or _is_none_by_default(analysis, module, known):
        return True
    if known.kind != NAME or depth >= _MOST_CALLERS_ABOVE:
        return False
    scope = module.scopes[call.scope]
    if scope.kind != "function" or known.data not in scope.parameters:
        return False
    given = list(given_by_callers(analysis, module, call.scope, known.data))
    return bool(given) and all(one is not None and _is_absent(analysis, *one, depth + 1) for one in given)


def given_by_callers(
    analysis: Analysis, module: Module, index: int, parameter: str
) -> Iterator[tuple[Module, Value, Call] | None]:
    """What each call of a function of the project gives for a parameter; None where that is not seen."""
    scope = module.scopes[index]
    position = scope.parameters.index(parameter)
    if module.scopes[scope.parent].kind == "class":
        position -= 1  # self
    names = {scope.name.rpartition(".")[2], module.scopes[scope.parent].name.rpartition(".")[2]}
    for other in analysis.project.programs:
        for call in other.calls:
            named = call.api[:1] == "@" and call.api.rpartition(":")[2].lstrip("@").rpartition(".")[2] in names
            found = analysis.project.links.function(call.api, other) if named else None
            if found is None or (found[0].file, found[1]) != (module.file, index):
                continue
            value = call.argument(position, parameter) or (None if call.starred else scope.defaults.get(parameter))
            yield None if value is None else (other, value, call)


def _is_none_by_default(analysis: Analysis, module: Module, value: Value) -> bool:
    """Whether a value is an argument of the command line without a default: ``args.random_state``.

    The command of an MLproject's entry point gives what it is given.
    """
    if value.kind != NAME or "." not in value.data:
        return False
    dest = value.data.rpartition(".")[2]
    for call in module.calls:
        if call.method != "add_argument":
            continue
        names = [str(given.data).lstrip("-").replace("-", "_") for given in call.args if given.kind == CONSTANT]
        named = call.keywords.get("dest")
        if dest != (named.data if named is not None else None) and dest not in names:
            continue
        default, required = call.keywords.get("default"), call.keywords.get("required")
        optional = any(str(given.data).startswith("-") for given in call.args if given.kind == CONSTANT)
        demanded = required is not None and not (required.kind == CONSTANT and not required.data)
        none = default is None or (default.kind == CONSTANT and default.data is None)
        if not optional or not none or demanded or call.starred:
            return False
        return dest not in parameters_of_programs(analysis.project.texts).get(module.file, ())
    return False


def _entries(
    analysis: Analysis, module: Module, given: Value, call: Call, steps: Iterator[int]
) -> tuple[dict[str, Value], bool]:
    """The entries of a dictionary as far as they are written out, and whether these are all."""
    value = looked_up(analysis, module, given, call)
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
