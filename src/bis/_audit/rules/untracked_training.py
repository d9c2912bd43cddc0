"""A program that trains and is not tracked, beside others that are.

## What it does
Finds scripts and notebooks that train a model and reach no tracker, neither themselves nor through a file of the
project that they use, beside others that log to MLflow: in a folder of the same part of the repository (`src`,
`notebooks` and the like do not divide it), with a file of the project that both use, or with the same data or
environment of an agent. More than three of one folder are one finding. Programs that start others are left alone, and
so are stages of a DVC pipeline of which another stage logs or which has parameters and metrics, smoke tests by their
name, trainers that report to whatever is installed, and what is trained on a few rows that are written in the code.

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

from bis._audit.questions.untracked_programs import by_folder, untracked
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS106", "untracked-training", Severity.NOTE, Confidence.MEDIUM)


_MOST_OF_FOLDER = 3  # more programs of one folder are one finding
_MOST_NAMED = 3


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such program, at its first training; those of one folder at once where there are many."""
    facts = analysis.facts
    if facts["uses_mlflow"].value != YES or YES not in {facts[name].value for name in _LOGS}:
        return
    for folder, programs in by_folder(untracked(analysis)):
        if len(programs) <= _MOST_OF_FOLDER:
            for program, (module, call) in programs:
                yield RULE.at_call(module, call, f"{program.module.file} trains, and no tracker sees it")
            continue
        names = [one.program.module.file.rpartition("/")[2] for one in programs]
        listed = f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
        where = f"of {folder} " if folder else ""
        related = tuple(module.place_of(call) for _program, (module, call) in programs[1:])
        module, call = programs[0].trained
        message = f"{len(names)} programs {where}train, and no tracker sees them: {listed}"
        yield RULE.at_call(module, call, message, related=related)


_LOGS = ("logs_params", "logs_metrics", "logs_model", "autolog")
