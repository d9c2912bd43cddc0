"""Making a store, and bringing one of an older MLflow up to date, so that the MLflow of bis can write to it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from bis.errors import StoreUnavailable
from bis.evidence.sqlite_reader import is_current

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT_S = 120.0
_LONGEST = 300


def bring_up_to_date(database: Path) -> None:
    """Migrate a database that belongs to bis (never a user's) to the schema of the MLflow that is installed here.

    Nothing is done to one that is not there or is current.

    Raises
    ------
    StoreUnavailable
        MLflow cannot migrate it.
    """
    if not database.exists() or is_current(database):
        return
    _run_mlflow(("-m", "mlflow", "db", "upgrade", _uri(database)), "migrated")


def make_store(database: Path, artifacts: Path) -> None:
    """Make a database with MLflow's tables whose default experiment keeps its artifacts in a folder.

    Raises
    ------
    StoreUnavailable
        MLflow cannot make it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    code = f"import mlflow; mlflow.MlflowClient({_uri(database)!r}).search_experiments()"
    _run_mlflow(("-c", code), "made")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE experiments SET artifact_location = ? WHERE experiment_id = 0", (f"{artifacts.as_posix()}/0",)
        )


def _uri(database: Path) -> str:
    return f"sqlite:///{database}"


def _run_mlflow(arguments: tuple[str, ...], what: str) -> None:
    """Let MLflow do it in a process of its own: what it prints and sets stays there."""
    environ = {**os.environ, "BIS_RECORD": "0", "MLFLOW_DISABLE_TELEMETRY": "true"}
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environ,
            timeout=_LIMIT_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise StoreUnavailable(f"the store of the program was not {what} within {_LIMIT_S:g} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"status {done.returncode}"]
        raise StoreUnavailable(f"the store of the program cannot be {what}: {lines[-1][:_LONGEST]}")
