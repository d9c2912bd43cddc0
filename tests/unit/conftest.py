"""What unit tests start from: a home of bis, a project, and a store with its tables, made once and copied for each."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, which are slow to make."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("template") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def store_uri(empty_database: Path, tmp_path: Path) -> str:
    """An empty tracking store, with its artifacts beside it."""
    path = tmp_path / "store" / "mlflow.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE experiments SET artifact_location = ?", (str(path.parent / "artifacts"),))
        connection.commit()
    return f"sqlite:///{path}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where bis keeps what belongs to no project."""
    folder = tmp_path / "home"
    monkeypatch.setenv("BIS_HOME", str(folder))
    for name in ("BIS_SPOOL", "BIS_RECORD", "MLFLOW_TRACKING_URI", "PYTHONHASHSEED"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """An empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder
