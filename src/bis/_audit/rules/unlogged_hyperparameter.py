"""A hyperparameter that is written in the code and logged nowhere.

## What it does
Finds literals that are given to an estimator, an optimiser or a training, in files that log to MLflow, where neither
the value's name nor its variable is logged, and no autologging of the same program covers it. It follows variables
within the file. A loader of data counts where it shuffles and something is trained: others evaluate. What a training
does anyway (`shuffle=True` of Keras), and a value that a search replaces, decide nothing.

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

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, NAME, OTHER, Value
from bis._audit.questions import execution_order, ml_calls
from bis._audit.questions.call_arguments import spread
from bis._audit.questions.lightning_loggers import saves_hyperparameters
from bis._audit.questions.nested_estimators import nested_estimators, searched
from bis._audit.rule_contract import Rule
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
_WHOLE = frozenset(
    {"get_params", "get_xgb_params", "get_config", "get_all_params", "best_params_", "best_params", "vars"}
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each maker of a model once, with all arguments that are not logged."""
    autologs = {
        module.file: found
        for module in analysis.project.modules
        if (found := [call for call in analysis.may_trace(module) if analysis.direct(module, call) == ("autolog",)])
    }
    for module in analysis.project.programs:
        logging = [c for c in analysis.may_trace(module) if analysis.kinds(module, c)]
        if not any("param" in analysis.kinds(module, c) or "metric" in analysis.kinds(module, c) for c in logging):
            continue  # a file that logs nothing is another's part
        together = analysis.project.links.together(module) if autologs else frozenset()
        covering = [call for file, calls in autologs.items() if file in together for call in calls]
        inside = nested_estimators(analysis, module) if covering else frozenset()
        replaced = searched(analysis, module)
        logged = _Logged(analysis, module, [c for c in logging if "param" in analysis.kinds(module, c)])
        for call in () if logged.everything else analysis.calls_where(module, ml_calls.may_take_hyperparameters):
            known = spread(analysis, module, call)
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
    """What the parameter calls of a file log: keys, and names of variables."""

    def __init__(self, analysis: Analysis, module: Module, calls: list[Call]) -> None:
        self._analysis = analysis
        self._module = module
        self.keys: set[str] = set()
        self.names: set[str] = set()
        self.everything = False
        for call in calls:
            if saves_hyperparameters(call):  # of a module of Lightning: what it is made with
                self.names |= set(module.scopes[call.scope].parameters)
            for value in (*call.args, *call.keywords.values()):
                self._take(value, call, 0)
            if call.loops:
                self._loops(call)

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
            self.keys |= {str(key.data).lower() for key in value.items[::2] if key.kind == CONSTANT}
            inner = value.items[1::2]
        elif value.kind == OTHER and value.data == "comprehension":  # {k: v for k, v in model.get_params().items()}
            around = (one for one in self._module.loops if (one.line, one.cell) == (value.line, call.cell))
            inner = (*inner, *(one.over for one in around if one.over and set(one.targets) & value.names()))
        for item in inner:
            self._take(item, call, depth + 1)

    def _take_name(self, path: str, call: Call, depth: int) -> None:
        if path in self.names:
            return
        self.names.add(path)
        self.keys |= {key.lower() for key, _value in self._analysis.stored_in(self._module, path) if key}
        for change in self._analysis.updates_of(self._module, path):  # params.update(max_depth=5)
            self.keys |= {name.lower() for name in change.keywords}
            for item in (*change.args, *change.keywords.values()):
                self._take(item, change, depth + 1)
        self.everything = self.everything or path.rpartition(".")[2] in _WHOLE
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

    def misses(self, name: str, value: Value, call: Call) -> bool:
        """Whether an argument is a literal that reaches no call that logs parameters."""
        names = {name.lower(), _ALSO_CALLED.get(name.lower(), name.lower())}
        if any(key in names or key.rpartition("__")[2] in names for key in self.keys):
            return False
        variables = value.names()
        if variables & self.names or {v.rpartition(".")[2].lower() for v in variables} & self.keys:
            return False
        known = self._analysis.value_of(self._module, value, call.scope, call.index)
        if known is None or not known.is_literal:
            return False
        # batch_size=bs, logged as "bs": the constant itself is reported under another key
        return not any(key in one or one in key for one in names for key in self.keys if len(key) > 2)
