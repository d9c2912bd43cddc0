"""A search for hyperparameters that draws without a seed.

## What it does
Finds `hyperopt.fmin` without `rstate`, `optuna.create_study` without a sampler or with one that is given no seed,
searches of scikit-optimize, Keras Tuner, Ax and TPOT without theirs, and Bayesian optimisation without `random_state`;
algorithms of Ray Tune without a seed, and its searches without an algorithm that draw from `tune.uniform` and its like
with NumPy, which nothing seeds. Samplers that draw nothing are left alone, and so is what is made elsewhere.

## Why is this bad?
Most draw from generators of their own, which no global seed reaches: another run tries other values and finds another
best model.

## Example
```python
study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=50)
```

## Use instead
```python
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=42))
study.optimize(objective, n_trials=50)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL
from bis._audit.questions import ml_calls
from bis._audit.questions.call_arguments import looked_up, spread
from bis._audit.questions.ray_searches import SEARCHES, missing_seed, seed_of_algorithm
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS311", "unseeded-search", Severity.WARNING, Confidence.HIGH,
    gate=frozenset(
        {
            "hyperopt", "optuna", "skopt", "bayes_opt", "keras_tuner", "kerastuner", "optuna_integration", "tpot", "ax",
            "ray",
        }
    ),
)  # fmt: skip

# Searches that draw -> position and keyword of their seed; negative: by name only.
_SEEDS: dict[str, tuple[int, str]] = {
    "hyperopt.fmin": (-1, "rstate"),
    "hyperopt.fmin.fmin": (-1, "rstate"),
    "optuna.integration.OptunaSearchCV": (-1, "random_state"),
    "optuna.integration.sklearn.OptunaSearchCV": (-1, "random_state"),
    "optuna_integration.OptunaSearchCV": (-1, "random_state"),
    "optuna_integration.sklearn.OptunaSearchCV": (-1, "random_state"),
    "tpot.TPOTClassifier": (-1, "random_state"),
    "tpot.TPOTRegressor": (-1, "random_state"),
    "ax.service.ax_client.AxClient": (-1, "random_seed"),
    "bayes_opt.BayesianOptimization": (-1, "random_state"),
    "bayes_opt.bayesian_optimization.BayesianOptimization": (-1, "random_state"),
    **{
        f"{package}.{name}": (-1, "seed")
        for package in ("keras_tuner", "kerastuner", "keras_tuner.tuners", "kerastuner.tuners")
        for name in ("RandomSearch", "Hyperband", "BayesianOptimization")
    },
}
# Those that fall back to NumPy's global generator.
_WITH_NUMPY = frozenset(
    f"skopt.{name}"
    for name in ("gp_minimize", "forest_minimize", "gbrt_minimize", "dummy_minimize", "BayesSearchCV", "Optimizer")
)
_STUDY = frozenset({"optuna.create_study", "optuna.study.create_study"})
_SAMPLERS = frozenset(
    {
        "TPESampler", "RandomSampler", "CmaEsSampler", "NSGAIISampler", "NSGAIIISampler", "QMCSampler", "GPSampler",
        "MOTPESampler", "SkoptSampler", "BoTorchSampler", "PyCmaSampler",
    }
)  # fmt: skip
_SEED_POSITIONS = {"RandomSampler": 0}


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        for call in module.calls:
            if call.api in _STUDY:
                missing = _of_study(analysis, module, call)
            elif call.api in _SEEDS:
                missing = _missing(analysis, module, call, *_SEEDS[call.api])
            elif call.api in _WITH_NUMPY and not analysis.is_seeded(module, ("numpy",)):
                missing = _missing(analysis, module, call, -1, "random_state")
            elif keyword := seed_of_algorithm(call.api):
                missing = "" if "sampler" in call.keywords else _missing(analysis, module, call, -1, keyword)
            elif call.api in SEARCHES:
                missing = missing_seed(analysis, module, call)
            else:
                continue
            if missing:
                yield RULE.at_call(module, call, f"{call.method} draws without a seed ({missing})")


def _of_study(analysis: Analysis, module: Module, call: Call) -> str:
    given = spread(analysis, module, call)
    later = {f"{target}.sampler" for target in call.targets}  # study.sampler = TPESampler(seed=42)
    if given.starred or any(a.scope == call.scope and a.name in later for a in module.assigns):
        return ""
    sampler = looked_up(analysis, module, given.argument(1, "sampler"), call)
    if sampler is None and given.argument(1, "sampler") is not None:
        return ""
    if sampler is None or sampler.is_none:
        return "sampler=TPESampler(seed=...)"
    if sampler.kind != CALL:
        return ""
    made = module.calls[sampler.data]
    name = made.api.rpartition(".")[2]
    if ml_calls.library(made.api) not in {"optuna", "optuna_integration"} or name not in _SAMPLERS:
        return ""
    return _missing(analysis, module, made, _SEED_POSITIONS.get(name, -1), "seed")


def _missing(analysis: Analysis, module: Module, call: Call, position: int, keyword: str) -> str:
    given = spread(analysis, module, call)
    value = given.argument(position, keyword)
    known = looked_up(analysis, module, value, call)
    absent = value is None or (known is not None and known.is_none)
    if known is not None and known.kind == CALL:  # rstate=np.random.default_rng()
        absent = absent or ml_calls.makes_unseeded(module.calls[known.data])
    return f"{keyword}=" if absent and not (value is None and given.starred) else ""
