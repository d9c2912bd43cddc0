"""Random draws in parallel tasks that are given no seed.

## What it does
Finds `joblib.Parallel` and process pools whose tasks are functions of the project that draw from a global generator.

## Why is this bad?
Worker processes take tasks as they become free, and each has a generator of its own, seeded from the operating system:
which task draws what changes from run to run, whatever the parent process seeded.

## Example
```python
results = Parallel(n_jobs=4)(delayed(simulate)(i) for i in range(100))
```

## Use instead
```python
seeds = np.random.SeedSequence(42).spawn(100)
results = Parallel(n_jobs=4)(delayed(simulate)(i, np.random.default_rng(s)) for i, s in enumerate(seeds))
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks.randomness import hands_over
from bis._audit.program.ir import NAME
from bis._audit.questions import ml_calls
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.program.ir import Call, Module
    from bis._audit.program.project import Project
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS310",
    "parallel-entropy",
    Severity.WARNING,
    Confidence.MEDIUM,
    gate=frozenset({"joblib", "multiprocessing", "concurrent", "sklearn"}),
)


def check(project: Project) -> Iterator[Finding]:
    """Tell each place at which such a task is handed over."""
    for module in project.programs:
        for call in module.calls:
            given = call.argument(0, "target") if hands_over(call.api) else None
            if given is None or given.kind != NAME:
                continue
            task = given.data
            draw = _draw(project, module, task, call)
            if draw:
                yield RULE.at_call(
                    module, call, f"{task} draws ({draw}) in worker processes, each seeded by the system"
                )


def _draw(project: Project, module: Module, task: str, call: Call) -> str:
    """The first draw from a global generator in a function of the project that seeds none."""
    api = project.links.names(module).resolve(task, call.scope, call.index)
    found = project.links.function(api, module)
    if found is None:
        return ""
    owner, scope = found
    inner = project.calls_in(owner, scope)
    if any(ml_calls.seeds(one) for one in inner):
        return ""
    return next((one.path for one in inner if ml_calls.draws(one) in {"numpy", "random", "torch"}), "")
