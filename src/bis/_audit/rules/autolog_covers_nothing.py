"""Autologging of a library that trains nothing here.

## What it does
Finds calls of `autolog()` in files in which nothing is trained that they would cover: neither in the file nor in the
project's own functions that it calls, nor, for a call in a function, in the files that run with it. What is started as
a process of its own (`subprocess.run(["python", "train.py"])`) is not covered, wherever it is called. Nothing is told
where what is trained comes from a library that is not known, or where a cell that cannot be read may train.

## Why is this bad?
It looks as if the training were logged. A PyTorch loop of one's own, for instance, is not covered by any autologging:
only Lightning's Trainer is.

## Example
```python
mlflow.sklearn.autolog()
model = keras.Sequential([keras.layers.Dense(1)])
model.fit(X, y)
```

## Use instead
```python
mlflow.tensorflow.autolog()
model = keras.Sequential([keras.layers.Dense(1)])
model.fit(X, y)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks import training
from bis._audit.parsing.ir import CALL, CONSTANT
from bis._audit.questions import execution_order, ml_calls
from bis._audit.questions.nested_estimators import nested_estimators
from bis._audit.questions.traces import traces
from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS202", "autolog-covers-nothing", Severity.WARNING, Confidence.MEDIUM, gate=frozenset({"mlflow"}))


_MAY_TRAIN = ("train", "fit", "tune", "objective", "run", "optimi", "search")
# What runs a program whose text is not here.
_RUN_OTHERS = frozenset(
    {"exec", "runpy.run_path", "runpy.run_module", "importlib.import_module", "import_module", "__import__"}
)
_BEGINS = frozenset({"main", "execute", "start_training", "run_pipeline", "run_experiment"})
_KNOWN_MAKERS = frozenset({"lightning", "transformers", "keras", "tensorflow"})  # what their objects do is known
_DECORATOR = "hydra.main"  # it begins the function that follows
_SWITCHES = frozenset({"train", "requires_grad_"})  # of a network, to its state while it is trained: `net.train()`


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        autologs = [c for c in analysis.may_trace(module) if "autolog" in analysis.direct(module, c)]
        if not autologs:
            continue
        here, reached = _trainings(analysis, module)
        elsewhere: list[Call] | None = None
        for call in autologs:
            flavour = canonical(call.api).split(".")[1]
            if flavour != "autolog" and flavour not in mlflow.AUTOLOG_COVERS:
                continue  # of a library that calls models rather than trains them
            trainings = here
            if here is not None and (not here or (call.scope and call.index not in reached)):
                # Other files may call the function, or import this one: what they train counts, too.
                elsewhere = _trainings_around(analysis, module) if elsewhere is None else elsewhere
                trainings = elsewhere if elsewhere or not call.scope or call.index in reached else None
            if (
                trainings is None
                or any(_may_cover(call, one) for one in trainings)
                or _covers_part(analysis, module, call)
            ):
                continue
            if trainings:
                what = f"what is trained here ({trainings[0].path or trainings[0].method}) is not covered by it"
            else:
                what = "nothing is trained here"
            yield RULE.at_call(module, call, f"{call.path}() logs nothing: {what}")


def _may_cover(autolog: Call, training: Call) -> bool:
    """Whether autologging covers a training, or may: of an object that another library makes, the kind is not known."""
    return execution_order.covered(autolog, training) or not ml_calls.is_of_known_library(training)


def _covers_part(analysis: Analysis, module: Module, autolog: Call) -> bool:
    """Whether it covers an estimator that is fitted as a part of another: ``Pipeline([("c", XGBClassifier())])``."""
    covers = execution_order.autolog_covers(autolog.api)
    return any(ml_calls.library(module.calls[index].api) in covers for index in nested_estimators(analysis, module))


def _trainings(analysis: Analysis, module: Module) -> tuple[list[Call] | None, set[int]]:
    """All trainings that a file reaches, None where it may reach others; and the calls that run from its top."""
    found: list[Call] = []
    reached: set[int] = set()
    unknown = _trains_unread(module)
    for position, trace in enumerate(traces(analysis, module)):
        first = next((step.call for step in trace if step.call is not None and step.depth == 0), None)
        from_top = position == 0 and first is not None and first.scope == 0
        for step in trace:
            call = step.call
            if call is None:
                continue
            if from_top and step.module is module:
                reached.add(call.index)
            unknown = _take(analysis, step.module, call, found) or unknown
    return (None if unknown else found), reached


def _trainings_around(analysis: Analysis, module: Module) -> list[Call] | None:
    """All trainings in the files that run with one in any program; None where there may be others."""
    together = analysis.project.links.together(module)
    found: list[Call] = []
    unknown = False
    for other in analysis.project.programs:
        if other.file in together:
            unknown = unknown or _trains_unread(other)
            for call in other.calls:
                unknown = _take(analysis, other, call, found) or unknown
    return None if unknown else found


def _take(analysis: Analysis, module: Module, call: Call, found: list[Call]) -> bool:
    """Take in a call that trains; returns whether it is not known what it trains, or whether it trains."""
    if not ml_calls.trains(call):
        return _may_train(analysis, call, module)
    found.append(call)
    of_any = call.api.startswith("sklearn.model_selection.")  # of whatever it is given
    return of_any or _is_of_several(module, call)


def _is_of_several(module: Module, training: Call) -> bool:
    """Whether a condition decides of which library a model is: its name is given one in each branch."""
    values = [a.value.data for a in module.assigns if a.name == training.owner and a.value.kind == CALL]
    made = [module.calls[index] for index in values if module.calls[index].scope == training.scope]
    return any(one.branches for one in made) and len({ml_calls.library(one.api) for one in made}) > 1


def _trains_unread(module: Module) -> bool:
    """Whether code that could not be read, or that is run from another file, may train."""
    return any(name in training.METHOD_NAMES or name == "%run" for name, _cell, _line in module.unread_calls)


def _may_train(analysis: Analysis, call: Call, module: Module) -> bool:
    """Whether a call of something unknown may train: by its name, or because the library is meant for that."""
    if not call.path or call.api in _RUN_OTHERS:  # getattr(model, "fit")(X, y)
        return True
    word = call.method.lower()
    root = ml_calls.library(call.api)
    if root == "pyspark" and word == "fit":
        return True
    if word in _SWITCHES and all(given.kind == CONSTANT for given in call.args) and not call.keywords:
        return False
    unknown = call.api.startswith(("@", ".")) and analysis.project.links.function(call.api, module) is None
    made = root in _KNOWN_MAKERS and call.method[:1].isupper()
    if made or call.api == _DECORATOR or (unknown and analysis.project.links.is_class(call.api, module)):
        return False  # an object is made, of a class without a method for that: Trainer()
    outside = root not in {"", "mlflow", "sklearn", "numpy", "pandas", "matplotlib", "torch"}
    if outside and word in _BEGINS:
        return True
    unknown = unknown or (outside and "train" in word)
    return unknown and "transform" not in word and any(part in word for part in _MAY_TRAIN)
