"""A metric that is logged in a loop without its step.

## What it does
Finds metrics of a fixed name that are logged within a loop, in one run, without `step`; also those whose names change
with an inner loop only, and come again in each turn of the outer one. A function of the project that is given a step
in loops, and logs without it, counts too.

## Why is this bad?
MLflow keeps all values under step 0. The curve has no axis: the order is lost where two have one time stamp, and no
run can be compared with another at the same epoch.

## Example
```python
for epoch in range(10):
    mlflow.log_metric("loss", train_epoch())
```

## Use instead
```python
for epoch in range(10):
    mlflow.log_metric("loss", train_epoch(), step=epoch)
```

## Fix
`--fix` adds `step=` with the loop's own counter, where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, FORMATTED, NAME, Value
from bis._audit.questions.function_callers import given_by_callers
from bis._audit.questions.value_sources import held
from bis._audit.rule_contract import Rule
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Confidence, Edit, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Loop, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS103", "metric-without-step", Severity.WARNING, Confidence.HIGH, gate=frozenset({"mlflow"}), fixable=True
)

# Position of the key (or the dictionary of metrics) and of the step.
_CALLS = {
    "mlflow.log_metric": (0, 2),
    "mlflow.log_metrics": (0, 1),
    "mlflow.MlflowClient.log_metric": (1, 4),
    "mlflow.ActiveRun.log_metric": (0, 2),
}


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        changing: Changing = {}
        for call in module.calls:
            known = _CALLS.get(canonical(call.api)) if call.loops or call.scope else None
            if known is None or call.starred or call.argument(known[1], "step") is not None:
                continue
            if not call.loops:
                step = _dropped(analysis, module, call, known[0])
                if step:
                    message = f"{call.method} without step=, though callers in loops give `{step}`"
                    yield RULE.at_call(module, call, message)
                continue
            loop = module.loops[call.loops[-1]]
            if _own_run(analysis, module, call) or not _fixed_name(module, call, known[0], changing):
                continue
            edits = _repair(module, call, loop)
            yield RULE.at_call(module, call, f"{call.method} in a loop without step=", edits=edits)


def _dropped(analysis: Analysis, module: Module, call: Call, position: int) -> str:
    """The parameter of a function that says the step, which its callers in loops give and it logs without.

    Empty where there is none, where the function logs with it elsewhere, or where the metric's name may change.
    """
    scope = module.scopes[call.scope]
    step = next((name for name in scope.parameters if name in _STEPS), "")
    given = call.argument(position, "key") or call.argument(position, "metrics")
    if not step or given is None or any(_has_step(one) for one in analysis.calls_in(module, call.scope)):
        return ""
    entries = [one for one in given_by_callers(analysis, module, call.scope, step) if one is not None]
    told = [(other, one) for other, value, one in entries if one.loops and not value.is_none]
    told = [(other, one) for other, one in told if not _own_run(analysis, other, one)]
    if given.kind == NAME and given.data in scope.parameters:
        named = [one for one in given_by_callers(analysis, module, call.scope, given.data) if one is not None]
        fixed = {(other.file, one.index) for other, value, one in named if _is_written_out(value)}
        return step if any((other.file, one.index) in fixed for other, one in told) else ""
    return step if told and _is_written_out(given) else ""


_STEPS = frozenset({"step", "global_step", "epoch", "iteration", "batch_idx"})


def _has_step(call: Call) -> bool:
    known = _CALLS.get(canonical(call.api))
    return known is not None and (call.starred or call.argument(known[1], "step") is not None)


def _is_written_out(given: Value) -> bool:
    """Whether a metric's name, or all names of a dictionary of metrics, are texts."""
    names = given.items[::2] if given.kind == DICT else (given,)
    return bool(names) and all(name.kind == CONSTANT for name in names)


def _own_run(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether each turn of the loop has a run of its own, or ends with the first value that it logs."""
    for one in analysis.calls_in(module, call.scope):
        if one.api in {"mlflow.start_run", "mlflow.MlflowClient.create_run"} and set(call.loops) & set(one.loops):
            return True
    first = call.args[0] if call.args else None
    return (
        canonical(call.api) == "mlflow.MlflowClient.log_metric"
        and first is not None
        and bool({n.partition(".")[0] for n in first.names()} & _targets(module, call))
    )


def _targets(module: Module, call: Call) -> set[str]:
    return {name for index in call.loops for name in module.loops[index].targets}


def _fixed_name(module: Module, call: Call, position: int, known: Changing) -> bool:
    """Whether the metric has one name in all turns of a loop: of the innermost one, or of one around it."""
    given = call.argument(position, "key") or call.argument(position, "metrics")
    if given is None or given.kind == CONSTANT:
        return given is not None  # most names are written out: nothing need be followed
    if _is_fixed(module, call, given, _changing(module, call, call.loops, known)):
        return True
    of_value = given.kind in {FORMATTED, NAME} and call.method == "log_metric"
    names = _all_names(module, given) if of_value else set()
    within = {name for index in call.loops[1:] for name in module.loops[index].targets}
    # for epoch in ...: for name, value in scores.items(): the names of one epoch are those of the next
    return bool(names & within) and any(
        not names & _changing(module, call, call.loops[:depth], known) for depth in range(1, len(call.loops))
    )


# By scope, the loops around a call and those of which the turns count: names that change with these; found once.
Changing = dict[tuple[int, tuple[int, ...], tuple[int, ...]], set[str]]


def _changing(module: Module, call: Call, loops: tuple[int, ...], known: Changing) -> set[str]:
    """Names that change with the turns of some of the loops around a call: their own, and what is made of them."""
    key = (call.scope, call.loops, loops)
    if key in known:
        return known[key]
    changing = {name for index in loops for name in module.loops[index].targets}
    made = [(one.name, one.value) for one in module.assigns if one.scope == call.scope]
    made += [(name, over) for i in call.loops if (over := module.loops[i].over) for name in module.loops[i].targets]
    for name, value in made:
        names = _all_names(module, value)
        if name in names or names & changing:  # and counters: i += 1
            changing.add(name)
    known[key] = changing
    return changing


def _all_names(module: Module, value: Value, depth: int = 0) -> set[str]:
    """Names in an expression and in the calls within it, with the first parts of paths: ``int(row["a"])``."""
    names = {part for name in value.names() for part in (name, name.partition(".")[0])}
    for index in held(value) if depth < _DEEPEST else ():
        call = module.calls[index]
        names |= {call.owner, call.owner.partition(".")[0].removesuffix("[]")} - {""}
        before = call.receiver if call.receiver >= 0 or call.path[:1] != "." else call.index - 1  # Path(f).stem.lower()
        if before >= 0:
            names |= _all_names(module, Value(CALL, before), depth + 1)
        for given in (*call.args, *call.keywords.values()):
            names |= _all_names(module, given, depth + 1)
    return names


_DEEPEST = 8


def _is_fixed(module: Module, call: Call, given: Value, changing: set[str]) -> bool:
    """Whether a name, or the keys of a dictionary of metrics, are made of nothing that changes."""
    if given.kind == DICT:
        keys = given.items[::2]
        return all(key.kind in {CONSTANT, FORMATTED} and not _all_names(module, key) & changing for key in keys)
    if given.kind == NAME:
        return False if call.method == "log_metric" else not {given.data} & _targets(module, call)
    if given.kind == CALL:
        return call.method == "log_metrics" and not _from_loop(module, given, changing)
    return given.kind == CONSTANT or (given.kind == FORMATTED and not _all_names(module, given) & changing)


def _from_loop(module: Module, given: Value, changing: set[str]) -> bool:
    inner = module.calls[given.data]
    return any(value.names() & changing for value in (*inner.args, *inner.keywords.values()))


def _repair(module: Module, call: Call, loop: Loop) -> tuple[Edit, ...]:
    """``, step=epoch`` before the closing bracket, where the loop counts."""
    over = loop.over
    if over is None or over.kind != CALL or not loop.targets or loop.cell != call.cell or len(call.loops) > 1:
        return ()  # in a loop within a loop, the inner one starts again and again
    counts = module.calls[over.data].path
    if counts in {"tqdm", "trange", "tqdm.tqdm"}:
        inner = module.calls[over.data].args
        counts = "trange" if counts == "trange" else ""
        if inner and inner[0].kind == CALL:
            counts = module.calls[inner[0].data].path
    name = loop.targets[0]
    if counts not in {"range", "enumerate", "trange"} or "." in name:
        return ()
    if counts == "enumerate" and len(loop.targets) < 2:  # a pair
        return ()
    if any(assign.name == name and assign.scope == call.scope for assign in module.assigns):
        return ()
    place = module.place_of(call)
    at = Place(place.file, place.cell, place.end_line, place.end_column - 1, place.end_line, place.end_column - 1)
    return (Edit(at, f", step={name}"),)
