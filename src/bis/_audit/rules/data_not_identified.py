"""Nothing says which data was used.

## What it does
Finds projects that train and log to MLflow, in which no data set is logged, no data is kept as an artifact, no
parameter or tag names data or its version, and no data versioning (DVC, lakeFS, Delta) is in use. Settings that are
logged as a whole, as in `log_params(vars(args))`, name the data that is read by one of them, as do parameters of an
MLproject's entry point. An agent that learns in an environment (Gymnasium) has no data set, nor has a program that
makes its own (`make_circles`, `np.arange`).

## Why is this bad?
A file of the same name may have other rows tomorrow. Without an identification, a digest or a version, a different
result cannot be distinguished from different data.

## Example
```python
data = pd.read_csv("train.csv")
with mlflow.start_run():
    mlflow.log_metric("mse", fit_and_score(data))
```

## Use instead
```python
data = pd.read_csv("train.csv")
with mlflow.start_run():
    mlflow.log_input(mlflow.data.from_pandas(data, source="train.csv"), context="training")
    mlflow.log_metric("mse", fit_and_score(data))
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.questions import data_sources
from bis._audit.questions.program_roots import given_by_mlflow_run
from bis._audit.rule_contract import Rule
from bis.model.project_audit import NO, YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS105", "data-not-identified", Severity.NOTE, Confidence.MEDIUM)

_NAMES_DATA = re.compile(
    r"(?i)\b(?:data|dataset|train(?:ing)?_?(?:data|set|file|path)|csv|source|split|table|fold|annotations?)"
    r"|(?:\b|_)(?:csv|parquet|npy|npz|jsonl)(?:_|\b)"
)
_WRITES_TABLE = re.compile(r"(?:to|write)_(?:csv|parquet|feather|pickle|json|excel)$")
_SAYING = frozenset({"param", "tag", "artifact", "dataset", "experiment_tag", "model_tag"})
_VERSIONED = frozenset({"dvc", "lakefs", "delta", "deltalake", "lakefs_client", "quilt3", "pachyderm_sdk"})


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once, at the first training."""
    facts = analysis.facts
    if facts["uses_mlflow"].value != YES or facts["trains_model"].value != YES or facts["logs_dataset"].value != NO:
        return
    if set(facts["autolog"].places) - set(facts["autolog_too_late"].places):
        return  # autologging describes the data of what it covers
    if analysis.project.roots & _VERSIONED or any(
        name.endswith((".dvc", "dvc.yaml", "dvc.lock")) for name in analysis.project.files
    ):
        return
    if _names_data(analysis) or data_sources.are_environments(analysis) or data_sources.are_made(analysis):
        return
    logs = [facts[name].value for name in ("logs_params", "logs_metrics", "logs_model")]
    if YES in logs:
        yield RULE.at(facts["trains_model"].places[0], "no run says which data it was trained on")


def _names_data(analysis: Analysis) -> bool:
    given = given_by_mlflow_run(analysis).get(analysis.facts["trains_model"].places[0].file, frozenset())
    if any(_NAMES_DATA.search(name) for name in given):
        return True
    for module in analysis.project.modules:
        for call in analysis.may_trace(module):
            kinds = analysis.kinds(module, call)
            if not kinds & _SAYING:
                continue
            words = [value for given in (*call.args, *call.keywords.values()) for value in given.constants()]
            names = [name for given in (*call.args, *call.keywords.values()) for name in given.names()]
            if any(_NAMES_DATA.search(str(word)) for word in (*words, *names)) or data_sources.describe_data(
                module, names
            ):
                return True
            if "artifact" in kinds and any(
                _WRITES_TABLE.match(one.method) and _below(one, names) for one in module.calls
            ):
                return True
    return data_sources.named_by_settings(analysis)


def _below(writing: Call, names: list[str]) -> bool:
    """Whether a table is written into a folder of one of these names: ``x.to_csv(f"{folder}/train.csv")``."""
    return any(name in given.names() for given in writing.args[:1] for name in names)
