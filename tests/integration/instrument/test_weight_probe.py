"""Digests of trained models of real frameworks."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from typing import Any

import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from bis.instrument.weight_probe import framework_of, weights_digest


def test_nothing_is_imported() -> None:
    """In a program without frameworks the module loads none, and finds nothing."""
    code = (
        "import sys\nfrom bis.instrument.weight_probe import find_models\n"
        "assert find_models({'a': [1], 'b': {}}) == []\n"
        "print([m for m in ('numpy', 'torch', 'keras', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


_X, _Y = load_iris(return_X_y=True)


def _digest(model: Any) -> str:
    weights = weights_digest(model)
    assert weights is not None
    return str(weights["digest"])


_ESTIMATORS = {
    "tree": lambda s: DecisionTreeClassifier(random_state=s, splitter="random"),
    "forest": lambda s: RandomForestClassifier(5, random_state=s),
    "boosting": lambda s: HistGradientBoostingClassifier(max_iter=3, random_state=s, early_stopping=True),
    "mlp": lambda s: make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=5, random_state=s)),
    "search": lambda s: GridSearchCV(
        DecisionTreeClassifier(random_state=s, splitter="random"), {"max_depth": [1, 2]}, cv=2
    ),
    "svm": lambda s: SVC(C=1.0 + s),
    "neighbours": lambda s: KNeighborsClassifier(3 + s),
}


@pytest.mark.parametrize("kind", sorted(_ESTIMATORS))
def test_estimators_fitted_alike_have_one_digest(kind: str) -> None:
    """Fitting again, or reading back a pickle, gives the digest; another seed or setting gives another."""

    def fit(seed: int) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # five iterations do not converge
            return _ESTIMATORS[kind](seed).fit(_X, _Y)

    first = fit(0)
    assert weights_digest(_ESTIMATORS[kind](0)) is None
    assert framework_of(first) == "sklearn"
    assert _digest(first) == _digest(fit(0)) == _digest(pickle.loads(pickle.dumps(first)))  # noqa: S301 - written one call before
    assert _digest(first) != _digest(fit(1))
