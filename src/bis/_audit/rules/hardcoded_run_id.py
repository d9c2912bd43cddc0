"""A run id that is written in the code.

## What it does
Finds literal run ids that are given to MLflow, or to a name that says so, also within `runs:/` addresses and those of a
store, and where a name stands for them there (`f"runs:/{model_id}/model"`): a variable, an attribute, an entry, a
parameter, an option's default. What `get_run` and `run_id=` of MLflow are given is a run's id whatever its form, unless
it is a placeholder. Ids of logged models (`models:/m-...`) are alike. Those in tests are left alone. In the catalogue
of a Kedro project it is the `run_id` of a data set of `kedro_mlflow`.

## Why is this bad?
The id belongs to one store. On any other machine the run is not there, and the program fails or, with a store that is
shared, reads the result of another person.

## Example
```python
model = mlflow.pyfunc.load_model("runs:/0123456789abcdef0123456789abcdef/model")
```

## Use instead
```python
with mlflow.start_run() as run:
    mlflow.sklearn.log_model(model, name="model")
model = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions.run_ids import run_ids
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS401", "hardcoded-run-id", Severity.ERROR, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such literal."""
    for place in sorted(set(run_ids(analysis))):
        yield RULE.at(place, "a literal run id: it is in one store only")
