"""Tracking URIs from other folders."""

from __future__ import annotations

import pytest

from bis.evidence.addresses import absolute_uri


@pytest.mark.parametrize(
    ("uri", "absolute"),
    [
        (None, None),
        ("sqlite:///mlflow.db", "sqlite:////project/mlflow.db"),
        ("sqlite:///a/b.db", "sqlite:////project/a/b.db"),
        ("sqlite:////abs/mlflow.db", "sqlite:////abs/mlflow.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///", "sqlite:///"),
        ("mlruns", "/project/mlruns"),
        ("./mlruns", "/project/mlruns"),
        ("file:./mlruns", "/project/mlruns"),
        ("file:mlruns", "/project/mlruns"),
        ("file:///abs/mlruns", "file:///abs/mlruns"),
        ("/abs/mlruns", "/abs/mlruns"),
        ("http://host:5000", "http://host:5000"),
        ("postgresql+psycopg2://u@h/db", "postgresql+psycopg2://u@h/db"),
        ("databricks", "databricks"),
        ("databricks://profile", "databricks://profile"),
    ],
)
def test_paths_are_made_absolute_and_nothing_else(uri: str | None, absolute: str | None) -> None:
    """Databases and folders belong to a working directory; servers do not."""
    assert absolute_uri(uri, "/project") == absolute
