"""A tracking address that is written in the code.

## What it does
Finds literal addresses that are given to `mlflow.set_tracking_uri`, `mlflow.set_registry_uri`, a client or a logger,
or put into the environment (`os.environ["MLFLOW_TRACKING_URI"] = ...`, `%env`), however they are put together and
wherever they are written: in a constant, a class or another file. One that is given under a condition, in a file that
asks for `MLFLOW_TRACKING_URI`, is what it falls back to, and left alone, and so are a parameter's default that somebody
may replace, and what a test sets that puts mocks in the place of things.

## Why is this bad?
The program logs to one place, which others cannot reach, and which is another one tomorrow. MLflow reads the address
from `MLFLOW_TRACKING_URI` by itself.

## Example
```python
mlflow.set_tracking_uri("http://10.0.0.7:5000")
```

## Use instead
```python
# MLFLOW_TRACKING_URI=http://10.0.0.7:5000 python train.py
mlflow.set_experiment("churn")
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import literals
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS402", "hardcoded-tracking-uri", Severity.NOTE, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call; the address itself is not repeated, since it may hold a password."""
    for place, text, variable in literals.tracking_uris(analysis):
        scheme = text.partition(":")[0] if ":" in text else "path"
        kind = "registry" if variable == "MLFLOW_REGISTRY_URI" else "tracking"
        yield RULE.at(place, f"a literal {kind} address ({scheme}): set {variable} instead")
