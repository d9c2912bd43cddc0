"""False alarms on real runs: a pool of nets trained on the digits with different seeds."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from bis.stats.prediction import prediction_p_values

if TYPE_CHECKING:
    from bis.stats.arrays import FloatArray

RUNS = 500
TEST_ITEMS = 899
DRAWS = 20_000


@pytest.fixture(scope="module")
def pool() -> dict[str, FloatArray]:
    """Test accuracy and log of the test loss of 500 nets, each with its own split, initialisation and order."""
    x, y = load_digits(return_X_y=True)
    accuracies, losses = [], []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # four epochs are meant
        for seed in range(RUNS):
            train, test, y_train, y_test = train_test_split(x / 16, y, test_size=0.5, random_state=seed)
            net = MLPClassifier((16,), max_iter=4, batch_size=32, learning_rate_init=0.02, random_state=10_000 + seed)
            shares = net.fit(train, y_train).predict_proba(test)
            assert len(y_test) == TEST_ITEMS
            accuracies.append(float(np.mean(shares.argmax(axis=1) == y_test)))
            losses.append(float(np.log(log_loss(y_test, shares))))
    return {"accuracy": np.array(accuracies), "log loss": np.array(losses)}


def false_alarms(values: FloatArray, n: int, rng: np.random.Generator, *, quantum: float, draws: int) -> float:
    """Share of rejections of originals and replays drawn from a pool without replacement."""
    chosen = np.argpartition(rng.random((draws, values.size)), n + 1, axis=1)[:, : n + 1]
    runs = values[chosen]
    return float(np.mean(prediction_p_values(runs[:, 0], runs[:, 1:], quantum=quantum) <= 0.05))


def scatter_of_pools(n: int, rng: np.random.Generator, pools: int = 30) -> float:
    """Standard deviation of the rate between pools of this size: what a finite pool adds to the error."""
    rates = [false_alarms(rng.standard_normal(RUNS), n, rng, quantum=0.0, draws=2000) for _ in range(pools)]
    return float(np.std(rates, ddof=1))


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 10, 20])
@pytest.mark.parametrize(("metric", "quantum"), [("accuracy", 1 / TEST_ITEMS), ("log loss", 0.0)])
def test_false_alarms_on_real_nets(pool: dict[str, FloatArray], metric: str, quantum: float, n: int) -> None:
    """In [.045, .055], widened by what a pool of 500 scatters.

    All draws come from one pool, whose own tails deviate from the distribution's: the rate differs between pools
    even with endless draws. How much is measured on normal pools of the same size (their 2,000 draws included, which
    only widens it); two standard deviations of that are added on either side.
    """
    rng = np.random.default_rng(n)
    rate = false_alarms(pool[metric], n, rng, quantum=quantum, draws=DRAWS)
    margin = 2 * scatter_of_pools(n, rng)
    assert margin < 0.02
    assert 0.045 - margin <= rate <= 0.055 + margin
