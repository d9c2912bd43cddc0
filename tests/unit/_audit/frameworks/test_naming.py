"""Tests of the one name for things that are imported in several ways."""

from __future__ import annotations

import pytest

from bis._audit.frameworks.naming import canonical, library


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("tensorflow.keras.layers.Dense", "keras.layers.Dense"),
        ("tensorflow.python.keras.layers.Dense", "keras.layers.Dense"),
        ("tf_keras.Sequential.fit", "keras.Sequential.fit"),
        ("tensorflow.keras.models.Sequential.fit", "keras.Sequential.fit"),
        ("tensorflow.keras.optimizers.legacy.Adam", "keras.optimizers.Adam"),
        ("tensorflow.compat.v1.set_random_seed", "tensorflow.set_random_seed"),
        ("pytorch_lightning.Trainer.fit", "lightning.pytorch.Trainer.fit"),
        ("lightning.Trainer.fit", "lightning.pytorch.Trainer.fit"),
        ("pytorch_lightning.trainer.seed_everything", "lightning.pytorch.seed_everything"),
        ("sklearn.ensemble._forest.RandomForestClassifier.fit", "sklearn.ensemble.RandomForestClassifier.fit"),
        ("sklearn.ensemble.forest.RandomForestClassifier", "sklearn.ensemble.RandomForestClassifier"),
        ("sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
         "sklearn.ensemble.HistGradientBoostingClassifier"),
        ("sklearn.model_selection._split.train_test_split", "sklearn.model_selection.train_test_split"),
        ("sklearn.cross_validation.train_test_split", "sklearn.model_selection.train_test_split"),
        ("sklearn.externals.joblib.delayed", "joblib.delayed"),
        ("xgboost.sklearn.XGBClassifier", "xgboost.XGBClassifier"),
    ],
)  # fmt: skip
def test_canonical_replaces_other_ways(api: str, name: str) -> None:
    """Old, private and re-exported names lead to the public one."""
    assert canonical(api) == name


@pytest.mark.parametrize(
    "api",
    [
        "sklearn",
        "sklearn.svm",
        "sklearn.utils.shuffle",
        "sklearn.feature_extraction.text.TfidfVectorizer.fit_transform",
        "sklearn.gaussian_process.kernels.RBF",
        "keras.layers.Dense",
        "tensorflow_hub.KerasLayer",
        "@fit",
        ".fit",
        "",
    ],
)
def test_canonical_keeps_public_and_unknown_names(api: str) -> None:
    """Public names, others' names and names of the project's own stay."""
    assert canonical(api) == api


def test_library_is_first_part() -> None:
    """The library of a thing is the first part of its one name; the project's own has none."""
    assert library("tensorflow.keras.Sequential.fit") == "keras"
    assert library("pytorch_lightning.Trainer") == "lightning"
    assert library("@Trainer.fit") == ""
    assert library(".fit") == ""
