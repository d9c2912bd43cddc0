"""Autologging of a library that trains nothing here.

## What it does
Finds calls of `autolog()` in files in which nothing is trained that they would cover: neither in the file nor in the
project's own functions that it calls.

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

from bis._audit.questions import execution_order, ml_calls
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


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        autologs = [c for c in module.calls if analysis.direct(module, c) == ("autolog",)]
        if not autologs:
            continue
        trainings, reached = _trainings(analysis, module)
        for call in autologs:
            if call.scope and call.index not in reached:
                continue  # in a function that other files may call
            flavour = canonical(call.api).split(".")[1]
            if flavour != "autolog" and flavour not in mlflow.AUTOLOG_COVERS:
                continue  # of a library that calls models rather than trains them
            if trainings is None or any(execution_order.covered(call, one) for one in trainings):
                continue
            if trainings:
                what = f"what is trained here ({trainings[0].path or trainings[0].method}) is not covered by it"
            else:
                what = "nothing is trained here"
            yield RULE.at_call(module, call, f"{call.path}() logs nothing: {what}")


def _trainings(analysis: Analysis, module: Module) -> tuple[list[Call] | None, set[int]]:
    """All trainings that a file reaches, None where it may reach others; and the calls that run from its top."""
    found: list[Call] = []
    reached: set[int] = set()
    unknown = False
    for position, trace in enumerate(traces(analysis, module)):
        from_top = position == 0 and bool(trace) and trace[0].depth == 0
        for step in trace:
            call = step.call
            if call is None:
                continue
            if from_top and step.module is module:
                reached.add(call.index)
            if ml_calls.trains(call):
                found.append(call)
                unknown = unknown or call.api.startswith("sklearn.model_selection.")  # of whatever it is given
            elif _may_train(analysis, call, step.module):
                unknown = True
    imported = any(analysis.project.links.uses(other, module) for other in analysis.project.modules)
    return (None if unknown or (imported and not found) else found), reached


def _may_train(analysis: Analysis, call: Call, module: Module) -> bool:
    """Whether a call of something unknown may train: by its name, or because the library is meant for that."""
    word = call.method.lower()
    root = ml_calls.library(call.api)
    if root in {"pyspark", "subprocess", "os"} and word in {"fit", "run", "system", "popen", "call", "check_call"}:
        return True
    unknown = call.api.startswith(("@", ".")) and analysis.project.links.function(call.api, module) is None
    outside = root not in {"", "mlflow", "sklearn", "numpy", "pandas", "matplotlib"} and "train" in word
    return (unknown or outside) and any(part in word for part in _MAY_TRAIN)
