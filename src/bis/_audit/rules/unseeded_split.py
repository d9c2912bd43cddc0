"""A split of the data without a seed.

## What it does
Finds calls that split, sample (`df.sample(frac=0.8)`) or shuffle data at random and are given no seed, or one that is
None unless the command line says otherwise, also in another file, where neither the file nor one that it is
connected with seeds the global generator they fall back to. Rows that are sampled or shuffled count where they are seen
to go into the experiment (BIS303 says what that is), or where the others are taken, too: `df.drop(train.index)`.

Splits of scikit-learn, PyTorch, pandas, Hugging Face's data sets, Spark, fastai, scikit-surprise, Dask and cuML are
known, each with the generator that it falls back to, if any; and data sets that Keras makes of folders in a random
order, of which parts are taken (`take`, `skip`).

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

from bis._audit.questions import ml_calls, seeding
from bis._audit.questions.call_arguments import spread
from bis._audit.questions.cut_folders import cut_folders
from bis._audit.questions.drawn_rows import decides_rows
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS301",
    "unseeded-split",
    Severity.WARNING,
    Confidence.HIGH,
    gate=frozenset(
        {
            "sklearn", "torch", "pandas", "datasets", "pyspark", "mlflow", "surprise", "dask_ml", "cuml", "fastai",
            "keras", "tensorflow",
        }
    ),
    fixable=True,
)  # fmt: skip


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, ml_calls.may_split):
            one = ml_calls.split_seeding(spread(analysis, module, call))
            if one is None or one.seeded is not False:
                continue
            if analysis.is_seeded(module, ml_calls.seeded_through(call)):
                continue
            if not decides_rows(analysis, module, call):
                continue
            edits = seeding.add_seed(module, call, one.keyword)
            yield RULE.at_call(module, call, f"{call.method} draws without a seed ({one.keyword}=)", edits=edits)
        for call in cut_folders(module) if not analysis.is_seeded(module, ("numpy",)) else ():
            yield RULE.at_call(
                module, call, f"{call.method} draws its order without a seed (seed=), and parts are taken"
            )
