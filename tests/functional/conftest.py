"""Fixtures that functional tests share: projects with a store of their own, and a server."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import Project, Server, start_server
from tests.functional.warm import WarmProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    """What runs the commands of bis."""
    process = WarmProcess()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def new_project(
    empty_database: Path, warm: WarmProcess, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Project]:
    """Make a project with an empty store."""
    import mlflow.version

    def make(name: str = "project", *, draws: str = "", **variables: str) -> Project:
        base = tmp_path_factory.mktemp(name)
        folder = base / "project"
        folder.mkdir()
        database = base / "mlflow.db"
        shutil.copy(empty_database, database)
        templates = base / "home" / "templates"  # as a home has one from its second replay on
        templates.mkdir(parents=True)
        shutil.copy(empty_database, templates / f"mlflow-{mlflow.version.VERSION}.db")
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("UPDATE experiments SET artifact_location = ?", (str(base / "artifacts"),))
            connection.commit()
        return Project(folder, base / "home", f"sqlite:///{database}", warm, variables, draws)

    return make


@pytest.fixture
def project(new_project: Callable[..., Project]) -> Project:
    """A project with an empty store."""
    return new_project()


@pytest.fixture(scope="session")
def server(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server through which artifacts travel."""
    running = start_server(tmp_path_factory.mktemp("server"), empty_database, proxied=True)
    yield running
    running.stop()
