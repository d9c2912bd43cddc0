"""Autologging that is switched on after the training.

## What it does
Finds calls of `autolog()` after which nothing is trained that they would cover, while something was before that no
earlier call covers. Scripts
are followed as they run, notebooks in the order of their cells and, where that differs, in the order in which they
were executed.

## Why is this bad?
Autologging records what is trained after it. Switched on too late it logs nothing, without a warning.

## Example
```python
model = LinearRegression().fit(X_train, y_train)
mlflow.autolog()
```

## Use instead
```python
mlflow.autolog()
model = LinearRegression().fit(X_train, y_train)
```

## Fix
`--fix` moves the call before the first training, where both are statements of the same block of one script or cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT
from bis._audit.questions import execution_order, ml_calls
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Edit, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS201", "autolog-after-fit", Severity.ERROR, Confidence.HIGH, gate=frozenset({"mlflow"}), fixable=True)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call, with the training that it misses."""
    reported = set()
    for module, call, fit in execution_order.late_autologs(analysis):
        reported.add(id(call))
        owner = next((m for m in analysis.project.modules if any(c is fit for c in m.calls)), module)
        edits = _repair(analysis, module, call) if owner is module else ()
        message = f"{call.path}() is called after the training that it should log"
        yield RULE.at_call(module, call, message, edits=edits, related=(owner.place_of(fit),))
    for module, call, fit in execution_order.late_autologs(analysis, saved=True):
        if id(call) not in reported:
            message = f"{call.path}() was executed after the training that it should log (saved execution counts)"
            yield RULE.at_call(module, call, message, related=(module.place_of(fit),))


def _repair(analysis: Analysis, module: Module, call: Call) -> tuple[Edit, ...]:
    """Take the statement away, and put it before the statement of the first training in the same block."""
    before = [c for c in analysis.calls_in(module, call.scope) if c.index < call.index and ml_calls.trains(c)]
    fits = [c for c in before if execution_order.covered(call, c)]
    if not fits or call.targets or call.loops or call.withs or call.conditional or call.line != call.end_line:
        return ()
    first = fits[0]
    if (
        first.cell != call.cell
        or first.loops
        or first.withs
        or first.conditional
        or call.args
        or _nested(analysis, module, call)
    ):
        return ()
    start = min(
        (c.line for c in analysis.calls_in(module, first.scope) if _same_statement(c, first)), default=first.line
    )
    around = (a for a in module.assigns if a.cell == first.cell and a.line <= first.line <= a.value.line)
    start = min([start, *(a.line for a in around)])
    indent = " " * (call.column - 1)
    if call.starred or any(value.kind != CONSTANT for value in call.keywords.values()) or start > first.line:
        return ()
    between = module.calls[first.index + 1 : call.index]
    head = call.path.partition(".")[0]
    imported = any(
        i.alias.partition(".")[0] == head and i.cell == call.cell and i.line >= start for i in module.imports
    )
    if imported or any(c.api.startswith("mlflow.") for c in between):  # such as set_tracking_uri
        return ()
    keywords = ", ".join(f"{name}={value.data!r}" for name, value in call.keywords.items())
    place = module.place_of(call)
    text = f"{indent}{call.path}({keywords})\n"
    # The training is in the same block: the block is not empty without the call.
    return (
        Edit(Place(place.file, place.cell, start, 1, start, 1), text),
        Edit(Place(place.file, place.cell, call.line, 1, call.line + 1, 1), ""),
    )


def _same_statement(one: Call, other: Call) -> bool:
    return one.cell == other.cell and one.line <= other.line <= one.end_line and one.scope == other.scope


def _nested(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether the call is part of a larger expression."""
    return any(
        value.kind == "call" and value.data == call.index
        for c in analysis.calls_in(module, call.scope)
        for value in c.args
    )
