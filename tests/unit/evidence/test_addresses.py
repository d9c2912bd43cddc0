"""Tracking URIs from other folders."""

from __future__ import annotations

import pytest

from bis.evidence.addresses import absolute_uri, local_path, scheme_of, without_password


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
        ("file:./a%20b", "/project/a b"),
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


@pytest.mark.parametrize(
    ("uri", "scheme"),
    [
        ("./runs", "file"),
        ("/abs/runs", "file"),
        ("/abs/a:b/runs", "file"),
        ("file:///abs/runs", "file"),
        ("sqlite:///a.db", "sqlite"),
        ("postgresql+psycopg2://u@h/db", "postgresql+psycopg2"),
        ("uc", "uc"),
        ("databricks://profile", "databricks"),
        ("http://[::1", "http"),
        ("https://]x", "https"),
        ("file://[x/y", "file"),
    ],
)
def test_a_plain_path_has_the_scheme_of_files(uri: str, scheme: str) -> None:
    """As MLflow reads it: names of hosted services are no paths."""
    assert scheme_of(uri) == scheme


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://user:pass@host:5000/x", "http://host:5000/x"),
        ("http://to@k:en@host", "http://host"),
        ("postgresql+psycopg2://u:p%40w@h/db?sslmode=require", "postgresql+psycopg2://h/db?sslmode=require"),
        ("mysql://h/db?password=abcdefgh", "mysql://h/db?password=[redacted]"),
        ("sqlite:////home/a@b/mlflow.db", "sqlite:////home/a@b/mlflow.db"),
        ("file:///a@b", "file:///a@b"),
        ("./a@b", "./a@b"),
        ("databricks://profile", "databricks://profile"),
    ],
)
def test_passwords_are_taken_out(uri: str, shown: str) -> None:
    """With the user, which may be a token; paths stay."""
    assert without_password(uri) == shown


@pytest.mark.parametrize("uri", ["http://[::1", "https://]x", "postgresql://[h/db", "file://[x/y"])
def test_addresses_of_nothing_are_no_defect(uri: str) -> None:
    """The standard library refuses brackets that are not closed; here they are an address, of a server or not."""
    assert absolute_uri(uri, "/project") == uri
    assert without_password(uri) == uri
    assert (local_path(uri, "/project") is None) is not uri.startswith("file:")
