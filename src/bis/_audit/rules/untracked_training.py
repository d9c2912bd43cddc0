"""A program that trains and is not tracked, beside others that are.

## What it does
Finds scripts and notebooks that train a model and reach no tracker, neither themselves nor through a file of the
project that they use, in projects in which other files log to MLflow. Programs that start others are left alone, and so
are stages of a DVC pipeline of which another stage logs, and files that are a smoke test by their name.

## Why is this bad?
Among the project's runs its own are missing, and nobody who looks at them sees that.

## Example
```python
model = SVC(C=10).fit(X_train, y_train)
print(model.score(X_test, y_test))
```

## Use instead
```python
mlflow.autolog()
model = SVC(C=10).fit(X_train, y_train)
print(model.score(X_test, y_test))
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions.program_roots import untracked
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS106", "untracked-training", Severity.NOTE, Confidence.MEDIUM, gate=frozenset({"mlflow"}))


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such program, at its first training."""
    facts = analysis.facts
    if facts["uses_mlflow"].value != YES or YES not in {facts[name].value for name in _LOGS}:
        return
    for program, (module, call) in untracked(analysis):
        yield RULE.at_call(module, call, f"{program.module.file} trains, and no tracker sees it")


_LOGS = ("logs_params", "logs_metrics", "logs_model", "autolog")
