"""Logging after the run has ended, or before it is opened.

## What it does
Finds calls that log to the active run where the author's own run is not open: after the `with mlflow.start_run()`
block or `mlflow.end_run()`, also of a function that has returned, or before the first `mlflow.start_run()` of a script
or of the same function.

## Why is this bad?
MLflow opens another run without a message. The value lands there, apart from the run it belongs to; and a `start_run()`
that follows fails, because a run is active already.

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

from bis._audit.parsing.ir import LATER
from bis._audit.questions.traces import traces
from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis._audit.questions.traces import TraceStep
    from bis.model.project_audit import Finding

RULE = Rule("BIS203", "logging-outside-run", Severity.ERROR, Confidence.MEDIUM, gate=frozenset({"mlflow"}))


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call once."""
    reported: set[int] = set()
    inside: set[int] = set()
    found: list[tuple[Module, Call, str]] = []
    for module in analysis.project.programs:
        if not any(call.api in mlflow.STARTS for call in module.calls):
            continue
        for trace in traces(analysis, module):
            _Runs(found, inside).follow(trace)
    for module, call, when in found:
        if id(call) not in reported and id(call) not in inside:
            reported.add(id(call))
            yield RULE.at_call(module, call, f"{call.path} logs {when}: to a run of its own")


class _Runs:
    """Which runs are open, step by step of one trace.

    `found` takes what is logged outside, `inside` the ids of calls that log within a run in any trace.
    """

    def __init__(self, found: list[tuple[Module, Call, str]], inside: set[int]) -> None:
        self._found = found
        self._inside = inside
        self._open = 0
        self._started = self._ended = False
        self._ends: list[tuple[Module, Call, int]] = []  # what has ended the last run, with its file and depth
        self._early: list[tuple[Module, Call]] = []
        self._from_top = False
        self._by_itself = False  # whether MLflow has opened a run for what was logged outside

    def follow(self, trace: list[TraceStep]) -> None:
        first = next((step.call for step in trace if step.call is not None and step.depth == 0), None)
        self._from_top = first is not None and first.scope == 0
        for step in trace:
            if step.closes is not None:
                self._leave(step)
            elif step.call is not None:
                if step.call.api.startswith("@"):
                    self._return(step, step.call)
                self._call(step, step.call)

    def _return(self, step: TraceStep, call: Call) -> None:
        """Come back from a function: a run that has ended there in any case has ended here."""
        inner = [(module, one) for module, one, depth in self._ends if depth == step.depth + 1]
        self._ends = [end for end in self._ends if end[2] <= step.depth]
        if any(not (one.branches or module.scopes[one.scope].yields) for module, one in inner):
            self._ends.append((step.module, call, step.depth))

    def _leave(self, step: TraceStep) -> None:
        assert step.closes is not None
        entered = step.closes.call
        if entered < 0 or step.module.calls[entered].api not in mlflow.STARTS:
            return
        self._open = max(self._open - 1, 0)
        # The end of a nested run leaves its parent open, also one that a caller of this function opened.
        start = step.module.calls[entered]
        nested = "nested" in start.keywords
        alone = self._from_top and not (self._open or self._by_itself or start.conditional)
        self._ended = self._ended or not nested or alone
        if not (nested or start.starred):
            self._ends.append((step.module, start, step.depth))

    def _call(self, step: TraceStep, call: Call) -> None:
        if call.api in mlflow.STARTS:
            self._open, self._started = self._open + 1, True
            self._ends = []
            if not call.conditional:
                opened = [one for one in self._early if _opens_after(step, call, *one)]
                self._found += [(module, early, "before the run is opened") for module, early in opened]
                self._early = [one for one in self._early if one not in opened]
        elif call.api in mlflow.ENDS:
            self._open, self._ended = 0, True
            self._ends.append((step.module, call, step.depth))
        elif _writes(call):
            self._write(step, call)

    def _write(self, step: TraceStep, call: Call) -> None:
        if self._open or call.withs:
            self._inside.add(id(call))
            return
        self._by_itself = True
        if call.conditional and not self._follows_an_end(step, call):
            return
        if self._ended and self._started:
            self._found.append((step.module, call, "after the run has ended"))
        elif not self._started and not call.conditional:
            self._early.append((step.module, call))

    def _follows_an_end(self, step: TraceStep, call: Call) -> bool:
        """Whether a run has ended wherever this is reached: in the same function, in a branch that is around this."""
        if LATER in call.branches or any(one.method == _ASKS for one in step.module.calls if one.scope == call.scope):
            return False
        ends = (one for module, one, _depth in self._ends if _together(step, call, module, one))
        around = ((one.branches, len(one.branches)) for one in ends)
        return any(call.branches[:depth] == branches for branches, depth in around)


_ASKS = "active_run"  # if mlflow.active_run(): ...


def _together(step: TraceStep, call: Call, module: Module, other: Call) -> bool:
    return step.module.file == module.file and call.scope == other.scope


def _opens_after(step: TraceStep, start: Call, module: Module, early: Call) -> bool:
    """Whether a run is opened that what was logged belongs to: of the script, or of the same function.

    A decorator may open one around a function, as may whoever calls it where this one is nested.
    """
    if early.scope == 0:
        return step.depth == 0
    plain = not module.scopes[early.scope].decorators and "nested" not in start.keywords
    return plain and module.file == step.module.file and early.scope == start.scope


def _writes(call: Call) -> bool:
    """Whether a call logs to the active run, and to no other that it names."""
    names_run = call.starred or "run_id" in call.keywords
    return canonical(call.api) in mlflow.WRITES_TO_ACTIVE_RUN and not names_run
