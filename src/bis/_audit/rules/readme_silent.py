"""The documentation is silent about tracking.

## What it does
Finds projects that log to MLflow, whose README and documents neither say what is logged, nor how to view it, nor name
`log_param`, `autolog` or the like.

## Why is this bad?
A reader does not know that there are runs, or where to find them.

## Example
```text
# Churn
Trains a model.
```

## Use instead
```text
# Churn
Parameters and metrics are logged with MLflow. View them with `mlflow ui`.
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import NO, YES, Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS801", "readme-silent", Severity.NOTE, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once."""
    facts = analysis.facts
    logs = any(facts[name].value == YES for name in ("logs_params", "logs_metrics", "autolog", "logs_model"))
    if logs and facts["readme_tracking"].value == NO:
        files = analysis.project.documents.files
        readme = next((file for file in files if "readme" in file.lower()), files[0] if files else "")
        yield RULE.at(Place(readme), facts["readme_tracking"].reason)
