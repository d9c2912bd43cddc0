"""A list of dependencies that is not there.

## What it does
Finds lists of requirements, images and MLproject files that take packages from a file (`-r requirements.txt`,
`conda_env: conda.yaml`) which is in no folder of the project. A file that the same image makes or fetches is left
alone, and so are lists for tests and documentation.

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

from bis._audit.files.entry_points import is_mlproject
from bis._audit.files.installing_files import environment_not_there
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS505", "missing-dependency-list", Severity.WARNING, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such line."""
    for name, place in analysis.project.dependencies.missing:
        yield RULE.at(place, f"packages are taken from {name}, which is not there")
    there = {file.rpartition("/")[2] for file in analysis.project.files}
    for file, text in analysis.project.texts.items():
        environment = environment_not_there(text, there) if is_mlproject(file) else None
        if environment is not None:
            name, line = environment
            yield RULE.at(Place(file, -1, line), f"the environment is taken from {name}, which is not there")
