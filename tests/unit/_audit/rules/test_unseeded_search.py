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
        ("hyperopt.fmin(f, s, rstate=np.random.default_rng())\n", True),
        ("rng = np.random.default_rng()\nhyperopt.fmin(f, s, rstate=rng)\n", True),
        ("p = {'max_evals': 3}\nhyperopt.fmin(f, s, **p)\n", True),
        ("s = optuna.create_study()\ns.sampler = optuna.samplers.TPESampler(seed=1)\n", False),
        ("s = optuna.create_study()\ns.pruner = p\n", True),
        ("from optuna.integration import OptunaSearchCV as O\nO(m, d)\n", True),
        ("from optuna.integration import OptunaSearchCV as O\nO(m, d, random_state=1)\n", False),
        ("from tpot import TPOTClassifier\nTPOTClassifier(generations=3)\n", True),
        ("from tpot import TPOTRegressor\nTPOTRegressor(random_state=3)\n", False),
        ("from ax.service.ax_client import AxClient\nAxClient()\n", True),
        ("from ax.service.ax_client import AxClient\nAxClient(random_seed=1)\n", False),
        ("from ray.tune.search.optuna import OptunaSearch\nOptunaSearch()\n", True),
        ("from ray.tune.search.hyperopt import HyperOptSearch\nHyperOptSearch(random_state_seed=1)\n", False),
    ],
)
def test_seeds_of_searches(code: str, told: bool) -> None:
    """A sampler of Optuna, a state of hyperopt; scikit-optimize falls back to NumPy's generator, the others do not."""
    assert bool(list(check(analysed({"a.py": HEAD + code})))) is told
