"""A notebook that was saved with cells executed out of order.

## What it does
Finds notebooks whose saved execution counts do not rise from top to bottom.

## Why is this bad?
The saved outputs come from another order than the one on the page: run from the top, it may give something
else, or fail.

## Example
```text
In [3]: model.fit(X, y)
In [2]: X = scale(X)
```

## Use instead
```text
In [1]: X = scale(X)
In [2]: model.fit(X, y)
```
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS601", "cells-out-of-order", Severity.WARNING, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once for each notebook, at the first cell that was executed before one above it."""
    for module in analysis.project.modules:
        counted = [cell for cell in module.cells if cell.count is not None and not cell.empty]
        for above, cell in pairwise(counted):
            if (cell.count or 0) < (above.count or 0):
                order = f"cell {above.index} is number {above.count}, cell {cell.index} below it {cell.count}"
                yield RULE.at(Place(module.file, cell.index, 1), f"saved out of order: {order}")
                break
