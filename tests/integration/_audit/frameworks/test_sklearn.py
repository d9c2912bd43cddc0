"""Tests that the tables of what draws agree with the scikit-learn that is installed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from bis._audit.frameworks import sklearn as table
from bis._audit.frameworks.naming import canonical

# Estimators whose fit takes seconds, other arguments, or data of another form.
_LEFT_OUT = {
    "RandomizedSearchCV", "TunedThresholdClassifierCV", "TSNE", "GaussianRandomProjection",
    "SparseRandomProjection", "SpectralBiclustering", "SpectralCoclustering", "TheilSenRegressor", "TargetEncoder",
    "ClassifierChain", "RegressorChain", "OutputCodeClassifier", "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor", "GaussianProcessClassifier", "GaussianProcessRegressor", "BernoulliRBM",
    "PatchExtractor", "DictionaryLearning", "MiniBatchDictionaryLearning",
}  # fmt: skip


def _state() -> str:
    """The state of NumPy's global generator, which estimators without a seed draw from."""
    return repr(np.random.get_state())  # noqa: NPY002 - the legacy generator is what is tested


def test_estimators_that_draw_move_the_global_generator() -> None:
    """What is said to draw moves NumPy's global generator in its fit."""
    discovery = pytest.importorskip("sklearn.utils.discovery")
    rng = np.random.RandomState(0)
    rows = np.abs(rng.randn(40, 5))
    classes, numbers = (rows[:, 0] > 0.6).astype(int), rows[:, 0] + rng.randn(40)
    quiet = []
    for name, estimator in discovery.all_estimators():
        known = table.ESTIMATORS.get(canonical(f"{estimator.__module__}.{name}"))
        if known is None or name in _LEFT_OUT or known.default != table.YES:
            continue
        y = numbers if "Regress" in name or name.endswith("SVR") else classes
        before = _state()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            estimator().fit(rows, y)
        if _state() == before:
            quiet.append(name)
    assert quiet == []
