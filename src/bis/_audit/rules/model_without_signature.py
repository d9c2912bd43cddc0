"""A model that is logged without a signature and without an example of its input.

## What it does
Finds calls of `log_model` with neither `signature` nor `input_example`.

## Why is this bad?
Nothing says what the model takes: the order, names and types of its inputs. A model that is served or replayed with
columns in another order answers, and wrongly.

## Example
```python
mlflow.sklearn.log_model(model, name="model")
```

## Use instead
```python
mlflow.sklearn.log_model(model, name="model", input_example=X_train[:5])
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS104", "model-without-signature", Severity.NOTE, Confidence.HIGH, gate=frozenset({"mlflow"}))

# Flavours whose models have no tabular input, or bring their signature.
_OWN_SIGNATURE = frozenset(
    {
        "langchain", "openai", "dspy", "llama_index", "sentence_transformers", "transformers", "feature_engineering",
        "feature_store",
    }
)  # fmt: skip


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        for call in module.calls:
            if "model" not in analysis.direct(module, call) or not canonical(call.api).endswith(".log_model"):
                continue
            flavour = canonical(call.api).split(".")[1]
            if call.starred or flavour in _OWN_SIGNATURE or mlflow.SIGNATURE_KEYWORDS & set(call.keywords):
                continue
            yield RULE.at_call(module, call, "the model is logged without signature= and without input_example=")
