"""A cell that never returns.

## What it does
Finds cells that start a server in the foreground (`!mlflow ui`, `app.run()`, ...), scripts that log runs and wait for a
server that they start in a shell (`os.system("mlflow ui")`), and both where they loop for ever.

## Why is this bad?
Run from top to bottom, the notebook hangs there: it can be executed by hand only.

## Example
```python
!mlflow ui
```

## Use instead
```sh
%%bash --bg
mlflow ui
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

RULE = Rule("BIS603", "never-returning-cell", Severity.ERROR, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such line."""
    for module in analysis.project.modules:
        for line, what in module.blocking:
            if what.startswith(_LOOPS) or analysis.direct_kinds(module, "mlflow"):
                yield RULE.at(Place(module.file, -1, line), f"it never returns: {_short(what)}")
        for cell in module.cells:
            for line, what in cell.blocking:
                yield RULE.at(Place(module.file, cell.index, line), f"the cell never returns: {_short(what)}")


_LOOPS = "never ends: "  # the others start servers: of a script that only does that, this is the purpose


def _short(what: str) -> str:
    return what.removeprefix("starts a server and does not return: ").removeprefix(_LOOPS)
