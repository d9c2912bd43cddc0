"""Dependencies without versions.

## What it does
Finds files that declare dependencies without one version each, in projects that have no lock file. A version in a
file beside it counts (`requirements.in` and `requirements.txt`); one in an image, a notebook or another folder does
not.

## Why is this bad?
The same requirements install other versions next month. Between two versions of a library the same seed gives other
numbers.

## Example
```text
scikit-learn
mlflow>=2
```

## Use instead
```text
scikit-learn==1.5.2
mlflow==2.16.0
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.files.requirements import Declared
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS502", "dependencies-unpinned", Severity.NOTE, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once for each file, at the first package that is not pinned."""
    dependencies = analysis.project.dependencies
    if dependencies.pins == "lock":
        return
    by_file: dict[str, dict[str, Declared]] = {}
    for one in dependencies.unpinned:
        if not one.place.file.endswith(".ipynb"):
            by_file.setdefault(one.place.file, {}).setdefault(one.name, one)
    for file, loose in sorted(by_file.items()):
        total = len({one.name for one in dependencies.computing if one.place.file == file})
        shown = ", ".join([*loose][:3]) + (", ..." if len(loose) > 3 else "")
        first = next(iter(loose.values()))
        yield RULE.at(first.place, f"{len(loose)} of {total} dependencies are not pinned: {shown}")
