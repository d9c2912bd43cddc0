"""A notebook that was saved without having been executed, wholly or in part.

## What it does
Finds notebooks in which some code cells have been executed and others have not, and the last ones that were executed
are below those; and notebooks in which no cell has been executed.

## Why is this bad?
Its results cannot be compared with anything: there are none, or they were made without a part of the code.

## Example
```text
In [1]: X = load()
In [ ]: X = scale(X)
In [2]: model.fit(X, y)
```

## Use instead
```text
In [1]: X = load()
In [2]: X = scale(X)
In [3]: model.fit(X, y)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS602", "cells-never-executed", Severity.NOTE, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once for each notebook."""
    for module in analysis.project.modules:
        code = [cell for cell in module.cells if not cell.empty]
        if not code:
            continue
        executed = [cell for cell in code if cell.count is not None]
        if not executed:
            if not any(cell.has_outputs for cell in code):
                yield RULE.at(Place(module.file), f"none of its {len(code)} code cells was executed when it was saved")
            continue
        skipped = [cell for cell in code if cell.count is None and cell.index < executed[-1].index]
        if skipped:
            were = "code cell above cell {} was" if len(skipped) == 1 else "code cells above cell {} were"
            message = f"{len(skipped)} {were.format(executed[-1].index)} never executed"
            yield RULE.at(Place(module.file, skipped[0].index, 1), message)
