"""Tests of which calls train, and which of their arguments are hyperparameters."""

from __future__ import annotations

import importlib
import inspect

import pytest

from bis._audit.frameworks import training


@pytest.mark.parametrize(
    "api",
    [
        "sklearn.linear_model.LinearRegression.fit",
        "sklearn.ensemble._forest.RandomForestClassifier.fit",
        "sklearn.pipeline.Pipeline.fit",
        "sklearn.model_selection.GridSearchCV.fit",
        "sklearn.cluster.KMeans.fit_predict",
        "sklearn.compose.TransformedTargetRegressor.fit",
        "sklearn.model_selection.cross_val_score",
        "tensorflow.keras.Sequential.fit",
        "keras.applications.VGG16.fit",
        "xgboost.train",
        "xgboost.XGBClassifier.fit",
        "lightgbm.engine.train",
        "pytorch_lightning.Trainer.fit",
        "transformers.Trainer.train",
        "trl.SFTTrainer.train",
        "ultralytics.YOLO.train",
        "stable_baselines3.PPO.learn",
        "torch.nn.CrossEntropyLoss.backward",
        "statsmodels.api.OLS.fit",
        "imblearn.ensemble.BalancedRandomForestClassifier.fit",
    ],
)
def test_is_training_of_models(api: str) -> None:
    """Fitting a model trains it, whichever library's it is."""
    assert training.is_training(api) is True


@pytest.mark.parametrize(
    "api",
    [
        "sklearn.preprocessing.StandardScaler.fit",
        "sklearn.decomposition.PCA.fit",
        "sklearn.compose.ColumnTransformer.fit",
        "sklearn.pipeline.FeatureUnion.fit",
        "sklearn.linear_model.LinearRegression.predict",
        "sklearn.model_selection.train_test_split",
        "imblearn.over_sampling.SMOTE.fit_resample",
        "keras.preprocessing.text.Tokenizer.fit_on_texts",
        "keras.layers.Normalization.fit",
        "scipy.stats.norm.fit",
        "transformers.Trainer.evaluate",
        "@fit",
        "@Trainer.train",
        "fit",
        ".predict",
    ],
)
def test_is_training_of_preparation_is_false(api: str) -> None:
    """Preparing data, predicting and the project's own functions are no training."""
    assert training.is_training(api) is False


@pytest.mark.parametrize("api", ["lightfm.LightFM.fit", "lightfm.LightFM.fit_partial"])
def test_is_training_of_a_factorisation(api: str) -> None:
    """Also a part of its epochs."""
    assert training.is_training(api) is True


@pytest.mark.parametrize("api", [".fit", ".backward", ".partial_fit", ".fit_partial"])
def test_is_training_of_unknown_objects_is_open(api: str) -> None:
    """Of an object of which nothing is known, the name alone does not tell."""
    assert training.is_training(api) is None


@pytest.mark.parametrize(
    ("api", "keyword"),
    [
        ("sklearn.ensemble.RandomForestClassifier", "n_estimators"),
        ("tensorflow.keras.optimizers.Adam", "learning_rate"),
        ("torch.optim.SGD", "lr"),
        ("torch.optim.lr_scheduler.StepLR", "step_size"),
        ("xgboost.XGBClassifier", "max_depth"),
        ("tensorflow.keras.models.Sequential.fit", "epochs"),
        ("tensorflow.keras.Sequential.compile", "optimizer"),
        ("torch.utils.data.DataLoader", "batch_size"),
        ("xgboost.train", "num_boost_round"),
    ],
)
def test_hyperparameters_include(api: str, keyword: str) -> None:
    """Arguments that say what is trained are hyperparameters."""
    found = training.hyperparameters(api)
    assert found is not None
    assert found.includes(keyword)


@pytest.mark.parametrize(
    ("api", "keyword"),
    [
        ("sklearn.ensemble.RandomForestClassifier", "n_jobs"),
        ("sklearn.ensemble.RandomForestClassifier", "random_state"),
        ("sklearn.ensemble.RandomForestClassifier", "**"),
        ("tensorflow.keras.Sequential.fit", "verbose"),
        ("torch.utils.data.DataLoader", "num_workers"),
        ("xgboost.train", "evals"),
        ("torch.optim.SGD", "foreach"),
    ],
)
def test_hyperparameters_leave_out(api: str, keyword: str) -> None:
    """Arguments that say how it is computed, seeds and data are not."""
    found = training.hyperparameters(api)
    assert found is not None
    assert not found.includes(keyword)


@pytest.mark.parametrize(
    "api", ["sklearn.preprocessing.StandardScaler", "sklearn.model_selection.GridSearchCV", "numpy.linspace", "@Model"]
)
def test_hyperparameters_of_other_calls_are_none(api: str) -> None:
    """Calls that make no model and train none have no hyperparameters."""
    assert training.hyperparameters(api) is None


def test_hyperparameters_of_boosters_stand_in_a_dictionary() -> None:
    """Training functions of boosters take a dictionary of hyperparameters."""
    found = training.hyperparameters("lightgbm.train")
    assert found is not None
    assert found.table == "params"


def test_is_optimiser() -> None:
    """Optimisers and schedules are told from models."""
    assert training.is_optimiser("torch.optim.AdamW")
    assert training.is_optimiser("tensorflow.keras.optimizers.schedules.ExponentialDecay")
    assert not training.is_optimiser("sklearn.svm.SVC")


@pytest.mark.parametrize(
    ("api", "names"),
    [
        ("torch.optim.AdamW", ("", "lr")),
        ("torch.optim.lr_scheduler.StepLR", ("", "step_size", "gamma")),
        ("tensorflow.keras.optimizers.SGD", ("learning_rate",)),
        ("tensorflow.keras.models.Sequential.fit", ("", "", "batch_size", "epochs")),
        ("lightgbm.engine.train", ("", "", "num_boost_round")),
        ("sklearn.svm.SVC", ()),
        ("keras.layers.Dense", ()),
    ],
)
def test_order_of_what_is_given_by_its_place(api: str, names: tuple[str, ...]) -> None:
    """Only where a hyperparameter is commonly given without its name."""
    assert training.order(api) == names


@pytest.mark.parametrize("api", training.OF_APIS_BY_DEFAULT)
def test_what_makers_take_by_default(api: str) -> None:
    """The values listed are those of the library that is installed."""
    package, _dot, name = api.rpartition(".")
    pytest.importorskip(api.partition(".")[0])
    parameters = inspect.signature(getattr(importlib.import_module(package), name)).parameters
    listed = training.OF_APIS_BY_DEFAULT[api]
    assert {key: parameters[key].default for key in listed} == listed
