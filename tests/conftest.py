"""Every test runs in surroundings of its own: nothing of the caller's shell, home or folder changes a result.

What tests start from is made here: a home of bis, a project, and a store, whose tables are made once and copied.
"""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.surroundings import isolate

if TYPE_CHECKING:
    from collections.abc import Iterator

# A busy machine makes examples slow, which says nothing about the code.
settings.register_profile("bis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bis")

_SURROUNDINGS = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected: variables that could change a result are taken away, homes are made elsewhere."""
    set_hypothesis_home_dir(config.rootpath / ".hypothesis")  # tests run elsewhere, and failing examples are kept
    folder = Path(tempfile.mkdtemp(prefix="bis-tests-"))
    isolate(folder)
    config.stash[_SURROUNDINGS] = folder


def pytest_collection_finish() -> None:
    """What was loaded so far stays: a collection of garbage need not walk through it each time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last test, the homes go again."""
    shutil.rmtree(config.stash[_SURROUNDINGS], ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def same_variables() -> Iterator[None]:
    """What a file of tests, or a library that it imports, puts into the environment ends with it.

    Dask's nannies set the hash seed and the threads of all that this process starts later; OpenMP and MLflow set more.
    """
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts in an empty folder of its own: no store, settings or program of the caller's folder is found."""
    monkeypatch.chdir(tempfile.mkdtemp(prefix="cwd-", dir=request.config.stash[_SURROUNDINGS]))


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
