"""What an experiment is made of: a draw counts where what it draws is seen to go into a training or its result.

From what is trained, split, loaded, written and measured it is followed backwards where each value comes from: through
names, attributes, arguments and returns of the project's functions, in all its files. What is drawn for a name, a
delay, a picture or an exporter's example is on no such way.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import canonical, library
from bis._audit.frameworks.randomness import SEED_KEYWORDS, draws_by_itself
from bis._audit.parsing.ir import CALL, NAME, OTHER, Value
from bis._audit.questions import ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.program_roots import only_uses_trained
from bis._audit.questions.value_sources import Use, ValueSource, ValueSources, held, names_something

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Scope
    from bis._audit.questions.analysis import Analysis

# What these give says how large something is, and not what is in it.
_SIZES = frozenset(
    {
        "shape", "ndim", "dtype", "device", "size", "dim", "numel", "len", "type", "isinstance", "columns",
        "memory_usage", "nbytes", "itemsize", "element_size", "getsizeof",
    }
)  # fmt: skip
# Writers of data: what is written is the object that the method is of, or the argument at a position.
_WRITES = frozenset(
    {
        "to_csv", "to_parquet", "to_pickle", "to_feather", "to_hdf", "to_excel", "to_json", "to_sql", "saveAsTable",
        "write_csv", "write_parquet", "save_to_disk", "push_to_hub",
    }
)  # fmt: skip
_WRITERS = {
    **dict.fromkeys(("numpy.save", "numpy.savetxt", "numpy.savez", "numpy.savez_compressed"), 1),
    **dict.fromkeys(("torch.save", "pickle.dump", "joblib.dump", "json.dump", "cloudpickle.dump"), 0),
    **dict.fromkeys(("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.move", "os.rename", "os.symlink"), 0),
}
_A_RESULT = re.compile(
    r"(?i)predict|preds?(?:_|$)|forecast|result|submission|report|(?:^|_)(?:logs?|te?mp)(?:_|$|dir)|monitor"
)
# Functions that by their names show something, or make what only looks like data; and data of that kind, of which an
# example of a model's input is one.
_SHOWS = re.compile(r"(?i)(?:^|_)(?:plot|show|visuali[sz]e|display|draw|preview|demo|smoke|dummy|mock)(?:_|s?$)")
_LIKE_DATA = re.compile(r"(?i)^(?:dummy|mock)(?:_|$)|^(?:input_(?:example|sample)|(?:example|sample)_input)s?$")
_REQUESTS = frozenset({"request", "req", "scope", "environ"})
_TRACED = frozenset({"param", "metric", "dataset"})
_PARTS_OF_MODELS = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter", "tensorflow.Variable"})
_SEARCHES = frozenset({"ray.tune.run", "ray.tune.Tuner", "ray.tune.tuner.Tuner", "ray.tune.sample_from"})
_EXAMPLE = re.compile(r"(?i)(?:^|_|\.)(?:sample|example|dummy|fake|mock)_")
# Lists of experiments, by their names: in which order they are started decides nothing.
_EXPERIMENTS = re.compile(
    r"(?i)(?:^|_|\.)(?:experiments|runs|jobs|combinations|combos|configs|configurations|commands|variants|trials|grid)$"
)
# Classes whose methods a framework calls while it trains, by the last part of the name of a base.
_ROLES = re.compile(
    r"^(?:\w*(?:Dataset|Module|Sampler|Layer|Sequence|PyDataset|Transforms?|Env|Environment|Agent|Policy|Initializer"
    r"|Regularizer|Constraint)|Model|BaseEstimator|TransformerMixin|ClassifierMixin|RegressorMixin|DataGenerator)$"
)
_CALLED_IN_ROLES = re.compile(
    r"^(?:__(?:getitem|iter|next|call|init)__|forward|call|build|step|reset|act|transform|fit|setup|prepare_data"
    r"|\w+_dataloader|(?:training|validation)_step|on_\w+|apply\w*|get_transform\w*|get_params\w*)$"
)
_CALLED_IN_ANY = frozenset({"__getitem__", "__call__", "training_step"})
# Decorators of the steps of a pipeline that no code calls.
_STEPS = frozenset({"op", "asset", "multi_asset", "graph_asset", "step"})
# They are handed functions which answer requests or begin programs.
_SERVE = frozenset(
    {
        "prefect", "threading", "signal", "atexit", "schedule", "apscheduler", "fastapi", "starlette", "flask", "dash",
        "streamlit", "gradio", "chainlit", "telegram",
    }
)  # fmt: skip
_ONE_NUMBER = frozenset({"item", "float", "int", "bool", "abs", "round", "any", "all"})
_MOST_ALIKE = 3  # methods of one name, where it is not seen which of them is called
_SELF = frozenset({"self", "cls"})


def goes_into_experiment(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether what a call draws is seen to go into a training, or into what is measured of it.

    Layers and loaders do so by themselves, but for those of a program that only uses what another one has trained; a
    number is followed. One that only decides which way the program goes
    (``if random.random() < 0.5:``) counts in a function whose result goes there, or that trains.

    Parameters
    ----------
    analysis : Analysis
    module : Module
    call : Call
        A draw; see `bis._audit.questions.ml_calls.draws`.
    """
    by_itself = draws_by_itself(call.api)
    if (by_itself or ml_calls.loads_data(call)) and only_uses_trained(analysis, module):
        return False
    return by_itself or _is_followed_there(analysis, module, call)


def _is_followed_there(analysis: Analysis, module: Module, call: Call) -> bool:
    shown = _SHOWS.search(module.scopes[call.scope].name.rpartition(".")[2]) is not None
    if shown or (call.method == "shuffle" and _orders_experiments(analysis, module, call)):
        return False
    experiment = _experiment(analysis)
    if (module.file, call.index) in experiment.calls:
        return True
    if ml_calls.loads_data(call) and call.targets and module.reads.isdisjoint(call.targets):
        return not any(map(_EXAMPLE.search, call.targets))  # nothing is seen that uses it
    if (module.file, call.scope) not in experiment.functions and not experiment.is_in_training(module, call):
        return False
    return experiment.only_decides(module, call)


def _orders_experiments(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether a list of experiments is shuffled: by its name, or since a run or a model is begun for each item."""
    names = {name for given in call.args[:1] for name in given.names()}
    if any(map(_EXPERIMENTS.search, names)):
        return True
    over = {n for n, loop in enumerate(module.loops) if loop.over is not None and names & loop.over.names()}
    inside = [one for one in analysis.calls_in(module, call.scope) if not over.isdisjoint(one.loops)]
    made = {name for one in inside for name in one.targets}
    return any(
        canonical(one.api) == "mlflow.start_run" or (one.owner in made and one in analysis.training(module))
        for one in inside
    )


@asked_once
def _experiment(analysis: Analysis) -> _ExperimentInputs:
    return _ExperimentInputs(analysis)


class _ExperimentInputs:
    """What the experiment of a project is made of.

    Attributes
    ----------
    calls : dict of (str, int) to bool
        File and number of each call whose result goes into it; False where it only does so by what the function around
        it returns.
    functions : set of (str, int)
        File and scope of each function whose result does, or that a framework calls while it trains.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.calls: dict[tuple[str, int], bool] = {}
        self.functions: set[tuple[str, int]] = set()
        self._links = analysis.project.links
        self._files = {module.file: ValueSources(module) for module in analysis.project.programs}
        self._functions: dict[str, dict[str, int]] = {}
        self._attributes: dict[str, list[tuple[ValueSources, ValueSource]]] = {}
        self._methods: dict[str, list[tuple[str, int]]] = {}
        self._callers: dict[tuple[str, int], list[tuple[ValueSources, Call]]] = {}
        self._handed_on: dict[tuple[str, int], set[str]] = {}  # by function, parameters of which it returns something
        self._seen: dict[tuple[str, int, str, bool], tuple[int, int]] = {}
        self._seen_attributes: set[str] = set()
        self._consumed: dict[str, _Consumers] = {}
        self._pending: list[tuple[ValueSources, Value, Use]] = []
        self._named = {call.method for file in self._files.values() for call in file.module.calls}
        training = [(name, call) for name, file in self._files.items() for call in analysis.training(file.module)]
        self._training = {(name, call.index) for name, call in training}
        self._training_functions = {(name, call.scope) for name, call in training}
        self._training_loops: dict[str, set[int]] = {name: set() for name in self._files}
        for name, call in training:
            self._training_loops[name].update(call.loops)
        self._function_names: set[str] = set()  # last parts
        for file in self._files.values():
            self._read_scopes(file)
        for file in self._files.values():
            self._read_callers(file)
        for file in self._files.values():
            for call in file.module.calls:
                if call.args or call.keywords or call.receiver >= 0 or "." in call.path:
                    self._start(analysis, file, call)
            self._start_in_roles(file)
            self._start_in_loops(file)
        while self._pending:
            self._follow(*self._pending.pop())

    def _read_scopes(self, file: ValueSources) -> None:
        scopes = file.module.scopes
        for (scope, name), sources in file.assigned.items():
            if "." in name or scopes[scope].kind == "class":
                self._attributes.setdefault(name.rpartition(".")[2], []).extend((file, one) for one in sources)
        own = self._functions[file.module.file] = {}
        for index, one in enumerate(scopes):
            if one.kind == "function":
                own[one.name] = index
                self._function_names.add(one.name.rpartition(".")[2])
                if scopes[one.parent].kind == "class":
                    self._methods.setdefault(one.name.rpartition(".")[2], []).append((file.module.file, index))

    def _read_callers(self, file: ValueSources) -> None:
        for call in file.module.calls:
            found = self._called(file, call)
            if found is not None:
                self._callers.setdefault(found, []).append((file, call))

    def _called(self, file: ValueSources, call: Call) -> tuple[str, int] | None:
        """The function of the project that a call runs; of an object that is called, its method for that."""
        found = self._links.function(call.api, file.module)
        if found is None or found[0].file not in self._files:
            return None
        other, index = found[0].file, found[1]
        owner, _dot, method = found[0].scopes[index].name.rpartition(".")
        name = call.path.rpartition(".")[2]
        if method == "__init__" and name != owner.rpartition(".")[2] and name not in file.imported:
            own = self._functions[other]
            index = own.get(f"{owner}.__call__", own.get(f"{owner}.forward", index))
        return other, index

    # Where it ends: what is trained, split, loaded, written and measured

    def _start(self, analysis: Analysis, file: ValueSources, call: Call) -> None:
        module = file.module
        if (call.args or call.keywords) and not call.api.startswith("@") and library(call.api) not in _SERVE:
            self._start_handed(file, call)
        known = _may_begin(call.api)
        if (module.file, call.index) in self._training or (known and _is_of_experiments(call)):
            self._take_all(file, call)
            return
        for name in SEED_KEYWORDS & call.keywords.keys():
            self._take(file, call.keywords[name], file.use_in(call))
        kinds = analysis.traced(module, call)
        if known or kinds:
            self._start_by_kind(analysis, file, call, kinds)

    def _start_by_kind(self, analysis: Analysis, file: ValueSources, call: Call, kinds: tuple[str, ...]) -> None:
        """What is logged and written, and hyperparameters."""
        use = file.use_in(call)
        if not _TRACED.isdisjoint(kinds):
            for value in (*call.args, *call.keywords.values()):
                self._take(file, value, use)
        elif call.method in _WRITES and self._writes_data(analysis, file, call):
            self._take_owner(file, call)
        elif call.api in _WRITERS and self._writes_data(analysis, file, call):
            for value in call.args[_WRITERS[call.api] :]:
                self._take(file, value, use)
        for value in ml_calls.hyperparameters(call).values() if ml_calls.may_take_hyperparameters(call.api) else ():
            self._take(file, value, use)

    def _start_handed(self, file: ValueSources, call: Call) -> None:
        """The functions that others are given to call: ``map(augment)``, ``collate_fn=pad``, ``node(func=split)``."""
        for value in (*call.args, *call.keywords.values()):
            if value.kind != NAME:
                continue
            last = file.imported.get(value.data) or value.data.rpartition(".")[2]
            if last in self._function_names:
                named = self._function_named(file, value.data, call.scope)
                if named is not None:
                    self._take_function(*named)

    def _writes_data(self, analysis: Analysis, file: ValueSources, call: Call) -> bool:
        """Whether what is written belongs to a training: no predictions, and nothing that only a test writes."""
        if any(map(_A_RESULT.search, _named_in(file.module, call))):
            return False
        if call.method in _WRITES and not (call.args or "path_or_buf" in call.keywords or "path" in call.keywords):
            return False  # a text is made: df.to_json(orient="split")
        scope = file.module.scopes[call.scope]
        called = scope.kind != "function" or bool(scope.decorators) or scope.name.rpartition(".")[2] in self._named
        return called and analysis.is_part_of_training(file.module)

    def _start_in_roles(self, file: ValueSources) -> None:
        scopes = file.module.scopes
        in_role = {index for index, one in enumerate(scopes) if any(map(_is_role, one.bases))}
        for index, one in enumerate(scopes):
            if one.kind == "class" and not in_role.isdisjoint(_bases_here(scopes, one.bases)):
                in_role.add(index)
        for index, one in enumerate(scopes):
            name = one.name.rpartition(".")[2]
            method = one.kind == "function" and scopes[one.parent].kind == "class"
            if method and not _REQUESTS.isdisjoint(one.parameters):
                continue  # it answers requests
            if method and (
                name in _CALLED_IN_ANY or (one.parent in in_role and _CALLED_IN_ROLES.match(name) is not None)
            ):
                self._take_role(file, index)
            elif one.kind == "function" and any(d.rpartition(".")[2] in _STEPS for d in one.decorators):
                self._take_function(file.module.file, index)

    def _start_in_loops(self, file: ValueSources) -> None:
        """A function of the project, called in a loop that trains, whose result only decides which way that goes."""
        loops = self._training_loops[file.module.file]
        for call in file.module.calls if loops else ():
            own = call.api.startswith("@") and not loops.isdisjoint(call.loops)
            if own and self.only_decides(file.module, call):
                self._take(file, Value(CALL, call.index), file.use_in(call))

    def _take_role(self, file: ValueSources, scope: int) -> None:
        """A function that a framework calls while it trains: also what it calls is part of that."""
        if (file.module.file, scope) in self.functions:
            return
        self._take_function(file.module.file, scope)
        for call in file.module.calls[file.module.scopes[scope].first : file.module.scopes[scope].last]:
            found = self._called(file, call)
            if found is not None:
                self._take_role(self._files[found[0]], found[1])

    # Backwards

    def _take(self, file: ValueSources, value: Value, use: Use) -> None:
        self._pending.append((file, value, use))

    def _take_all(self, file: ValueSources, call: Call, *, wanted: bool = True) -> None:
        """What a call is given, and the object that it is a method of."""
        use = file.use_in(call, wanted=wanted)
        for value in call.args:
            self._take(file, value, use)
        for name, value in call.keywords.items():
            if not names_something(file.module, name, value):
                self._take(file, value, use)
        self._take_owner(file, call, wanted=wanted)

    def _take_owner(self, file: ValueSources, call: Call, *, wanted: bool = True) -> None:
        use = file.use_in(call, wanted=wanted)
        for value in file.module.objects.get(call.index, ()):
            self._take(file, value, use)
        if call.receiver >= 0:
            self._take(file, Value(CALL, call.receiver), use)
        elif call.owner not in _SELF:
            self._take(file, Value(NAME, call.owner.removesuffix("[]")), use)
        elif not call.api.startswith("@"):  # self.criterion(x)
            self._follow_attribute(call.path.partition(".")[2])

    def _follow(self, file: ValueSources, value: Value, use: Use) -> None:
        if value.kind == CALL:
            self._follow_call(file, file.module.calls[value.data], wanted=use.wanted)
        elif value.kind == NAME:
            self._follow_path(file, value.data, use)
        elif not (value.kind == OTHER and value.data in _SIZES):
            for item in value.items:
                self._take(file, item, use)

    def _follow_call(self, file: ValueSources, call: Call, *, wanted: bool) -> None:
        key = (file.module.file, call.index)
        if call.method in _SIZES or self.calls.get(key, False) or (key in self.calls and not wanted):
            return
        self.calls[key] = wanted
        found = self._called(file, call)
        if found is not None:
            self._take_function(*found)
            if not self._scope_of(found).name.endswith("__init__"):
                for parameter in sorted(self._handed_on.get(found, ())):
                    self._take_argument(file, call, found, parameter, wanted=wanted)
                return
        elif call.api.startswith("."):
            alike = self._methods.get(call.method, ())
            for one in alike if len(alike) <= _MOST_ALIKE else ():
                self._take_function(*one)
        self._take_all(file, call, wanted=wanted)

    def _scope_of(self, function: tuple[str, int]) -> Scope:
        return self._files[function[0]].module.scopes[function[1]]

    def _take_function(self, name: str, scope: int) -> None:
        if (name, scope) not in self.functions:
            self.functions.add((name, scope))
            file = self._files[name]
            one = file.module.scopes[scope]
            for value in (*one.returns, *one.yields):
                self._take(file, value, Use(scope, math.inf, None, wanted=False))

    def _follow_path(self, file: ValueSources, path: str, use: Use) -> None:
        first, *attributes = path.split(".")
        if attributes and attributes[-1] in _SIZES:
            return
        if first not in _SELF:
            self._follow_name(file, first, use)
        for attribute in attributes:
            self._follow_attribute(attribute)
            for one in self._methods.get(attribute, ()):
                if any(decorator.endswith("property") for decorator in self._scope_of(one).decorators):
                    self._take_function(*one)

    def _follow_attribute(self, name: str) -> None:
        if name not in self._seen_attributes:
            self._seen_attributes.add(name)
            for other, source in self._attributes.get(name, ()):
                self._take(other, source.value, source.use)

    def _follow_name(self, file: ValueSources, name: str, use: Use) -> None:
        if _LIKE_DATA.match(name):
            return
        level = file.level_of(use.scope, name)
        if level < 0:
            self._follow_import(file, name)
            return
        wanted = use.wanted or level != use.scope
        first, last = file.range_of(name, use, level)
        key = (file.module.file, level, name, wanted)
        known = self._seen.get(key)
        start, end = known or (first, first)
        self._seen[key] = (min(first, start), max(last, end))
        for position in (*range(first, start), *range(end, last)):
            source = file.assigned[level, name][position]
            self._take(file, source.value, source.use._replace(wanted=wanted))
        scope = file.module.scopes[level]
        if known is None and scope.kind == "function" and name in scope.parameters:
            self._follow_parameter((file.module.file, level), name, wanted=wanted)

    def _follow_parameter(self, function: tuple[str, int], name: str, *, wanted: bool) -> None:
        """What callers give: all of them, or, of what is only handed on, those whose result is part of it, too."""
        if not wanted:
            self._handed_on.setdefault(function, set()).add(name)
        for file, call in self._callers.get(function, ()):
            known = True if wanted else self.calls.get((file.module.file, call.index))
            if known is not None:
                self._take_argument(file, call, function, name, wanted=known)

    def _take_argument(
        self, file: ValueSources, call: Call, function: tuple[str, int], name: str, *, wanted: bool
    ) -> None:
        """What a call of a function gives for one of its parameters."""
        scope = self._scope_of(function)
        position = scope.parameters.index(name)
        if scope.parameters[0] in _SELF:
            position -= 1
        value = call.argument(position, name)
        if value is not None:
            self._take(file, value, file.use_in(call, wanted=wanted))
        elif call.starred:
            self._take_all(file, call, wanted=wanted)

    def _follow_import(self, file: ValueSources, name: str) -> None:
        """A name that another file of the project sets at its top."""
        imported = next((one for one in file.module.imports if one.alias in {name, "*"}), None)
        if imported is None:
            return
        wanted = name if imported.alias == "*" else imported.target.rpartition(".")[2]
        for used in self._links.used[file.module.file]:
            other = self._files.get(used)
            if other is not None and (0, wanted) in other.assigned:
                self._follow_name(other, wanted, Use(0, math.inf, None))

    def _function_named(self, file: ValueSources, path: str, scope: int) -> tuple[str, int] | None:
        """The function of the project that a name means which is handed on."""
        own, scopes = self._functions[file.module.file], file.module.scopes
        first, _dot, rest = path.partition(".")
        level = scope
        while level >= 0 and not rest:  # from within outwards
            outer = scopes[level].name
            index = own.get(f"{outer}.{path}" if outer else path)
            if index is not None:
                return file.module.file, index
            level = scopes[level].parent
        if first in _SELF:
            alike = self._methods.get(rest, ())
            return next((one for one in alike if one[0] == file.module.file), None)
        if first not in file.imported and "*" not in file.imported:
            return None
        wanted = rest or file.imported.get(first, first)  # nodes.split, split
        for used in sorted(self._links.used[file.module.file]):
            index = self._functions.get(used, {}).get(wanted)
            if index is not None:
                return used, index
        return None

    # What is not followed

    def is_in_training(self, module: Module, call: Call) -> bool:
        """Whether a call is in a function that trains, or at the top of a file in a loop that does."""
        if call.scope > 0:
            return (module.file, call.scope) in self._training_functions
        return not self._training_loops[module.file].isdisjoint(call.loops)

    def only_decides(self, module: Module, call: Call) -> bool:
        """Whether what is drawn is given to nothing: it is only compared."""
        consumers = self._consumed.get(module.file)
        if consumers is None:
            consumers = self._consumed[module.file] = _Consumers(module)
        return consumers.only_decides(call)


_Made = int | tuple[int, str]  # what a call gives, by its number, or a name, with its scope


class _Consumers:
    """Which calls and names of a file are given to something: to a call, an object, or by a return."""

    def __init__(self, module: Module) -> None:
        self._reads = module.reads
        self._given: set[_Made] = set()
        self._becomes: dict[_Made, list[_Made]] = {}
        for index, scope in enumerate(module.scopes):
            for value in (*scope.returns, *scope.yields):
                self._given.update(_parts(value, index))
        for call in module.calls:
            parts = {part for value in (*call.args, *call.keywords.values()) for part in _parts(value, call.scope)}
            parts.update(part for value in module.objects.get(call.index, ()) for part in _parts(value, call.scope))
            of = (call.scope, call.path.partition(".")[0])
            if call.method in _ONE_NUMBER:  # float(x), torch.rand(1).item()
                for part in (*parts, of, call.receiver):
                    self._becomes.setdefault(part, []).append(call.index)
            else:
                self._given.update((*parts, of, call.receiver))
        for assign in module.assigns:
            if "." in assign.name or assign.name.endswith("[]"):
                self._given.update(_parts(assign.value, assign.scope))
            else:
                for part in _parts(assign.value, assign.scope):
                    self._becomes.setdefault(part, []).append((assign.scope, assign.name))

    def only_decides(self, call: Call) -> bool:
        """Whether what a call gives is given to nothing, nor what is made of it."""
        if call.targets and self._reads.isdisjoint(call.targets):
            return False
        pending: list[_Made] = [call.index]
        seen: set[_Made] = set()
        while pending:
            made = pending.pop()
            if made in self._given:
                return False
            if made not in seen:
                seen.add(made)
                pending += self._becomes.get(made, ())
        return True


def _parts(value: Value, scope: int) -> set[_Made]:
    """The calls and names in an expression."""
    return {*held(value), *((scope, name.partition(".")[0]) for name in value.names())}


@lru_cache(maxsize=20_000)
def _may_begin(api: str) -> bool:
    """Whether by its name a call may load, split, write or measure data, or make a part of a model."""
    name = canonical(api)
    return (
        ml_calls.may_split(api)
        or ml_calls.may_take_hyperparameters(api)
        or name in _PARTS_OF_MODELS
        or ml_calls.is_loader(api)
        or name in _SEARCHES
        or ".metrics." in name
        or api in _WRITERS
        or api.rpartition(".")[2] in _WRITES
    )


def _is_of_experiments(call: Call) -> bool:
    """Whether a call loads or splits data, makes a part of a model, measures one, or says what a search tries."""
    return (
        ml_calls.loads_data(call)
        or canonical(call.api) in _PARTS_OF_MODELS | _SEARCHES
        or (ml_calls.may_split(call.api) and ml_calls.split_seeding(call) is not None)
        or (library(call.api) == "sklearn" and ".metrics." in call.api)
    )


def _named_in(module: Module, call: Call) -> Iterator[str]:
    """The names and texts by which a call says what it writes: those of the object, and of what that is made of."""
    given = [*call.args, *call.keywords.values()]
    yield call.path
    if call.receiver >= 0:
        yield module.calls[call.receiver].path
    for value in given:
        yield from value.names()
        yield from (text for text in value.constants() if isinstance(text, str))
    names = {call.owner} | {name for value in given for name in value.names()}
    for assign in module.assigns:
        if assign.scope != call.scope or assign.name.removesuffix("[]") not in names:
            continue
        yield assign.key
        yield from assign.value.names()
        if assign.value.kind == CALL:
            yield from (name for value in module.calls[assign.value.data].args for name in value.names())


def _is_role(base: str) -> bool:
    return _ROLES.match(base.rpartition(".")[2]) is not None


def _bases_here(scopes: tuple[Scope, ...], bases: tuple[str, ...]) -> set[int]:
    """The classes of the same file among the bases of one."""
    return {index for index, one in enumerate(scopes) if one.kind == "class" and one.name in bases}
