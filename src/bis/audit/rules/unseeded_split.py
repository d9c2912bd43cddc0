"""A split of the data without a seed.

## What it does
Finds calls that split or shuffle data at random and are given no seed, where neither the file nor one that it is
connected with seeds the global generator they fall back to.

## Why is this bad?
Each run trains and tests on other rows. In measurements of what makes results differ, the split is often the largest
cause: two runs of the same code cannot be compared.

## Example
```python
X_train, X_test, y_train, y_test = train_test_split(X, y)
```

## Use instead
```python
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=42)
```

## Fix
`--fix` passes the seed that the file itself declares, as in `SEED = 42`; where it declares none, nothing is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.audit import learning, order, seeding
from bis.audit.arguments import spread
from bis.audit.rule import Rule
from bis.model.audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.audit.project import Project
    from bis.model.audit import Finding

RULE = Rule(
    "BIS301", "unseeded-split", Severity.WARNING, Confidence.HIGH, gate=frozenset({"sklearn", "torch"}), fixable=True
)


def check(project: Project) -> Iterator[Finding]:
    """Tell each such call."""
    for module in project.programs:
        for call in module.calls:
            one = learning.split_seeding(spread(project, module, call))
            if one is None or one.seeded is not False:
                continue
            if order.seeded_globally(project, module, learning.seeded_through(call)):
                continue
            edits = seeding.add_seed(module, call, one.keyword)
            yield RULE.at_call(module, call, f"{call.method} draws without a seed ({one.keyword}=)", edits=edits)
