"""What calls are given by dictionaries: ``params = {"max_depth": 5}``, and later ``Model(**params)``."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.frameworks import sklearn
from bis._audit.frameworks.naming import canonical, library
from bis._audit.frameworks.randomness import GENERATORS, SEED_KEYWORDS
from bis._audit.parsing.expressions import pairs_of
from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, OTHER, SUBSCRIPT, Value
from bis._audit.questions import ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.command_line_options import is_none_by_default
from bis._audit.questions.dictionary_entries import entries_of
from bis._audit.questions.function_callers import given_by_callers
from bis._audit.questions.written_values import Written, followed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_MOST_LINES_OF_OPTIONS = 60
_NOTHING = Value(CONSTANT, None)
_ASKS = frozenset({"required", "prompt", "envvar"})
_RUN_COMMANDS = frozenset({"fire.Fire", "fire.core.Fire", "typer.run"})
_MOST_CALLERS_ABOVE = 3  # functions that hand a seed on


def spread(analysis: Analysis, module: Module, call: Call) -> Call:
    """A call with the entries of ``**name`` among its keywords, where `name` is a dictionary that is written out.

    `starred` remains where some of what is given is not known. A seed that is None wherever it comes from is None, such
    as an option of the command line without a default that another file hands on; so is a generator without a seed.
    What ``partial`` gives is among what a call is given, and a seed that is set later among what its object is given.
    """
    call = _with_partial(analysis, module, call)
    return _with_absent_seeds(analysis, module, _spread_in(analysis, module, _with_later_seeds(analysis, module, call)))


def _spread_in(analysis: Analysis, module: Module, call: Call) -> Call:
    given = [name for name in call.keywords if name.startswith("**")]
    if not (call.starred and given):
        return call
    keywords = {name: value for name, value in call.keywords.items() if name not in given}
    whole = True
    steps = count()
    for name in given:
        entries, known = entries_of(analysis, Written(module, call.keywords[name], call.scope, call.index), steps)
        keywords = entries | keywords
        whole = whole and known
    return call._replace(keywords=keywords, starred=not whole)


def as_given(analysis: Analysis, module: Module, call: Call) -> Call:
    """A maker of batches with what a dictionary gives it, and with a switch that is a variable: ``shuffle=SHUFFLE``."""
    if not (ml_calls.loads_data(call) or ml_calls.makes_pictures(call)):
        return call
    call = spread(analysis, module, call)
    value = looked_up(analysis, module, call.keywords.get("shuffle"), call)
    if value is None or value.kind != CONSTANT:
        return call
    return call._replace(keywords={**call.keywords, "shuffle": value})


def _with_partial(analysis: Analysis, module: Module, call: Call) -> Call:
    """``split = partial(train_test_split, random_state=42)``, and later ``split(X)``."""
    if "functools" not in module.roots or not call.path:
        return call
    found = followed(analysis, Written(module, Value(NAME, call.path), call.scope, call.index))
    made = found.call() if found is not None and found.module is module else None
    if made is None or made.api != "functools.partial":
        return call
    return call._replace(
        args=(*made.args[1:], *call.args),
        keywords={**made.keywords, **call.keywords},
        starred=made.starred or call.starred,
    )


def _with_later_seeds(analysis: Analysis, module: Module, call: Call) -> Call:
    """``model = Model()``, and later ``model.set_params(random_state=42)`` or ``model.random_state = 42``.

    Of a part of a pipeline, ``pipeline.set_params(model__random_state=42)``.
    """
    later = _seeds_set_later(analysis, module)
    if not (later.of_calls or later.of_names or later.of_parts):
        return call
    given = dict(later.of_parts) if sklearn.estimator(call.api) is not None else {}
    given |= later.of_calls.get(call.index, {})
    for target in call.targets:
        given |= later.of_names.get((call.scope, target), {})
    unknown = given.pop(_UNKNOWN, None) is not None
    return call._replace(keywords={**call.keywords, **given}, starred=call.starred or (unknown and not given))


_UNKNOWN = "**"


class _LaterSeeds(NamedTuple):
    """Seeds that a file sets after it has made an object: of what a call gives, of a name, of parts of pipelines."""

    of_calls: dict[int, dict[str, Value]]
    of_names: dict[tuple[int, str], dict[str, Value]]
    of_parts: dict[str, Value]


@asked_once
def _seeds_set_later(analysis: Analysis, module: Module) -> _LaterSeeds:
    found = _LaterSeeds({}, {}, {})
    for call in module.calls:
        if call.method != "set_params":
            continue
        setter = _spread_in(analysis, module, call)
        seeds = {name: value for name, value in setter.keywords.items() if name in SEED_KEYWORDS}
        if setter.starred:
            seeds[_UNKNOWN] = Value(OTHER)
        found.of_calls.setdefault(setter.receiver, {}).update(seeds)
        found.of_names.setdefault((setter.scope, setter.owner), {}).update(seeds)
        for name, value in setter.keywords.items():
            part, _line, last = name.rpartition("__")
            if part and last in SEED_KEYWORDS:
                found.of_parts[last] = value
    for assign in module.assigns:
        owner, _dot, attribute = assign.name.rpartition(".")
        if attribute in SEED_KEYWORDS and owner and owner not in {"self", "cls"}:
            found.of_names.setdefault((assign.scope, owner), {})[attribute] = assign.value
    return found


def looked_up(analysis: Analysis, module: Module, value: Value | None, call: Call) -> Value | None:
    """What an argument of a call is: a name followed, and the entry of a dictionary that is written: ``c["split"]``.

    None where an entry is not seen, or the dictionary is altered later.
    """
    if value is None:
        return None
    found = followed(analysis, Written(module, value, call.scope, call.index))
    if found is None or found.module is module:
        return None if found is None else found.value
    return found.value if found.value.kind == CONSTANT else value  # of a call, the number says nothing in this file


def passing_seeds(analysis: Analysis, module: Module) -> Iterator[Call]:
    """The calls of a file that give a seed to something of a library: by a keyword, or in a dictionary of parameters.

    ``train_test_split(X, random_state=42)``, ``lightgbm.train({"seed": 42}, data)``.
    """
    in_tables = _has_tables(analysis, module) or bool(_with_tables(analysis) & analysis.project.links.used[module.file])
    for call in module.calls:
        keywords = call.keywords
        if not (keywords or call.args) or "." not in call.api:
            continue
        unknown = call.method in _SEEDED_METHODS and not library(call.api) and not call.api.startswith("@")
        if unknown and _has_seed(_seeds_of_rows(spread(analysis, module, call))):
            yield call
            continue
        named = bool(keywords) and (
            call.starred or call.method == "set_params" or not _SEED_KEYWORDS.isdisjoint(keywords)
        )
        tables = [v for v in call.args[:2] if v.kind == DICT or (in_tables and v.kind in _MAY_BE_TABLES)]
        if keywords and not _TABLES.isdisjoint(keywords):
            tables += [keywords[name] for name in _TABLES & keywords.keys()]
        if not (named or tables) or not library(call.api):
            continue
        if (named and _draws_with(whole := spread(analysis, module, call)) and _has_seed(_seeds_given(whole))) or any(
            _table_has_seed(analysis, module, given, call) for given in tables
        ):
            yield call


def _draws_with(call: Call) -> bool:
    """Whether a call is no splitter that keeps the order of the rows: ``KFold(5, random_state=1)``."""
    shuffle = call.keywords.get("shuffle")
    keeps = shuffle is None or (shuffle.kind == CONSTANT and not shuffle.data)
    return sklearn.split(call.api) is None or not keeps or ml_calls.split_seeding(call) is not None


def _table_has_seed(analysis: Analysis, module: Module, table: Value, call: Call) -> bool:
    """Whether a dictionary that a call is given has a seed that is not None by default."""
    here = Written(module, table, call.scope, call.index)
    return _has_seed(_without_absent(analysis, here, entries_of(analysis, here)[0]))


def _without_absent(analysis: Analysis, here: Written, entries: Mapping[str, Value]) -> Mapping[str, Value]:
    """Entries without the seeds among them that are None unless the command line says otherwise."""
    return {
        name: value
        for name, value in entries.items()
        if name not in SEED_KEYWORDS or not _is_absent(analysis, here._replace(value=value))
    }


# Methods of tables and data sets, also where it is not seen what they are of.
_SEEDED_METHODS = frozenset({"randomSplit", "train_test_split", "shuffle", "sample"})


def _seeds_of_rows(call: Call) -> Mapping[str, Value]:
    """What a split of a table is given: ``df.randomSplit([0.8, 0.2], 42)``."""
    if call.method == "randomSplit" and len(call.args) > 1:
        return {"seed": call.args[1]}
    return {name: value for name, value in call.keywords.items() if name in SEED_KEYWORDS}


def _seeds_given(call: Call) -> Mapping[str, Value]:
    """What a call is given, without a ``generator`` that is none of random numbers: ``Dataset.from_generator(f)``."""
    if "generator" not in call.keywords or library(call.api) == "torch":
        return call.keywords
    return {name: value for name, value in call.keywords.items() if name != "generator"}


@asked_once
def _with_tables(analysis: Analysis) -> frozenset[str]:
    """The files in which a dictionary has a seed."""
    return frozenset(module.file for module in analysis.project.modules if _has_tables(analysis, module))


@asked_once
def _has_tables(analysis: Analysis, module: Module) -> bool:
    return bool(seeds_declared(analysis, module)) or any(
        call.api == "dict" and not _SEED_KEYWORDS.isdisjoint(call.keywords) for call in module.calls
    )


def seeds_declared(analysis: Analysis, module: Module) -> list[Value]:
    """Dictionaries of a file that have a seed among their entries, at any depth."""
    tables = (assign for assign in module.assigns if assign.value.kind == DICT)
    written = (Written(module, assign.value, assign.scope, assign.after) for assign in tables)
    return [one.value for one in written if _declares_seed(analysis, one)]


def _declares_seed(analysis: Analysis, table: Written) -> bool:
    if table.value.kind != DICT:
        return False
    pairs = pairs_of(table.value)
    entries = {key.data: item for key, item in pairs if key.kind == CONSTANT and isinstance(key.data, str)}
    return _has_seed(_without_absent(analysis, table, entries)) or any(
        _declares_seed(analysis, table._replace(value=item)) for _key, item in pairs
    )


def _has_seed(given: Mapping[str, Value]) -> bool:
    return any(name.rpartition("__")[2] in _SEED_KEYWORDS and not value.is_none for name, value in given.items())


_SEED_KEYWORDS = frozenset(
    {"random_state", "random_seed", "seed", "generator", "data_seed", "bagging_seed", "data_random_seed", "seed_value"}
)
_TABLES = frozenset({"params", "param", "config", "model_params", "fit_kwargs", "hyperparameters", "space"})
_MAY_BE_TABLES = frozenset({NAME, SUBSCRIPT, CALL})


def _with_absent_seeds(analysis: Analysis, module: Module, call: Call) -> Call:
    if not call.keywords or SEED_KEYWORDS.isdisjoint(call.keywords):
        return call
    absent: dict[str, Value] = {}
    for keyword in SEED_KEYWORDS & call.keywords.keys():
        value = looked_up(analysis, module, call.keywords[keyword], call)
        made = module.calls[value.data] if value is not None and value.kind == CALL else None
        if made is not None and canonical(made.api) in GENERATORS:
            if not (made.args or made.keywords or made.starred):
                absent[keyword] = Value(CONSTANT, None)
        elif _is_by_chance(analysis, module, call.keywords[keyword]) or _is_absent(
            analysis, Written(module, call.keywords[keyword], call.scope, call.index)
        ):
            absent[keyword] = Value(CONSTANT, None)
    return call._replace(keywords={**call.keywords, **absent}) if absent else call


def _is_by_chance(analysis: Analysis, module: Module, value: Value) -> bool:
    """Whether a seed is the time, or drawn where nothing seeds what draws it: ``random_state=random.randint(0, 9)``.

    One that is kept in a variable may be logged.
    """
    made = ml_calls.chance_in(module, value)
    return made == "time" or (bool(made) and not analysis.is_seeded(module, (made,)))


def _is_absent(analysis: Analysis, seed: Written, depth: int = 0) -> bool:
    """Whether a seed is None, as far as it is followed: through names, and to whoever calls the function around it."""
    found = followed(analysis, seed) or seed
    known = found.value
    if known.kind == CONSTANT:
        return known.data is None
    texts = analysis.project.texts
    by_default = (is_none_by_default(texts, one.module, one.value) for one in (seed, found))
    if _is_missing_entry(analysis, found) or any(by_default):
        return True
    if known.kind != NAME or depth >= _MOST_CALLERS_ABOVE:
        return False
    scope = found.module.scopes[found.scope]
    if scope.kind != "function" or known.data not in scope.parameters:
        return False
    given = list(given_by_callers(analysis, found.module, found.scope, known.data))
    command = any(decorator.rpartition(".")[2] in {"command", "option"} for decorator in scope.decorators)
    if command or not given:
        return _is_none_for_commands(analysis, found.module, found.scope, known.data)
    return all(
        one is not None and _is_absent(analysis, Written(one[0], one[1], one[2].scope, one[2].index), depth + 1)
        for one in given
    )


def _is_missing_entry(analysis: Analysis, seed: Written) -> bool:
    """Whether a seed is asked of a dictionary that is written and has none: ``CONFIG.get("seed")``."""
    known = analysis.value_of(seed.module, seed.value, seed.scope, seed.at) if seed.value.kind == NAME else None
    call = (seed if known is None else seed._replace(value=known)).call()
    if call is None or call.method != "get" or not call.owner or not call.args or call.starred:
        return False
    key, otherwise = call.args[0], call.argument(1, "default")
    if key.kind != CONSTANT or not (otherwise is None or otherwise.is_none):
        return False
    entries, whole = entries_of(analysis, seed._replace(value=Value(NAME, call.owner)))
    return whole and key.data not in entries


@asked_once
def _options(_analysis: Analysis, module: Module) -> list[Call]:
    return [call for call in module.calls if call.method == "option"]


def _is_none_for_commands(analysis: Analysis, module: Module, index: int, parameter: str) -> bool:
    """Whether a command gives a parameter None unless it is told otherwise: of Click, Typer and Fire."""
    scope = module.scopes[index]
    option = "--" + parameter.replace("_", "-")
    for call in _options(analysis, module):
        beside = call.scope == scope.parent and 0 <= scope.line - call.line <= _MOST_LINES_OF_OPTIONS
        names = {str(given.data).replace("_", "-") for given in call.args if given.kind == CONSTANT}
        if call.method == "option" and beside and option in names:  # @click.option("--seed", type=int)
            asked = not _ASKS.isdisjoint(call.keywords)
            return not asked and call.keywords.get("default", _NOTHING).is_none
    default = scope.defaults.get(parameter)
    if default is not None and default.kind == CALL and module.calls[default.data].method == "Option":
        default = module.calls[default.data].argument(0, "default")  # seed: int = typer.Option(None)
    if default is None or not default.is_none:
        return False
    if any(decorator.rpartition(".")[2] == "command" for decorator in scope.decorators):
        return True
    runs = [call for call in module.calls if call.api in _RUN_COMMANDS]
    return any(value.kind == NAME and value.data == scope.name for call in runs for value in call.args)
