"""A run that is started without `with` and never ended.

## What it does
Finds calls of `mlflow.start_run()` whose run is neither a `with` block's nor ended by `mlflow.end_run()` anywhere in
the file.

## Why is this bad?
What follows in the same process, in a notebook even the next experiment, is logged to it; a program that fails leaves
it RUNNING or, worse, FINISHED.

## Example
```python
mlflow.start_run()
mlflow.log_param("C", 10)
```

## Use instead
```python
with mlflow.start_run():
    mlflow.log_param("C", 10)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, DICT, LIST, NAME
from bis._audit.questions.value_sources import held
from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS204", "run-never-ended", Severity.WARNING, Confidence.HIGH, gate=frozenset({"mlflow"}))


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        starts = [call for call in module.calls if call.api in mlflow.STARTS]
        if not starts or _ends(analysis, module):
            continue
        returned = set(_given_back(module))
        ended = {one.call for one in module.withs} | _on_stack(module) | returned
        names = returned | _entered_later(module)
        assigned: dict[int, set[str]] = {}  # by number of a call, the names of what has its result
        for assign in module.assigns:
            for number in held(assign.value):
                assigned.setdefault(number, set()).add(assign.name)
        for call in starts:
            if call.index in ended or names & {*call.targets, *assigned.get(call.index, ())}:
                continue
            yield RULE.at_call(module, call, "the run is started without `with`, and never ended in this file")


def _given_back(module: Module) -> Iterator[str | int]:
    """Names, and numbers of calls, that functions give back, also with others: ``return run, run.info.run_id``."""
    for scope in module.scopes:
        for value in (*scope.returns, *scope.yields):
            for one in value.items if value.kind in {LIST, DICT} else (value,):
                if one.kind in {CALL, NAME}:
                    yield one.data


def _ends(analysis: Analysis, module: Module) -> bool:
    for call in module.calls:
        if call.api in mlflow.ENDS or call.method in {"end_run", "set_terminated", "__exit__"}:
            return True
        found = analysis.project.links.function(call.api, module) if call.api.startswith("@") else None
        if found is not None and any(c.api in mlflow.ENDS for c in analysis.calls_in(*found)):
            return True
    return False


def _entered_later(module: Module) -> set[str]:
    """Names by which a run is entered: ``with run:``, or another name for it, or where that may be in any function."""
    names = {one.name for one in module.withs}
    read = {str(one.value.data) for one in module.assigns if one.value.kind == NAME and one.name in names}
    bare = {one.name for one in module.assigns} if any(one.call < 0 for one in module.withs) else set()
    return names | read | bare


def _on_stack(module: Module) -> set[int]:
    """Numbers of the calls in ``stack.enter_context(mlflow.start_run())``."""
    stacked = (call for call in module.calls if call.method == "enter_context")
    return {value.data for call in stacked for value in call.args if value.kind == CALL}
