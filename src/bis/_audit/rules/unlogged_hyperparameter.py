"""A hyperparameter that is written in the code and logged nowhere.

## What it does
Finds literals that are given to an estimator, an optimiser or a training, in files that log to MLflow, where neither
the value's name nor its variable is logged, nor the value as a metric or, a word, under another name, and no
autologging of the same program covers it. It follows variables within the file. A loader of data counts where it
shuffles and something is trained: others evaluate. What a training does anyway (`shuffle=True` of Keras), and a value
that a search replaces, decide nothing.

## Why is this bad?
The run looks complete, with some parameters beside its metrics, and yet the one that was changed may be missing.

## Example
```python
with mlflow.start_run():
    model = SVC(C=10, kernel="rbf")
    mlflow.log_param("C", 10)
```

## Use instead
```python
with mlflow.start_run():
    model = SVC(C=10, kernel="rbf")
    mlflow.log_params(model.get_params())
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.frameworks import training
from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, OTHER, Value
from bis._audit.questions import execution_order, ml_calls
from bis._audit.questions.call_arguments import spread
from bis._audit.questions.lightning_loggers import saves_hyperparameters
from bis._audit.questions.nested_estimators import nested_estimators, searched
from bis._audit.questions.written_values import Written, values_of
from bis._audit.rule_contract import Rule
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS102", "unlogged-hyperparameter", Severity.WARNING, Confidence.MEDIUM, gate=frozenset({"mlflow"}))

_EVALUATES = re.compile(
    r"(?i)(?:^|_)(?:val|valid|validation|test|testing|eval|evaluation|dev|holdout)(?:_|\d|$|set|load|data|dl\b)"
)
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
_WHOLE = frozenset({"get_params", "get_xgb_params", "get_config", "get_all_params", "vars"})
# What a search has found: of the model that it tried, only what it varied, and that may be written anywhere.
_FOUND = frozenset({"best_params_", "best_params"})


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each maker of a model once, with all arguments that are not logged."""
    autologs = {
        module.file: found
        for module in analysis.project.modules
        if (found := [call for call in analysis.may_trace(module) if _logs_by_itself(analysis, module, call)])
    }
    for module in analysis.project.programs:
        logging = [c for c in analysis.may_trace(module) if analysis.kinds(module, c)]
        if not any("param" in analysis.kinds(module, c) or "metric" in analysis.kinds(module, c) for c in logging):
            continue  # a file that logs nothing is another's part
        together = analysis.project.links.together(module) if autologs else frozenset()
        covering = [call for file, calls in autologs.items() if file in together for call in calls]
        inside = nested_estimators(analysis, module) if covering else frozenset()
        replaced = searched(analysis, module)
        logged = _Logged(analysis, module, logging)
        for call in () if logged.everything else analysis.calls_where(module, ml_calls.may_take_hyperparameters):
            if logged.found and not logged.takes_logged(call):
                continue  # it may be what was searched
            known = call if logged.found else _with_table(analysis, module, spread(analysis, module, call))
            given = ml_calls.hyperparameters(call if known.starred else known)  # {**defaults, **others}: not known
            missing = [
                n for n, v in given.items() if logged.misses(n, v, call) and n not in replaced.get(call.index, ())
            ]
            if not missing or (ml_calls.loads_data(call) and not _feeds_training(analysis, module, call)):
                continue
            roots = {ml_calls.library(call.api), "sklearn" if call.index in inside else ""}
            if not any(_covers(autolog, call, roots) for autolog in covering):
                names = ", ".join(missing)
                yield RULE.at_call(module, call, f"{call.method} is given {names}, which no call logs")


def _logs_by_itself(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether a call has a library's parameters logged: autologging, or MLflow's callback for Keras."""
    return analysis.direct(module, call) == ("autolog",) or canonical(call.api) in _CALLBACKS


_CALLBACKS = frozenset({"mlflow.keras.MlflowCallback", "mlflow.tensorflow.MlflowCallback"})


def _with_table(analysis: Analysis, module: Module, call: Call) -> Call:
    """A call whose first argument is a dictionary of hyperparameters, with the one that a name stands for."""
    wanted = training.hyperparameters(call.api)
    table = call.argument(0, wanted.table) if wanted is not None and wanted.table else None
    if table is None or table.kind != NAME or analysis.is_altered(module, table.data):
        return call
    known = analysis.value_of(module, table, call.scope, call.index)
    return call if known is None or known.kind != DICT else call._replace(args=(known, *call.args[1:]))


def _covers(autolog: Call, maker: Call, roots: set[str]) -> bool:
    """Whether autologging logs what a maker is given: of its library, or of an estimator that it is a part of."""
    covers = execution_order.autolog_covers(autolog.api)
    return bool(roots & set(covers)) or (ml_calls.library(maker.api) == "lightgbm" and "sklearn" in covers)


def _feeds_training(analysis: Analysis, module: Module, loader: Call) -> bool:
    """Whether a loader of data is one that a model is trained with: it shuffles, in a program that trains."""
    if not analysis.is_part_of_training(module):
        return False
    named = {name for given in loader.args[:1] for name in given.names()} | set(loader.targets)
    if any(_EVALUATES.search(name.rpartition(".")[2]) for name in named):
        return False
    if {"sampler", "batch_sampler"} & loader.keywords.keys() or loader.starred:
        return True
    shuffle = loader.argument(2, "shuffle")
    return shuffle is not None and not (shuffle.kind == CONSTANT and not shuffle.data)


class _Logged:
    """What the calls of a file log: keys, names of variables, and literals."""

    def __init__(self, analysis: Analysis, module: Module, calls: list[Call]) -> None:
        self._analysis = analysis
        self._module = module
        self.keys: set[str] = set()
        self.names: set[str] = set()
        self.everything = False
        self.found = False  # whether what a search has found is logged
        self._literals: set[tuple[str, str]] = set()  # name and value
        self._taken: set[tuple[int, str]] = set()  # names that were followed, with the function
        self._whole: set[str] = set()  # objects of which all is logged
        # What an optimiser was given is read back from it, all of it.
        self._of_optimisers = any(call.path.endswith("param_groups[].items") for call in module.calls)
        for call in calls:
            if call.method in {"log_param", "log_metric"} and len(call.args) > 1:
                name, value = call.args[-2:] if "Client" in call.api else call.args[:2]
                if name.kind == CONSTANT and value.kind == CONSTANT:
                    self._literals.add((str(name.data).lower(), repr(value.data)))
            if "param" not in analysis.kinds(module, call) and call.method != "log_dict":
                continue
            if self._asks_for_all(call):
                self._whole |= {name for value in (*call.args, *call.keywords.values()) for name in value.names()}
            if saves_hyperparameters(call):  # of a module of Lightning: what it is made with
                self.names |= set(module.scopes[call.scope].parameters)
            for value in (*call.args, *call.keywords.values()):
                self._take(value, call, 0)
            if call.loops:
                self._loops(call)

    def _asks_for_all(self, call: Call) -> bool:
        """Whether a function of the project logs all parameters of an object that it is given: ``m.get_params()``."""
        found = self._analysis.project.links.function(call.api, self._module)
        return found is not None and any(inner.method in _WHOLE for inner in self._analysis.calls_in(*found))

    def _loops(self, call: Call) -> None:
        """``for key, value in params.items(): log_param(key, value)`` logs all of params."""
        for index in call.loops:
            over = self._module.loops[index].over
            if over is not None:
                self._take(over, call, 0)

    def _take(self, value: Value, call: Call, depth: int) -> None:
        """Take in what an argument names, and what it is made from."""
        if depth > _DEEPEST:
            return
        inner = value.items
        if value.kind == CONSTANT and isinstance(value.data, str):
            self.keys.add(value.data.lower())
        elif value.kind == NAME:
            self._take_name(value.data, call, depth)
        elif value.kind == CALL:
            self._take_call(self._module.calls[value.data], depth)
        elif value.kind == DICT:
            pairs = list(zip(value.items[::2], value.items[1::2], strict=True))
            self.keys |= {str(key.data).lower() for key, _item in pairs if key.kind == CONSTANT}
            self._literals |= {(str(key.data).lower(), repr(item.data)) for key, item in pairs if item.kind == CONSTANT}
            inner = value.items[1::2]
        elif value.kind == OTHER and value.data == "comprehension":  # {k: v for k, v in model.get_params().items()}
            around = (one for one in self._module.loops if (one.line, one.cell) == (value.line, call.cell))
            inner = (*inner, *(one.over for one in around if one.over and set(one.targets) & value.names()))
        for item in inner:
            self._take(item, call, depth + 1)

    def _take_name(self, path: str, call: Call, depth: int) -> None:
        if (call.scope, path) in self._taken:
            return
        self._taken.add((call.scope, path))
        self.names.add(path)
        self.keys |= {key.lower() for key, _value in self._analysis.stored_in(self._module, path) if key}
        for change in self._analysis.updates_of(self._module, path):  # params.update(max_depth=5)
            self.keys |= {name.lower() for name in change.keywords}
            for item in (*change.args, *change.keywords.values()):
                self._take(item, change, depth + 1)
        self.everything = self.everything or path.rpartition(".")[2] in _WHOLE
        self.found = self.found or path.rpartition(".")[2] in _FOUND
        if path.endswith(".__dict__"):
            self._whole.add(path.removesuffix(".__dict__"))
        value = self._analysis.value_of(self._module, Value(NAME, path), call.scope, call.index)
        if value is not None and value.kind != NAME:
            self._take(value, call, depth + 1)

    def _take_call(self, inner: Call, depth: int) -> None:
        self.everything = self.everything or inner.method in _WHOLE
        if inner.api == "dict":  # dict(max_depth=5)
            self.keys |= {name.lower() for name in inner.keywords}
        if inner.receiver >= 0:  # model.get_params().items()
            self._take_call(self._module.calls[inner.receiver], depth + 1)
        if inner.owner:
            self._take_name(inner.owner, inner, depth)
        for item in (*inner.args, *inner.keywords.values()):
            self._take(item, inner, depth + 1)

    def _written(self, value: Value, call: Call) -> Value | None:
        """What an argument is, as far as the file says: also by a class's attribute, ``Config.lr``."""
        known = self._analysis.value_of(self._module, value, call.scope, call.index)
        if known is None or known.kind != NAME or "." not in known.data:  # a parameter may be given anything
            return known
        found = values_of(self._analysis, Written(self._module, known, call.scope, call.index))
        return found[0].value if len(found) == 1 and found[0].module is self._module else None

    def _is_logged_otherwise(self, names: set[str], known: Value) -> bool:
        """Whether the value itself is logged: under this name as a metric, or under another, and it is a rare one."""
        text = repr(known.data)
        rare = isinstance(known.data, str) and len(known.data) > _SHORT  # two parameters may have one number in common
        return any(value == text and (rare or name in names) for name, value in self._literals)

    def takes_logged(self, call: Call) -> bool:
        """Whether a call is given a logged dictionary, ``Model(C=1, **best_params)``: what is beside is not in it."""
        given = (value.data for name, value in call.keywords.items() if name.startswith("**") and value.kind == NAME)
        return any(path in self.names for path in given)

    def misses(self, name: str, value: Value, call: Call) -> bool:
        """Whether an argument is a literal that reaches no call that logs parameters."""
        names = {name.lower(), _ALSO_CALLED.get(name.lower(), name.lower())}
        if any(key in names or key.rpartition("__")[2] in names for key in self.keys):
            return False
        variables = value.names()
        if any(name.startswith(f"{whole}.") for name in variables for whole in self.names):
            return False  # asdict(config) is logged, of config.C
        if variables & self.names or {v.rpartition(".")[2].lower() for v in variables} & self.keys:
            return False
        if self._whole.intersection(call.targets) or (self._of_optimisers and training.is_optimiser(call.api)):
            return False
        known = self._written(value, call)
        if known is None or not known.is_literal or self._is_logged_otherwise(names, known):
            return False
        # batch_size=bs, logged as "bs": the constant itself is reported under another key
        return not any(key in one or one in key for one in names for key in self.keys if len(key) > 2)
