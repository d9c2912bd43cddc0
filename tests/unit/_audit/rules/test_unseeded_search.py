"""Searches that draw from generators of their own."""

from __future__ import annotations

import pytest

from bis._audit.rules.unseeded_search import check
from tests.unit._audit.small_projects import analysed

HEAD = (
    "import numpy as np\nimport optuna, skopt, hyperopt\n"
    "import keras_tuner\nfrom bayes_opt import BayesianOptimization\n"
)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("optuna.create_study()\n", True),
        ("np.random.seed(1)\noptuna.create_study()\n", True),
        ("optuna.create_study(sampler=None)\n", True),
        ("s = optuna.samplers.CmaEsSampler()\noptuna.create_study(sampler=s)\n", True),
        ("optuna.create_study(sampler=optuna.samplers.TPESampler(seed=None))\n", True),
        ("optuna.create_study(sampler=make())\n", False),
        ("def f(sampler):\n    optuna.create_study(sampler=sampler)\n", False),
        ("optuna.create_study(sampler=optuna.samplers.GridSampler(g))\n", False),
        ("hyperopt.fmin(f, s, max_evals=3)\n", True),
        ("hyperopt.fmin(f, s, max_evals=3, rstate=None)\n", True),
        ("hyperopt.fmin(f, s, max_evals=3, rstate=np.random.default_rng(1))\n", False),
        ("hyperopt.fmin(f, s, **options)\n", False),
        ("skopt.gp_minimize(f, s)\n", True),
        ("np.random.seed(1)\nskopt.gp_minimize(f, s)\n", False),
        ("BayesianOptimization(f, b)\n", True),
        ("BayesianOptimization(f, b, random_state=1)\n", False),
        ("keras_tuner.RandomSearch(f, objective='a')\n", True),
        ("keras_tuner.RandomSearch(f, objective='a', seed=3)\n", False),
    ],
)
def test_seeds_of_searches(code: str, told: bool) -> None:
    """A sampler of Optuna, a state of hyperopt; scikit-optimize falls back to NumPy's generator, the others do not."""
    assert bool(list(check(analysed({"a.py": HEAD + code})))) is told
