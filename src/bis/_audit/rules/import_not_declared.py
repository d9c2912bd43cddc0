"""An import that the environment file lacks.

## What it does
Finds packages that are imported and neither declared nor brought along by one that is.

## Why is this bad?
The declared environment does not run the project. A person who replays it has to guess the package, and its version.

## Example
```python
# requirements.txt: mlflow
import xgboost
```

## Use instead
```python
# requirements.txt: mlflow, xgboost
import xgboost
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.dependencies import imports_undeclared
from bis._audit.questions import third_party_imports
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS503", "import-not-declared", Severity.WARNING, Confidence.MEDIUM)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each package once, at its first import."""
    if analysis.facts["deps_declared"].value != YES or not analysis.project.dependencies.declared:
        return
    for one in imports_undeclared(
        third_party_imports.third_party(analysis), analysis.project.links.own_names, analysis.project.dependencies
    ):
        if not one.indirectly:
            yield RULE.at(one.place, f"{one.name} is imported, and no dependency file brings it")
