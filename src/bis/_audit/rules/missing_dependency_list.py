"""A list of dependencies that is not there.

## What it does
Finds lists of requirements and images that take packages from a file (`-r requirements.txt`) which is in no folder of
the project. A file that the same image makes or fetches is left alone, and so are lists for tests and documentation.

## Why is this bad?
The environment cannot be installed, and what it consisted of is not known.

## Example
```text
Dockerfile          RUN pip install mlflow==2.16.0 -r requirements.txt
train.py
```

## Use instead
```text
Dockerfile          RUN pip install mlflow==2.16.0 -r requirements.txt
requirements.txt
train.py
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS505", "missing-dependency-list", Severity.WARNING, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such line."""
    for name, place in analysis.project.dependencies.missing:
        yield RULE.at(place, f"packages are taken from {name}, which is not there")
