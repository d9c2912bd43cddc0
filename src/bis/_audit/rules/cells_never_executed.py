"""A notebook that was saved without having been executed, wholly or in part.

## What it does
Finds notebooks in which some code cells have been executed and others have not, and the last ones that were executed
are below those; and notebooks in which no cell has been executed. A cell without a number that has an output was
executed, and so were cells whose numbers are exactly those that are missing between their neighbours': a tool took them
away. Where most cells with outputs have none, nothing is told. Databricks writes the number 0: where a cell with it has
an output, others with it may have been executed, too.

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
    from collections.abc import Iterator, Sequence

    from bis._audit.parsing.ir import CodeCell
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
        if _have_lost_numbers(code):
            continue
        known = {cell.index for cell in code if cell.count is not None or cell.has_outputs} | _numbered(module.cells)
        if any(cell.is_number_zero and cell.has_outputs for cell in module.cells):
            known |= {cell.index for cell in code if cell.is_number_zero}
        skipped = [cell for cell in code if cell.index not in known and cell.index < executed[-1].index]
        if skipped:
            were = "code cell above cell {} was" if len(skipped) == 1 else "code cells above cell {} were"
            message = f"{len(skipped)} {were.format(executed[-1].index)} never executed"
            yield RULE.at(Place(module.file, skipped[0].index, 1), message)


def _have_lost_numbers(cells: Sequence[CodeCell]) -> bool:
    """Whether most cells that were executed have no number: then others without one may have been, too."""
    without = sum(cell.count is None and cell.has_outputs for cell in cells)
    return without >= sum(cell.count is not None for cell in cells)


def _numbered(cells: Sequence[CodeCell]) -> set[int]:
    """Cells without a number between two with numbers, where exactly as many numbers are missing there."""
    found: set[int] = set()
    between: list[CodeCell] = []
    last = 0
    for cell in cells:
        if cell.count is None:
            between.append(cell)
            continue
        missing = cell.count - last - 1
        if len([one for one in between if not one.empty]) <= missing <= len(between):
            found |= {one.index for one in between}
        last, between = cell.count, []
    return found
