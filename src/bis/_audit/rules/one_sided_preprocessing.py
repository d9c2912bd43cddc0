"""Preprocessing that one split of the data gets and the other does not.

## What it does
Finds training data that is scaled, divided or transformed, beside test or validation data of the same name that is
used for evaluation without it.

## Why is this bad?
The model sees other values in the test than in the training: the metric says nothing of the model. In the study's
notebook the test images were not divided by 255; the loss was 50 instead of 0.35.

## Example
```python
x_train = x_train / 255.0
model.fit(x_train, y_train)
model.evaluate(x_test, y_test)
```

## Use instead
```python
x_train, x_test = x_train / 255.0, x_test / 255.0
model.fit(x_train, y_train)
model.evaluate(x_test, y_test)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import one_sided_data
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS701", "one-sided-preprocessing", Severity.ERROR, Confidence.MEDIUM)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each evaluation on data that lacks what the training data got."""
    for module in analysis.project.programs:
        for one in one_sided_data.one_sided(module):
            done = Place(module.file, one.assign.cell, one.assign.line, one.assign.column)
            message = f"{one.test} is used as it is, while {one.train} was {one.how}"
            yield RULE.at(module.place_of(one.use), message, related=(done,))
