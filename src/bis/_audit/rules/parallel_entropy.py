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

from bis._audit.questions import ml_calls
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis._audit.parsing.ir import Call
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS310",
    "parallel-entropy",
    Severity.WARNING,
    Confidence.MEDIUM,
    gate=frozenset({"joblib", "multiprocessing", "concurrent", "sklearn"}),
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each place at which such a task is handed over."""
    for module in analysis.project.programs if analysis.project.links.tasks else ():
        for call in module.calls:
            task = analysis.task(module, call)
            draw = _draw(analysis.calls_in(*task)) if task is not None else ""
            if draw:
                given = call.argument(0, "target")
                name = given.data if given is not None else ""
                message = f"{name} draws ({draw}) in worker processes, each seeded by the system"
                yield RULE.at_call(module, call, message)


def _draw(calls: Sequence[Call]) -> str:
    """The first draw from a global generator in a function of the project that seeds none."""
    if any(ml_calls.seeds(one) for one in calls):
        return ""
    return next((one.path for one in calls if ml_calls.draws(one) in {"numpy", "random", "torch"}), "")
