"""Parameters that are never logged.

## What it does
Finds projects that use MLflow and train a model or log something, in which no call logs a parameter and no autologging
covers the training. Where other programs of the project log some, it finds the programs that train and log results
without a parameter. A project that only evaluates what it is given, or registers it, has none to log, nor has an
estimator of scikit-learn that is made with its defaults alone. Hugging Face's trainers report their arguments to MLflow
unless they are told otherwise, until Transformers 5. The place is a training of which a run is made.

## Why is this bad?
A run whose parameters are unknown can be looked at but not started again: it is not known what made its metrics.

## Example
```python
with mlflow.start_run():
    model = RandomForestClassifier(n_estimators=200).fit(X, y)
    mlflow.log_metric("accuracy", model.score(X_test, y_test))
```

## Use instead
```python
params = {"n_estimators": 200}
with mlflow.start_run():
    mlflow.log_params(params)
    model = RandomForestClassifier(**params).fit(X, y)
    mlflow.log_metric("accuracy", model.score(X_test, y_test))
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions.program_roots import has_parameters, tracked_trainings, without_params
from bis._audit.questions.reporting_trainers import may_report
from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import NO, YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS101", "params-never-logged", Severity.ERROR, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once, at the first training or the first call that logs something else; or once for each program."""
    fact = analysis.facts["params_not_logged_at_all"]
    if fact.value == YES and fact.places and _makes_runs(analysis):
        trained = tracked_trainings(analysis)
        tracked = [
            one for one in trained if has_parameters(analysis, *one) and not may_report(analysis, one[0], one[1][1])
        ]
        if tracked or analysis.facts["trains_model"].value != YES or not trained:
            place = tracked[0][1][0].place_of(tracked[0][1][1]) if tracked else fact.places[0]
            yield RULE.at(place, "no parameter of any run is logged, neither by a call nor by autologging")
    elif fact.value == NO and analysis.facts["uses_mlflow"].value == YES:
        for program, (module, call) in without_params(analysis):
            if has_parameters(analysis, program.parts, (module, call)) and not may_report(
                analysis, program.parts, call
            ):
                message = (
                    f"no parameter of the runs of {program.module.file} is logged, neither by a call nor by autologging"
                )
                yield RULE.at_call(module, call, message)


def _makes_runs(analysis: Analysis) -> bool:
    """Whether anything is logged, or a run opened: to import MLflow makes none."""
    return any(
        analysis.direct_kinds(module, "mlflow") or analysis.calls_where(module, _opens_run)
        for module in analysis.project.programs
    ) or any(one.tracker == "mlflow" for one in analysis.tracking())


def _opens_run(api: str) -> bool:
    return canonical(api) in mlflow.STARTS | mlflow.CLIENT_STARTS
