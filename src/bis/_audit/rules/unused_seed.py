"""A seed that is assigned and used nowhere.

## What it does
Finds names such as `SEED` or `random_state` that are given a whole number and read nowhere in the project.

## Why is this bad?
It looks as if the experiment were seeded. It is not.

## Example
```python
SEED = 42
X_train, X_test = train_test_split(X)
```

## Use instead
```python
SEED = 42
X_train, X_test = train_test_split(X, random_state=SEED)
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS306", "unused-seed", Severity.WARNING, Confidence.HIGH)

_SEED = re.compile(r"(?i)^(?:\w*_)?(?:seed|random_state|rng_seed|random_seed)$")


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such assignment."""
    read: frozenset[str] | None = None
    for module in analysis.project.programs:
        for assign in module.assigns:
            value = assign.value
            if value.kind != CONSTANT or type(value.data) is not int or not _SEED.match(assign.name):
                continue
            if module.scopes[assign.scope].kind == "class":
                continue  # a field of a configuration
            read = read or frozenset().union(*(m.reads for m in analysis.project.modules))
            imported = any(
                i.target.endswith(f".{assign.name}") or i.alias == "*"
                for m in analysis.project.modules
                for i in m.imports
            )
            if assign.name not in read and not imported:
                place = Place(module.file, assign.cell, assign.line, assign.column)
                yield RULE.at(place, f"{assign.name} is set to {value.data}, and nothing reads it")
