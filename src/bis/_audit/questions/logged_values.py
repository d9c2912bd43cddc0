"""What the calls of a file log as parameters, tags and names: keys, names of variables, and literals.

``mlflow.log_param("C", C)`` logs the key and the variable, ``mlflow.log_params(params)`` each entry of the dictionary,
``mlflow.log_params(vars(args))`` and ``mlflow.log_params(model.get_params())`` all of an object.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from bis._audit.frameworks import training
from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, DICT, FORMATTED, LIST, NAME, OTHER, SUBSCRIPT, Value
from bis._audit.questions import ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.lightning_loggers import saves_hyperparameters
from bis._audit.questions.nested_estimators import with_parts
from bis._audit.questions.written_values import Written, values_of
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

# The same thing by two names: of optimisers, and of whoever logs.
_ALSO_CALLED = {
    "lr": "learning_rate",
    "learning_rate": "lr",
    "eta": "learning_rate",
    "eps": "epsilon",
    "epsilon": "eps",
}
_DEEPEST = 6  # values within values that are followed
_SHORT = 3  # characters of a word that may mean anything
_LONG = 5  # characters of a name that is found within another, however these are written together
_WORDS = re.compile(r"[a-z]+|\d+")
# Methods that return all that an object was made with: of an estimator, of layers and optimisers of Keras, of others.
_OF_ESTIMATORS = frozenset({"get_params", "get_xgb_params", "get_all_params"})
_OF_KERAS = frozenset({"get_config"})
_OF_OBJECTS = frozenset(
    {
        "vars", "asdict", "_asdict", "to_dict", "to_sanitized_dict", "to_json_string", "model_dump", "dict",
        "to_container",
    }
)  # fmt: skip
_WHOLE = _OF_ESTIMATORS | _OF_KERAS | {"vars"}
# What a search has found: of the model that it tried, only what it varied, and that may be written anywhere.
_FOUND = frozenset({"best_params_", "best_params"})
_WRITES = frozenset({"json.dump", "yaml.dump", "yaml.safe_dump", "omegaconf.OmegaConf.save", "toml.dump"})
_SCHEDULE_STATE = re.compile(r"(?i)\bsched\w*\.state_dict$")
_OF_ONE = frozenset({"log_param", "set_tag"})  # what logs one value under one key


@asked_once
def logged_values(analysis: Analysis, module: Module) -> LoggedValues:
    """What the calls of a file log, themselves and through functions of the project."""
    return LoggedValues(analysis, module)


def written_value(analysis: Analysis, module: Module, value: Value, call: Call) -> Value | None:
    """The literal that an argument is: also of a variable, an attribute or an entry, ``Config.lr``, ``config["lr"]``.

    A parameter may be given anything.
    """
    known = analysis.value_of(module, value, call.scope, call.index)
    if known is not None and known.kind == LIST and not known.is_literal:  # betas=(config["beta1"], config["beta2"])
        items = tuple(written_value(analysis, module, item, call) or item for item in known.items)
        return known._replace(items=items)
    if known is None or known.kind not in {NAME, SUBSCRIPT}:
        return known
    if known.kind == NAME and "." not in known.data and not any(one.alias == known.data for one in module.imports):
        return known
    found = values_of(analysis, Written(module, known, call.scope, call.index))
    return found[0].value if len(found) == 1 and (found[0].module is module or found[0].value.is_literal) else None


class LoggedValues:
    """What the calls of a file log: keys, names of variables, and literals.

    Parameters
    ----------
    analysis : Analysis
    module : Module

    Attributes
    ----------
    keys : set of str
        Texts under which something is logged, in small letters.
    names : set of str
        Variables that are logged, as they are written.
    found : bool
        Whether what a search has found is logged.
    says_anything : bool
        Whether any parameter is logged.
    """

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.keys: set[str] = set()
        self.names: set[str] = set()
        self.found = False
        self.says_anything = False
        self._analysis = analysis
        self._module = module
        self._every_estimator = False
        self._all_of_keras = False
        self._attributes = False  # whether an object is logged with all its attributes
        self._literals: dict[str, list[str]] = {}  # by the value, the names under which it is logged
        self._taken: set[tuple[int, str]] = set()  # names that were followed, with the function
        self._whole: set[str] = set()  # objects of which all is logged
        self._made: set[int] = set()  # calls that make an estimator of which all is logged
        # What an optimiser or a schedule was given is read back from it, all of it.
        self._of_optimisers = any(call.path.endswith("param_groups[].items") for call in module.calls)
        self._of_schedules = any(_SCHEDULE_STATE.search(call.path) for call in module.calls)
        for call in analysis.may_trace(module):
            self._take_logging(call)
        for call in analysis.calls_where(module, _names_run):
            self._take_run_name(call)
        if any("artifact" in kinds for kinds in map(partial(analysis.kinds, module), analysis.may_trace(module))):
            for call in analysis.calls_where(module, _WRITES.__contains__):
                for given in call.args[:1]:  # json.dump(params, file), which is logged
                    self._take(given, call, 0)
        self._of_steps = {key.rpartition("__")[2] for key in self.keys}  # of a pipeline: svc__C

    def _take_logging(self, call: Call) -> None:
        """Take in what a call logs, if it does."""
        if call.method in {"log_param", "log_metric", "set_tag"} and len(call.args) > 1:
            name, value = call.args[-2:] if "Client" in call.api else call.args[:2]
            if name.kind == CONSTANT and value.kind == CONSTANT:
                self._literals.setdefault(repr(value.data), []).append(str(name.data).lower())
        kinds, direct = self._analysis.kinds(self._module, call), self._analysis.direct(self._module, call)
        if "param" not in kinds and "tag" not in direct and call.method not in {"log_dict", "log_text"}:
            return
        # Of a module of Lightning, the program with the trainer says the rest.
        self.says_anything = self.says_anything or ("param" in kinds and not self._saves_its_own(call))
        if self._asks_for_all(call):
            self._whole |= {name for given in (*call.args, *call.keywords.values()) for name in given.names()}
        if saves_hyperparameters(call):  # of a module of Lightning: what it is made with
            self.names |= set(self._module.scopes[call.scope].parameters)
        of_one = call.method in _OF_ONE and bool(direct)
        for given in (*call.args, *call.keywords.values()):
            self._take(given, call, 0, of_one=of_one)
        for index in call.loops:  # for key, value in params.items(): log_param(key, value)
            over = self._module.loops[index].over
            if over is not None:
                self._take(over, call, 0)

    def _saves_its_own(self, call: Call) -> bool:
        """Whether a call gives what a module of Lightning is made with to its trainer's logger, or makes the module."""
        if saves_hyperparameters(call):
            return True
        found = self._analysis.project.links.function(call.api, self._module) if call.api.startswith("@") else None
        if found is None:
            return False
        module, scope = found
        within = range(module.scopes[scope].first, module.scopes[scope].last)
        return any(saves_hyperparameters(module.calls[number]) for number in within)

    def _take_run_name(self, call: Call) -> None:
        """Take in what a run's name is put together from: ``run_name=f"depth-{depth}"``."""
        given = call.keywords.get("run_name")
        known = self._analysis.value_of(self._module, given, call.scope, call.index)
        for item in known.items if known is not None and known.kind in {FORMATTED, BINARY} else ():
            if item.kind != CONSTANT:
                self._take(item, call, 0, of_one=True)

    def _asks_for_all(self, call: Call) -> bool:
        """Whether a function of the project logs all parameters of an object that it is given: ``m.get_params()``."""
        found = self._analysis.project.links.function(call.api, self._module)
        return found is not None and any(inner.method in _WHOLE for inner in self._analysis.calls_in(*found))

    def _take_pairs(self, table: Value) -> None:
        """Take in the keys of a dictionary that is written out, and its literals."""
        for key, item in zip(table.items[::2], table.items[1::2], strict=True):
            if key.kind in {CONSTANT, FORMATTED}:
                self.keys.add(str(key.data).lower())
            if item.kind == CONSTANT:
                self._literals.setdefault(repr(item.data), []).append(str(key.data).lower())

    def _take(self, value: Value, call: Call, depth: int, *, of_one: bool = False) -> None:
        """Take in what an argument names, and what it is made from."""
        if depth > _DEEPEST:
            return
        inner = value.items
        if value.kind == CONSTANT and isinstance(value.data, str):
            self.keys.add(value.data.lower())
        elif value.kind == FORMATTED:  # f"{model}_max_depth"
            self.keys.add(str(value.data).lower())
        elif value.kind == NAME:
            self._take_name(value.data, call, depth, of_one=of_one)
        elif value.kind == CALL:
            self._take_call(self._module.calls[value.data], depth, of_one=of_one)
        elif value.kind == DICT:
            self._take_pairs(value)
            inner = value.items[1::2]
        elif value.kind == SUBSCRIPT and value.items[1].kind == CONSTANT and isinstance(value.items[1].data, str):
            inner = self._entry(value, call)
        elif value.kind == OTHER and value.data == "comprehension":  # {k: v for k, v in model.get_params().items()}
            around = (one for one in self._module.loops if (one.line, one.cell) == (value.line, call.cell))
            inner = (*inner, *(one.over for one in around if one.over and set(one.targets) & value.names()))
        for item in inner:
            self._take(item, call, depth + 1, of_one=of_one)

    def _entry(self, value: Value, call: Call) -> tuple[Value, ...]:
        """What of ``config["model"]`` is logged: the entry, also where that is a dictionary; not all of `config`."""
        self.keys.add(value.items[1].data.lower())
        found = values_of(self._analysis, Written(self._module, value, call.scope, call.index))
        written = tuple(one.value for one in found if one.module is self._module and one.value.kind == DICT)
        return written or (() if value.items[0].kind == NAME else (value.items[0],))

    def _take_name(self, path: str, call: Call, depth: int, *, of_one: bool) -> None:
        if (call.scope, path) in self._taken:
            return
        self._taken.add((call.scope, path))
        self.names.add(path)
        if of_one:  # log_param("model", model): an estimator shows what it was made with
            self._made |= self._makers_of(path, call.scope)
        self.keys |= {key.lower() for key, _value in self._analysis.stored_in(self._module, path) if key}
        for change in self._analysis.updates_of(self._module, path):  # params.update(max_depth=5)
            self.keys |= {name.lower() for name in change.keywords}
            for item in (*change.args, *change.keywords.values()):
                self._take(item, change, depth + 1)
        self._take_whole(path.rpartition(".")[2], path.rpartition(".")[0], call)
        if path.endswith(".__dict__"):
            self._whole.add(path.removesuffix(".__dict__"))
            self._attributes = True
        value = self._analysis.value_of(self._module, Value(NAME, path), call.scope, call.index)
        self.found = self.found or (path.rpartition(".")[2] in _FOUND and (value is None or value.kind != DICT))
        if value is not None and value.kind != NAME:
            self._take(value, call, depth + 1, of_one=of_one)
        else:
            for one in values_of(self._analysis, Written(self._module, Value(NAME, path), call.scope, call.index)):
                if one.module is not self._module:
                    self._take_entries(one.value)

    def _take_entries(self, value: Value) -> None:
        """Take in the keys of a dictionary of another file, and of those in it."""
        if value.kind == DICT:
            self.keys |= {str(key.data).lower() for key in value.items[::2] if key.kind == CONSTANT}
            for item in value.items[1::2]:
                self._take_entries(item)

    def _take_whole(self, method: str, owner: str, call: Call) -> None:
        """Take in that all of an object is logged: ``model.get_params()``."""
        if method in _OF_KERAS:
            self._all_of_keras = True
        if method in _OF_ESTIMATORS:
            made = self._makers_of(owner, call.scope)
            self._made |= made
            self._every_estimator = self._every_estimator or not made

    def _makers_of(self, name: str, scope: int) -> frozenset[int]:
        """The calls that make the estimator of this name and its parts; none where it may mean another thing."""
        if not name or "." in name or name in self._module.scopes[scope].parameters:
            return frozenset()
        if any(name in loop.targets for loop in self._module.loops):
            return frozenset()
        given = [one.value for one in self._module.assigns if one.name == name and one.scope in {scope, 0}]
        made = [self._module.calls[value.data] for value in given if value.kind == CALL]
        made = [self._module.calls[one.receiver] if one.method == "fit" and one.receiver >= 0 else one for one in made]
        whole = len(made) == len(given) and all(_is_estimator(one.api) for one in made)
        if not whole:
            return frozenset()
        return with_parts(self._analysis, self._module, frozenset(one.index for one in made))

    def _take_call(self, inner: Call, depth: int, *, of_one: bool) -> None:
        if inner.method in _OF_OBJECTS and inner.api != "dict":
            of = [inner.owner] if inner.owner and not (inner.args or inner.keywords) else []
            self._whole |= {name for given in inner.args for name in given.names()}.union(of)
            self._attributes = True
        self._take_whole(inner.method, inner.owner, inner)
        if inner.api == "dict":  # dict(max_depth=5)
            self.keys |= {name.lower() for name in inner.keywords}
        if inner.receiver >= 0:  # model.get_params().items()
            self._take_call(self._module.calls[inner.receiver], depth + 1, of_one=of_one)
        for whole in self._module.objects.get(inner.index, ()):  # {**defaults, **others}.items()
            self._take(whole, inner, depth + 1, of_one=of_one)
        given = (*inner.args, *inner.keywords.values())
        if ml_calls.trains(inner) or (of_one and not _hands_on(inner)):
            return  # it is not what it is made from: the number of rounds that a search has found
        if inner.owner and inner.method == "get" and given and given[0].kind == CONSTANT:
            self.keys.add(str(given[0].data).lower())  # config.get("lr")
            return
        if inner.owner:
            self._take_name(inner.owner, inner, depth, of_one=of_one)
        for item in given:
            self._take(item, inner, depth + 1, of_one=of_one)

    def _is_logged_otherwise(self, names: set[str], name: str, known: Value) -> bool:
        """Whether the value itself is logged: under this name as a metric, or under another, and it is a rare one.

        Two parameters may have one number in common, but not where their names begin alike: ``iterations``, `max_iter`.
        """
        text = repr(known.data)
        rare = isinstance(known.data, str) and len(known.data) > _SHORT
        return any(rare or key in names or _begins_alike(key, name) for key in self._literals.get(text, ()))

    def takes_logged(self, call: Call) -> bool:
        """Whether a call is given a logged dictionary, ``Model(C=1, **best_params)``: what is beside is not in it."""
        given = (value.data for name, value in call.keywords.items() if name.startswith("**") and value.kind == NAME)
        return any(path in self.names for path in given)

    def covers(self, name: str, value: Value, known: Value, call: Call, module: Module) -> bool:
        """Whether an argument of a call reaches what is logged.

        Parameters
        ----------
        name : str
            Of the argument.
        value, known : Value
            As it is given, and the literal that it is.
        call : Call
        module : Module
            Whose call it is; of another one than this, names of whole objects mean something else.
        """
        names = {name.lower(), _ALSO_CALLED.get(name.lower(), name.lower())}
        if not names.isdisjoint(self.keys) or not names.isdisjoint(self._of_steps):
            return True
        if self._has_variable(value, module) or self._is_whole(call, module):
            return True
        # batch_size=bs, logged as "bs": the constant itself is reported under another key
        return self._is_logged_otherwise(names, name, known) or any(
            _is_about(key, one) for one in names for key in self.keys
        )

    def _has_variable(self, value: Value, module: Module) -> bool:
        """Whether a variable of an expression is logged, or an object that it is an attribute of."""
        variables, lasts = value.names(), _lasts(value)
        if variables & self.names or {name.lower() for name in lasts} & self.keys:
            return True
        if any(variable.startswith(f"{whole}.") for variable in variables for whole in self.names):
            return True  # asdict(config) is logged, of config.C
        if self._attributes and any("." in variable for variable in variables):
            return True  # by whatever name it is known there
        # conf.DEPTH is logged, of what is DEPTH there
        return module is not self._module and not lasts.isdisjoint(name.rpartition(".")[2] for name in self.names)

    def _is_whole(self, call: Call, module: Module) -> bool:
        """Whether all that a call is given is logged with what it makes."""
        if module is self._module and self._whole.intersection(call.targets):
            return True
        if training.is_optimiser(call.api):
            of_schedule = ".lr_scheduler." in call.api
            if self._of_schedules if of_schedule else self._of_optimisers:
                return True
            if not of_schedule and any(name.endswith(".defaults") for name in self.names):
                return True
        if self._all_of_keras and ml_calls.library(call.api) in {"keras", "tensorflow"} and call.method[:1].isupper():
            return True
        if not _is_estimator(call.api):
            return False
        return self._every_estimator or (module is self._module and call.index in self._made)


def _lasts(value: Value) -> set[str]:
    """The last parts of the names in an expression; of ``config["depth"]`` the key."""
    if value.kind == SUBSCRIPT and value.items[1].kind == CONSTANT:
        return {str(value.items[1].data)}
    return {name.rpartition(".")[2] for name in value.names()}


def _hands_on(call: Call) -> bool:
    """Whether a call returns what it is given in another form, as far as it may: ``str(params)``, ``int(depth)``."""
    return len(call.args) + len(call.keywords) <= 1 or call.api in _FORMS


_FORMS = frozenset({"json.dumps", "yaml.dump", "yaml.safe_dump", "pprint.pformat", "round", "max", "min", "getattr"})
_WITH_PARAMETERS = frozenset({"sklearn", "xgboost", "lightgbm", "catboost", "imblearn"})


@lru_cache(maxsize=20_000)
def _is_estimator(api: str) -> bool:
    """Whether a call makes an object that knows by ``get_params`` what it was made with."""
    return ml_calls.library(api) in _WITH_PARAMETERS and api.rpartition(".")[2][:1].isupper()


@lru_cache(maxsize=20_000)
def _names_run(api: str) -> bool:
    return canonical(api) in mlflow.STARTS | mlflow.CLIENT_STARTS


_OF_ANY = frozenset({"max", "min", "num", "size", "rate"})  # words that are in many names
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=20_000)
def _begins_alike(key: str, name: str) -> bool:
    """Whether a word of a key and one of an argument's name begin alike: ``regularization`` and ``regParam``."""
    words = [word for word in _WORDS.findall(_HUMP.sub("_", name).lower()) if word not in _OF_ANY]
    others = [word for word in _WORDS.findall(key) if word not in _OF_ANY]
    words, others = ([word for word in one if len(word) >= _SHORT] for one in (words, others))
    return any(one.startswith(other) or other.startswith(one) for one in words for other in others)


@lru_cache(maxsize=20_000)
def _is_about(key: str, name: str) -> bool:
    """Whether a key speaks of an argument: one has the other's words, ``svm_C`` and ``C``, or most of its letters."""
    if len(key) < _SHORT:
        return False
    words, others = _WORDS.findall(key), _WORDS.findall(name)
    shorter, longer = sorted((words, others), key=len)
    if shorter and any(longer[at : at + len(shorter)] == shorter for at in range(len(longer) - len(shorter) + 1)):
        return True
    first, second = sorted(("".join(words), "".join(others)), key=len)
    return len(first) >= _LONG and first in second
