"""Tests that the tables of what draws agree with the scikit-learn that is installed."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from bis._audit.frameworks import sklearn as table
from bis._audit.frameworks.naming import canonical


def _seeded(things: list[tuple[str, Any]]) -> dict[str, Any]:
    """Public names of classes or functions that take a seed, and its default."""
    found = {}
    for _name, thing in things:
        parameters = inspect.signature(thing).parameters
        if "random_state" in parameters:
            found[canonical(f"{thing.__module__}.{thing.__name__}")] = parameters["random_state"].default
    return found


def test_estimators_every_seeded_class_is_classified() -> None:
    """Every public estimator that takes a seed is classified, and none is that is not there."""
    discovery = pytest.importorskip("sklearn.utils.discovery")
    seeded = _seeded(discovery.all_estimators())
    assert set(seeded) <= set(table.ESTIMATORS)
    needing_a_switch = {"IterativeImputer", "HalvingGridSearchCV", "HalvingRandomSearchCV", "ParameterSampler"}
    others = set(table.ESTIMATORS) - set(seeded)
    assert {name.rpartition(".")[2] for name in others} <= needing_a_switch


def test_functions_every_seeded_function_is_classified() -> None:
    """Every public function that takes a seed is classified."""
    discovery = pytest.importorskip("sklearn.utils.discovery")
    seeded = _seeded(discovery.all_functions())
    assert set(seeded) <= {*table.FUNCTIONS, *table.MAKERS, *table.SPLITS}


def test_estimators_with_a_default_seed_do_not_draw() -> None:
    """What is seeded by default is not unseeded without an argument."""
    discovery = pytest.importorskip("sklearn.utils.discovery")
    seeded = _seeded([*discovery.all_estimators(), *discovery.all_functions()])
    tables = table.ESTIMATORS | table.FUNCTIONS | table.MAKERS | table.SPLITS
    for name, default in seeded.items():
        if isinstance(default, int):
            assert tables[name].draws({}) is False, name


def test_splits_every_seeded_splitter_is_classified() -> None:
    """Every public splitter that takes a seed is classified."""
    selection = pytest.importorskip("sklearn.model_selection")
    splitters = [(name, getattr(selection, name)) for name in selection.__all__ if name.endswith(("Fold", "Split"))]
    splitters = [(name, one) for name, one in splitters if not name.startswith("Base")]
    assert set(_seeded(splitters)) <= set(table.SPLITS)


@pytest.mark.parametrize(
    ("api", "given", "draws"),
    [
        ("sklearn.ensemble.RandomForestClassifier", {}, True),
        ("sklearn.ensemble._forest.RandomForestClassifier", {"n_estimators": 10}, True),
        ("sklearn.linear_model.LogisticRegression", {}, False),
        ("sklearn.linear_model.LogisticRegression", {"solver": "saga"}, True),
        ("sklearn.linear_model.LogisticRegression", {"solver": table.UNKNOWN}, None),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear"}, False),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "penalty": "l2"}, False),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "dual": False}, False),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "dual": True}, True),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "penalty": "l1"}, True),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "l1_ratio": 1.0}, True),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "l1_ratio": 0}, False),
        ("sklearn.linear_model.LogisticRegression", {"solver": "liblinear", "penalty": table.UNKNOWN}, None),
        ("sklearn.svm.SVC", {}, False),
        ("sklearn.svm.SVC", {"probability": True}, True),
        ("sklearn.svm.LinearSVC", {"dual": False}, False),
        ("sklearn.svm.LinearSVC", {}, False),
        ("sklearn.svm.LinearSVC", {"C": 2.0, "max_iter": 100}, False),
        ("sklearn.svm.LinearSVC", {"dual": "auto"}, False),
        ("sklearn.svm.LinearSVC", {"dual": True}, True),
        ("sklearn.svm.LinearSVC", {"loss": "hinge"}, True),
        ("sklearn.svm.LinearSVC", {"dual": False, "penalty": "l1"}, True),
        ("sklearn.svm.LinearSVC", {"dual": False, "penalty": table.UNKNOWN}, None),
        ("sklearn.svm.LinearSVR", {}, True),
        ("sklearn.svm.LinearSVR", {"loss": "squared_epsilon_insensitive"}, False),
        ("sklearn.decomposition.PCA", {"n_components": 2}, False),
        ("sklearn.decomposition.PCA", {"svd_solver": "randomized"}, True),
        ("sklearn.linear_model.Perceptron", {}, False),
        ("sklearn.linear_model.SGDClassifier", {"shuffle": False}, False),
        ("sklearn.linear_model.SGDClassifier", {"shuffle": False, "early_stopping": True}, True),
        ("sklearn.linear_model.SGDClassifier", {"shuffle": False, "early_stopping": table.UNKNOWN}, None),
        ("sklearn.linear_model.SGDRegressor", {"early_stopping": table.UNKNOWN}, True),
        ("sklearn.model_selection.RandomizedSearchCV", {}, True),
        ("imblearn.over_sampling.SMOTE", {}, True),
        ("imblearn.under_sampling.RandomUnderSampler", {"sampling_strategy": 0.5}, True),
        ("imblearn.ensemble.BalancedRandomForestClassifier", {"n_estimators": 10}, True),
    ],
)
def test_estimator_draws_by_its_arguments(api: str, given: dict[str, object], *, draws: bool | None) -> None:
    """Whether an estimator draws may hang on an argument, and cannot be told where that is not known."""
    known = table.estimator(api)
    assert known is not None
    assert known.draws(given) is draws


@pytest.mark.parametrize(
    "api",
    [
        "imblearn.under_sampling.TomekLinks",
        "sklearn.model_selection.GridSearchCV",
        "sklearn.linear_model.LinearRegression",
        "xgboost.XGBClassifier",
        "@SVC",
    ],
)
def test_estimator_without_seed_is_none(api: str) -> None:
    """Estimators that take no seed, or are seeded by default, are not listed."""
    assert table.estimator(api) is None


def test_split_draws_by_shuffle() -> None:
    """Folds draw only where they shuffle, a train-test split unless it does not."""
    fold, split = table.split("sklearn.model_selection.KFold"), table.split("sklearn.cross_validation.train_test_split")
    assert fold is not None
    assert split is not None
    assert (fold.draws({}), fold.draws({"shuffle": True}), fold.draws({"shuffle": table.UNKNOWN})) == (
        False,
        True,
        None,
    )
    assert (split.draws({}), split.draws({"shuffle": False})) == (True, False)
    assert fold.order[1:] == ("shuffle", "random_state")


def test_function_makers_of_data_draw() -> None:
    """Functions that make data draw."""
    maker = table.function("sklearn.datasets.make_classification")
    assert maker is not None
    assert maker.draws({}) is True
    assert table.function("sklearn.datasets.load_iris") is None
