"""What models predict, as numbers."""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, Perceptron
from sklearn.neighbors import KernelDensity, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from bis.instrument import probe_values
from bis.instrument.probe_values import MAX_NUMBERS, NoPredictionError, predictions, predicts
from bis.model.probe_prediction import ProbeProblem

X, Y = load_iris(return_X_y=True)


def problem(model: Any, examples: Any) -> tuple[str, str]:
    """Why there are no predictions."""
    with pytest.raises(NoPredictionError) as caught:
        predictions(model, examples)
    return caught.value.problem, caught.value.detail


def test_the_codes_are_those_of_the_host() -> None:
    """The two sides of the border share no code."""
    names = ("OTHER_COLUMNS", "REFUSED", "NO_NUMBERS", "NOT_FINITE", "ABSENT")
    assert {getattr(probe_values, name) for name in names} == {p.value for p in ProbeProblem}


@pytest.mark.parametrize(
    ("model", "kind", "shape"),
    [
        (LinearDiscriminantAnalysis(), "probabilities", (150, 3)),
        (Perceptron(), "values", (150, 3)),
        (NearestCentroid(), "probabilities", (150, 3)),
        (LinearRegression(), "values", (150,)),
        (KernelDensity(), "values", (150,)),
        (IsolationForest(n_estimators=3), "values", (150,)),
        (RandomForestClassifier(3, n_jobs=2), "probabilities", (150, 3)),
        (make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()), "probabilities", (150, 3)),
    ],
    ids=lambda v: type(v).__name__ if hasattr(v, "fit") else None,
)
def test_estimators_predict(model: Any, kind: str, shape: tuple[int, ...]) -> None:
    """The finest that they have: probabilities, else decision values, else values; never numbers of clusters."""
    found_kind, found = predictions(model.fit(X, Y), X)
    assert predicts(model)
    assert (found_kind, found.shape, found.dtype) == (kind, shape, np.float64)


def test_probabilities_are_those_of_the_model() -> None:
    """The same bits."""
    model = LinearDiscriminantAnalysis().fit(X, Y)
    assert predictions(model, X)[1].tobytes() == model.predict_proba(X).tobytes()


class Halves(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Clusters; scikit-learn's own start a process to count processors."""

    def fit(self, X: Any) -> Halves:  # noqa: N803 (scikit-learn's name)
        """Remember the middle."""
        self.middle_ = X[:, 0].mean()
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803 (scikit-learn's name)
        """The half."""
        return (X[:, 0] > self.middle_).astype(int)


def test_arbitrary_numbers_are_no_predictions() -> None:
    """The clusters of two fits have no common names."""
    assert problem(Halves().fit(X), X) == ("no-numbers", "labels whose numbers are arbitrary")
    assert not predicts(StandardScaler().fit(X))


class Majority(LinearDiscriminantAnalysis):  # type: ignore[misc]
    """A classifier that gives names and nothing else."""

    predict_proba = decision_function = property(lambda self: self.nothing)

    def predict(self, X: Any) -> Any:  # noqa: N803 (scikit-learn's name)
        """The first class, and once the last."""
        return np.array([*["a"] * (len(X) - 1), "b"])


def test_classes_are_columns() -> None:
    """A class is no number."""
    kind, found = predictions(Majority().fit(X[:100], np.repeat(["a", "b"], 50)), X[:3])
    assert (kind, found.tolist()) == ("classes", [[1, 0], [1, 0], [0, 1]])


def test_examples_that_do_not_fit_are_told() -> None:
    """Other columns, an array where a table is needed, and numbers that are none."""
    model = LinearDiscriminantAnalysis().fit(X, Y)
    assert problem(model, X[:, :3]) == ("other-columns", "3 columns, expected 4")
    frame = pd.DataFrame({"a": X[:, 0], "b": np.where(Y, "x", "y")})
    columns = make_column_transformer((OneHotEncoder(), ["b"]), (StandardScaler(), ["a"]))
    pipeline = make_pipeline(columns, LinearDiscriminantAnalysis()).fit(frame, Y)
    code, detail = problem(pipeline, frame.to_numpy())
    assert (code, "dataframes" in detail) == ("refused", True)
    assert problem(pipeline, frame[["a"]]) == ("other-columns", "without b")
    assert problem(model, np.full((2, 4), np.nan))[0] == "refused"
    linear = LinearRegression().fit(X, Y)
    linear.coef_ = np.array([np.inf, 0, 0, 0])
    assert problem(linear, X) == ("not-finite", "150 of 150")
    assert problem(object(), X)[0] == "absent"


def test_columns_are_found_by_name() -> None:
    """In any order, with others between them; a model that was trained on an array gets one."""
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = LinearDiscriminantAnalysis().fit(frame, Y)
    turned = frame.assign(target=Y)[["target", "d", "c", "b", "a"]]
    assert (predictions(model, turned)[1] == model.predict_proba(frame)).all()
    plain = LinearDiscriminantAnalysis().fit(X, Y)
    assert (predictions(plain, frame)[1] == plain.predict_proba(X)).all()


def test_many_numbers_are_taken_in_equal_distances() -> None:
    """So that a replay has a size that can be kept."""
    x = np.arange(2.0 * MAX_NUMBERS).reshape(-1, 1)
    model = LinearRegression().fit(x[:9], x[:9, 0])
    found = predictions(model, x)[1]
    assert found.shape == (MAX_NUMBERS,)
    assert np.allclose(found, x[::2, 0])


def states() -> tuple[object, bytes]:
    """Of the generators that a program shares."""
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    return random.getstate(), repr((name, list(keys), rest)).encode()


def test_generators_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A model that draws and prints while it predicts changes nothing for the program."""

    class Noisy(LinearRegression):  # type: ignore[misc]
        def predict(self, X: Any) -> Any:  # noqa: N803 (scikit-learn's name)
            print("predicting")  # noqa: T201 (a program may)
            return np.random.rand(len(X)) + random.random()  # noqa: NPY002 (a program may)

    model = Noisy().fit(X, Y)
    before = states()
    first, second = predictions(model, X)[1], predictions(model, X)[1]
    assert states() == before
    assert (first == second).all()
    assert capsys.readouterr().out == ""


@pytest.mark.torch
def test_nets_predict_in_evaluation_mode() -> None:
    """Without dropout, without gradients, and each part is in its own mode again afterwards."""
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5))
    net[1].eval()
    state = {name: value.clone() for name, value in net.state_dict().items()}
    generator = torch.get_rng_state()
    kind, found = predictions(net, X)
    assert (kind, found.shape) == ("values", (150, 3))
    assert [net.training, net[1].training, net[2].training] == [True, False, True]
    assert all(torch.equal(state[name], value) for name, value in net.state_dict().items())
    assert torch.equal(generator, torch.get_rng_state())
    calls = [{"args": (torch.tensor(X[i : i + 100], dtype=torch.float32),), "kwargs": {}} for i in (0, 100)]
    assert (predictions(net, calls)[1] == found).all()
    assert problem(net, X[:, :3])[0] == "refused"
    assert (predictions(torch.nn.Embedding(5, 2), np.array([1, 4]))[1]).shape == (2, 2)
    assert predictions(torch.nn.Linear(2, 1), np.array([[1, 4]]))[1].shape == (1, 1)


@pytest.mark.torch
def test_of_several_outputs_the_first_counts() -> None:
    """Tuples, and objects with logits; what holds no tensor has no numbers."""
    torch = pytest.importorskip("torch")

    class Several(torch.nn.Linear):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            logits = super().forward(x)
            return self.made(logits)

    net = Several(4, 2)
    for made in (lambda y: (y, "more"), lambda y: {"logits": y}, lambda y: [None, y]):
        net.made = made
        assert predictions(net, X)[1].shape == (150, 2)
    net.made = lambda _: "text"
    assert problem(net, X) == ("no-numbers", "str")


@pytest.mark.keras
@pytest.mark.slow
def test_keras_models_predict() -> None:
    """As they do in evaluation, in batches."""
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3, "softmax")])
    kind, found = predictions(model, np.tile(X, (3, 1)))
    assert (kind, found.shape) == ("values", (450, 3))
    assert np.allclose(found[:150], model.predict(X, verbose=0), atol=1e-6)
    assert problem(model, X[:, :3])[0] == "refused"


@pytest.mark.slow
def test_boosters_predict() -> None:
    """XGBoost's own interface, with its own matrix."""
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 3)
    assert (predictions(booster, X)[1] == booster.predict(xgboost.DMatrix(X))).all()
    assert problem(booster, X[:, :3]) == ("other-columns", "3 columns, expected 4")
    named = xgboost.train({}, xgboost.DMatrix(X, Y, feature_names=list("abcd")), 3)
    turned = pd.DataFrame(X, columns=list("abcd"))[["d", "c", "b", "a"]]
    assert (predictions(named, turned)[1] == predictions(named, X)[1]).all()


@pytest.mark.slow
def test_light_boosters_predict() -> None:
    """LightGBM's own interface."""
    lightgbm = pytest.importorskip("lightgbm")
    booster = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(X, Y), 3)
    assert (predictions(booster, X)[1] == booster.predict(X)).all()
    assert problem(booster, X[:, :3]) == ("other-columns", "3 columns, expected 4")


def test_joblib_is_itself_again() -> None:
    """Its work is done in this thread for a prediction only."""
    parallel = sys.modules["joblib.parallel"].Parallel
    call = parallel.__call__
    predictions(RandomForestClassifier(3, n_jobs=2).fit(X, Y), X)
    assert parallel.__call__ is call
