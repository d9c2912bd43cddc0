"""What notebooks find on Colab and on Kaggle."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name

from bis._audit.files import base_images
from bis._audit.files.base_images import hosted_packages


def test_what_is_there() -> None:
    """Kaggle has what Colab has, what its image asks for besides, and what that requires; neither has MLflow."""
    colab, kaggle = hosted_packages("colab"), hosted_packages("kaggle")
    assert {"numpy", "pandas", "scikit-learn", "torch", "tensorflow", "seaborn", "xgboost"} <= colab <= kaggle
    assert {"catboost", "optuna", "lightning-utilities"} <= kaggle
    assert {"catboost", "optuna", "mlflow"}.isdisjoint(colab)
    assert "mlflow" not in kaggle


def test_lines_are_in_order_and_of_canonical_names() -> None:
    """So that a change of the table can be read."""
    lines = (Path(base_images.__file__).parent / "hosted_distributions.txt").read_text("utf-8").splitlines()
    names = [line.split()[0] for line in lines]
    assert lines == sorted(set(lines))
    assert names == [canonicalize_name(name) for name in names]
    assert {tuple(line.split()[1:]) for line in lines} == {(), ("kaggle",)}
