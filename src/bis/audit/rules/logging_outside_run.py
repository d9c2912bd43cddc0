"""Logging after the run has ended, or before it is opened.

## What it does
Finds calls that log to the active run where the author's own run is not open: after the `with mlflow.start_run()` block or
`mlflow.end_run()`, or before the first `mlflow.start_run()` of a script.

## Why is this bad?
MLflow opens another run without a word. The value lands there, apart from the run it belongs to; and a `start_run()` that
follows fails, because a run is active already.

## Example
```python
with mlflow.start_run():
    mlflow.log_param("C", 10)
mlflow.log_metric("accuracy", accuracy)
```

## Use instead
```python
with mlflow.start_run():
    mlflow.log_param("C", 10)
    mlflow.log_metric("accuracy", accuracy)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.audit.rule import Rule
from bis.audit.trackers import mlflow
from bis.audit.trackers.catalogue import canonical
from bis.model.audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.audit.program import Call, Module
    from bis.audit.project import Project, Step
    from bis.model.audit import Finding

RULE = Rule("BIS203", "logging-outside-run", Severity.ERROR, Confidence.MEDIUM, gate=frozenset({"mlflow"}))


def check(project: Project) -> Iterator[Finding]:
    """Tell each such call once."""
    told: set[int] = set()
    inside: set[int] = set()
    found: list[tuple[Module, Call, str]] = []
    for module in project.modules:
        if not any(call.api in mlflow.STARTS for call in module.calls):
            continue
        for trace in project.traces(module):
            _follow(project, trace, found, inside)
    for module, call, when in found:
        if id(call) not in told and id(call) not in inside:
            told.add(id(call))
            yield RULE.at_call(module, call, f"{call.path} logs {when}: to a run of its own")


def _follow(project: Project, trace: list[Step], found: list[tuple[Module, Call, str]], inside: set[int]) -> None:
    opened = 0
    ended = started = False
    early: list[tuple[Module, Call]] = []
    for step in trace:
        call = step.call
        if step.closes is not None:
            entered = step.closes.call
            if entered >= 0 and step.module.calls[entered].api in mlflow.STARTS:
                # The end of a nested run leaves its parent open, also one that a caller of this function opened.
                nested = "nested" in step.module.calls[entered].keywords
                opened, ended = max(opened - 1, 0), ended or not nested
        if call is None:
            continue
        if call.api in mlflow.STARTS:
            opened, started = opened + 1, True
            if not call.conditional:
                found += [(m, c, "before the run is opened") for m, c in early if step.depth == 0]
                early = []
        elif call.api in mlflow.ENDS:
            opened, ended = 0, True
        elif canonical(call.api) in mlflow.WRITES_TO_ACTIVE_RUN and "run_id" not in call.keywords and not _disabled(call):
            if opened or call.withs:
                inside.add(id(call))
            elif ended and started and not call.conditional:
                found.append((step.module, call, "after the run has ended"))
            elif not started and call.scope == 0 and not call.conditional:
                early.append((step.module, call))


def _disabled(call: Call) -> bool:
    return call.starred
