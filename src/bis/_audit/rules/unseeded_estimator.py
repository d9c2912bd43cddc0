"""An estimator that draws, without a seed.

## What it does
Finds estimators of scikit-learn and imbalanced-learn that draw random numbers with the arguments they are given
(forests, k-means, perceptrons, SMOTE, ...), factorisations of scikit-surprise and UMAP, that are given no
`random_state`, where nothing seeds NumPy's global generator, and agents of Stable Baselines without a `seed`.
Estimators that draw only with other arguments, such as `LogisticRegression` with its default solver, are left alone
(the defaults are those of the newest version, unless an older one is pinned);
so are libraries with a fixed default seed (XGBoost, LightGBM, CatBoost).

## Why is this bad?
The same code on the same data gives another model each time, and another metric.

## Example
```python
model = RandomForestClassifier(n_estimators=200)
```

## Use instead
```python
model = RandomForestClassifier(n_estimators=200, random_state=42)
```

## Fix
`--fix` passes the seed that the file itself declares, as in `SEED = 42`; where it declares none, nothing is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks import seed_arguments
from bis._audit.questions import ml_calls, seeding
from bis._audit.questions.call_arguments import spread
from bis._audit.questions.pinned_defaults import with_pinned_defaults
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS302",
    "unseeded-estimator",
    Severity.WARNING,
    Confidence.HIGH,
    gate=frozenset({"sklearn", "imblearn"}) | seed_arguments.ESTIMATOR_ROOTS,
    fixable=True,
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, ml_calls.may_be_estimator):
            one = ml_calls.estimator_seeding(with_pinned_defaults(analysis, spread(analysis, module, call)))
            if one is None or one.seeded is not False:
                continue
            if analysis.is_seeded(module, ml_calls.seeded_through(call)):
                continue
            edits = seeding.add_seed(module, call, one.keyword)
            yield RULE.at_call(module, call, f"{call.method} draws without a seed ({one.keyword}=)", edits=edits)
