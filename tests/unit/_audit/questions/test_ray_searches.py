"""Searches of Ray Tune, and how they are seeded."""

from __future__ import annotations

import pytest

from bis._audit.rules.unseeded_search import check
from tests.unit._audit.small_projects import analysed

HEAD = (
    "import numpy as np\nfrom ray import tune\nfrom ray.tune.search.optuna import OptunaSearch\n"
    "from ray.tune.search.hyperopt import HyperOptSearch\nfrom ray.tune.search.bayesopt import BayesOptSearch\n"
    "from ray.tune.search import ConcurrencyLimiter, BasicVariantGenerator\n"
    "space = {'lr': tune.loguniform(1e-4, 1e-1), 'net': {'n': tune.choice([1, 2])}}\n"
    "grid = {'lr': tune.grid_search([0.1, 0.01]), 'epochs': 3}\n"
)
TUNER = "tune.Tuner(f, param_space=space, tune_config=tune.TuneConfig(num_samples=9, {}))\n"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("tune.run(f, config=space, num_samples=10)\n", "BasicVariantGenerator(random_state=...)"),
        ("tune.run(f, config={'net': {'n': tune.choice([1, 2])}})\n", "BasicVariantGenerator(random_state=...)"),
        ("tune.run(f, config=dict(lr=tune.uniform(0, 1)))\n", "BasicVariantGenerator(random_state=...)"),
        ("tune.run(f, config=grid)\n", ""),
        ("grid['lr'] = tune.uniform(0, 1)\ntune.run(f, config=grid)\n", "BasicVariantGenerator(random_state=...)"),
        ("tune.run(f, config={'lr': 0.1})\n", ""),
        ("tune.run(f)\n", ""),
        ("np.random.seed(1)\ntune.run(f, config=space)\n", ""),
        ("tune.run(f, config=space, search_alg=BasicVariantGenerator(random_state=1))\n", ""),
        ("tune.run(f, config=space, search_alg='optuna')\n", "OptunaSearch(seed=...)"),
        ("tune.run(f, config=space, search_alg='random')\n", "BasicVariantGenerator(random_state=...)"),
        ("tune.run(f, config=space, **options)\n", ""),
        ("def g(space):\n    tune.run(f, config=space)\n", "BasicVariantGenerator(random_state=...)"),
        (TUNER.format(""), "BasicVariantGenerator(random_state=...)"),
        (TUNER.format("search_alg=OptunaSearch()"), "OptunaSearch draws without a seed (seed=)"),
        (
            "np.random.seed(1)\n" + TUNER.format("search_alg=OptunaSearch()"),
            "OptunaSearch draws without a seed (seed=)",
        ),
        (TUNER.format("search_alg=ConcurrencyLimiter(OptunaSearch(), 2)"), "OptunaSearch draws without a seed (seed=)"),
        (
            "s = HyperOptSearch(metric='a')\n" + TUNER.format("search_alg=s"),
            "HyperOptSearch draws without a seed (random_state_seed=)",
        ),
        (TUNER.format("search_alg=HyperOptSearch(random_state_seed=3)"), ""),
        (TUNER.format("search_alg=OptunaSearch(seed=3)"), ""),
        (TUNER.format("search_alg=OptunaSearch(sampler=sampler)"), ""),
        (TUNER.format("search_alg=BayesOptSearch()"), ""),  # its seed is 42 by default
        (TUNER.format("search_alg=make()"), ""),
        ("tune.Tuner(f, param_space=space, tune_config=settings)\n", ""),
        ("try:\n    s = OptunaSearch(seed=1)\nexcept E:\n    s = None\n" + TUNER.format("search_alg=s"), ""),
    ],
)
def test_seeds_of_ray_tune(code: str, told: str) -> None:
    """An algorithm with a generator of its own, or the default, which draws with NumPy what the space leaves open."""
    messages = [finding.message for finding in check(analysed({"a.py": HEAD + code}))]
    assert len(messages) == bool(told)
    assert all(told in message for message in messages)


def test_spaces_of_other_files() -> None:
    """A space that another file writes counts by what that file draws; where none draws, nothing is told."""
    search = "from ray import tune\nfrom spaces import space\ntune.run(f, config=space)\n"
    drawn = "from ray import tune\nspace = {'lr': tune.uniform(0, 1)}\n"
    assert list(check(analysed({"search.py": search, "spaces.py": drawn})))
    assert not list(check(analysed({"search.py": search, "spaces.py": "space = {'lr': 0.1}\n"})))
