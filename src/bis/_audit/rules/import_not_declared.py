"""An import that the environment file lacks.

## What it does
Finds packages that are imported and neither declared nor brought along by one that is, by an image or by Databricks,
nor installed by a notebook, a script of a shell or a Makefile, nor written by a cell (`%%writefile`).
More than three are one finding: the list is not kept. Nothing is told where a list is missing (BIS505), or where
it is not known what a base image has.

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

_MOST = 3  # each for itself
_SHOWN = 12


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each package once, at its first import; many of them together."""
    if analysis.facts["deps_declared"].value != YES or not analysis.project.dependencies.declared:
        return
    third_party, own = third_party_imports.third_party(analysis), analysis.project.links.own_names
    there = third_party_imports.of_platform(analysis) | third_party_imports.installed_by_scripts(analysis)
    found = imports_undeclared(third_party, own, analysis.project.dependencies, there)
    missing = sorted((one for one in found if not one.indirectly), key=lambda one: one.place)
    if len(missing) <= _MOST:
        for one in missing:
            yield RULE.at(one.place, f"{one.name} is imported, and no dependency file brings it")
        return
    names = sorted(one.name for one in missing)
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    message = f"{len(names)} packages are imported, and no dependency file brings them: {shown}"
    yield RULE.at(missing[0].place, message, related=tuple(one.place for one in missing[1:]))
