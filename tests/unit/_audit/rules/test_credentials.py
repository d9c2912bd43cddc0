"""Credentials in the code."""

from __future__ import annotations

import pytest

from bis._audit.rules.credentials import check
from tests.unit._audit.small_projects import analysed


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("mlflow.MLFLOW_TRACKING_PASSWORD = 'd41d8cd98f'\n", 1),
        ("MLFLOW_TRACKING_TOKEN = 'd41d8cd98f'\n", 1),
        ("class Config:\n    AWS_SECRET_ACCESS_KEY = 'd41d8cd98f'\n", 1),
        ("os.environ['MLFLOW_TRACKING_PASSWORD'] = 'd41d8cd98f'\n", 1),
        ("mlflow.MLFLOW_TRACKING_PASSWORD = os.environ['PASSWORD']\n", 0),
        ("MLFLOW_TRACKING_PASSWORD = 'your-password'\n", 0),
        ("mlflow.MLFLOW_TRACKING_USERNAME = 'ada'\n", 0),
        ("MLFLOW_TRACKING_PASSWORD = 'MLFLOW_TRACKING_PASSWORD'\n", 0),
    ],
)
def test_names_like_the_variables_of_the_environment(code: str, count: int) -> None:
    """An attribute of MLflow, a constant of a class; not what is read from elsewhere, or is to be filled in."""
    assert len(list(check(analysed({"a.py": "import os\nimport mlflow\n" + code})))) == count
