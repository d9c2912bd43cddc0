"""Writing runs into MLflow's SQLite databases without MLflow, which takes seconds to load.

It writes the rows that MLflow writes for the same calls (a test compares them), into databases whose schema is that of
the installed MLflow and known to `bis.evidence.sqlite_reader`. Whatever is out of the ordinary is left to MLflow.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import sqlite3
import sys
import time
import uuid
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from bis.evidence.addresses import local_path
from bis.evidence.sqlite_reader import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bis.model.facets import Curve

_LONGEST_KEY = 250
_LONGEST_VALUE = 6000
_LONGEST_NAME = 250
_LONGEST_ADDRESS = 200
_KEY = re.compile(r"[\w.\- :/]+")  # what every release of MLflow takes
_NAME_TAG = "mlflow.runName"
_USER_TAG = "mlflow.user"
_RUN = """
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
                  deleted_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
VALUES (?, ?, 'UNKNOWN', '', '', ?, 'RUNNING', ?, NULL, NULL, '', 'active', ?, ?)
"""
_TAG = "INSERT OR REPLACE INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
_PARAM = "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)"
_METRIC = "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, 0, ?, ?, ?)"
_MODELS = (
    "SELECT 1 FROM logged_models WHERE source_run_id = ? LIMIT 1",
    "SELECT 1 FROM model_versions WHERE run_id = ? LIMIT 1",
)
_LATEST = "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 0, ?, ?, ?)"


class LeftToMLflow(Exception):
    """Nothing was written: this is MLflow's to do, or to refuse."""


class SqliteWriter:
    """Writes into one database; each call is one transaction.

    Parameters
    ----------
    path : Path
        The database, with MLflow's tables in their current form.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def experiment(self, name: str) -> str:
        """The id of an experiment; creating one is left to MLflow."""
        with self._connected() as connection:
            row = connection.execute("SELECT experiment_id FROM experiments WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise LeftToMLflow
        return str(row[0])

    def create(self, experiment_id: str, name: str, tags: Mapping[str, str], started_ms: int) -> str:
        """Create a run; its id."""
        given = {_NAME_TAG: name, **tags}
        _check(given)
        if not name or len(name) > _LONGEST_NAME or given[_NAME_TAG] != name:
            raise LeftToMLflow
        run_id = uuid.uuid4().hex
        with self._connected() as connection:
            row = connection.execute(
                "SELECT artifact_location, lifecycle_stage FROM experiments WHERE experiment_id = ?", (experiment_id,)
            ).fetchone()
            address = _address(row[0], run_id) if row and row[1] == "active" else None
            if address is None:
                raise LeftToMLflow
            user = tags.get(_USER_TAG, "unknown")
            connection.execute(_RUN, (run_id, name, user, started_ms, address, int(experiment_id)))
            connection.executemany(_TAG, [(key, value, run_id) for key, value in given.items()])
        return run_id

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set several tags at once."""
        _check(tags)
        if _NAME_TAG in tags:  # that renames the run
            raise LeftToMLflow
        with self._active(run_id) as connection:
            connection.executemany(_TAG, [(key, value, run_id) for key, value in tags.items()])

    def tag_models(self, run_id: str, tags: Mapping[str, str]) -> int:
        """Nothing, where the run has no models; those that there are, and a registry elsewhere, are left to MLflow."""
        del tags
        with self._connected() as connection:
            found = [connection.execute(query, (run_id,)).fetchone() for query in _MODELS]
        if any(found) or os.environ.get("MLFLOW_REGISTRY_URI"):
            raise LeftToMLflow
        return 0

    def log(self, run_id: str, curves: tuple[Curve, ...], params: Mapping[str, str]) -> None:
        """Log metrics and params to a run that has none of these yet."""
        _check({**params, **dict.fromkeys((c.name for c in curves), "")})
        with self._active(run_id) as connection:
            connection.executemany(_PARAM, [(key, value, run_id) for key, value in params.items()])
            for curve in curves:
                points = {(step, *_stored(value)) for step, value in zip(curve.steps, curve.values, strict=True)}
                connection.executemany(_METRIC, [(curve.name, value, run_id, s, nan) for s, value, nan in points])
                if points:
                    step, value, nan = max(points)  # by step and value, as MLflow: all are of the same time
                    connection.execute(_LATEST, (curve.name, value, step, nan, run_id))

    def put(self, run_id: str, folder: Path) -> None:
        """Copy files to the artifacts of a run, where these are in a folder of this machine."""
        with self._active(run_id) as connection:
            [address] = connection.execute("SELECT artifact_uri FROM runs WHERE run_uuid = ?", (run_id,)).fetchone()
        target = local_path(address, "")
        if target is None or not target.is_absolute():
            raise LeftToMLflow
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            place = target / path.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)

    def end(self, run_id: str, status: str, ended_ms: int) -> None:
        """End a run."""
        with self._active(run_id) as connection:
            connection.execute(
                "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?", (status, ended_ms, run_id)
            )

    def delete(self, run_id: str) -> None:
        """Mark a run as deleted."""
        with self._active(run_id) as connection:
            connection.execute(
                "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = ? WHERE run_uuid = ?",
                (int(time.time() * 1000), run_id),
            )

    @contextmanager
    def _active(self, run_id: str) -> Iterator[sqlite3.Connection]:
        """A connection, where the run is there and not deleted."""
        with self._connected() as connection:
            row = connection.execute("SELECT lifecycle_stage FROM runs WHERE run_uuid = ?", (run_id,)).fetchone()
            if row != ("active",):
                raise LeftToMLflow
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        try:
            with closing(open_database(self._path, mode="rw")) as connection:
                connection.isolation_level = None  # transactions begin and end where this says so
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")  # else closing takes it back
        except sqlite3.IntegrityError as error:  # something is there already, or is not as MLflow has it
            raise LeftToMLflow from error
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}") from error


def _check(pairs: Mapping[str, str]) -> None:
    """Leave keys and values to MLflow that it may shorten or refuse."""
    for key, value in pairs.items():
        usual = _KEY.fullmatch(key) and len(key) <= _LONGEST_KEY and len(value) <= _LONGEST_VALUE
        if not usual or key.startswith("/") or ".." in key or "//" in key:
            raise LeftToMLflow


def _address(location: str | None, run_id: str) -> str | None:
    """Where the artifacts of a run go; None for what MLflow has to make of an unusual location."""
    if not location or re.search(r"[?#]", location):
        return None
    address = f"{location.rstrip('/')}/{run_id}/artifacts"
    return address if len(address) <= _LONGEST_ADDRESS else None


def _stored(value: str) -> tuple[float, bool]:
    """A value as MLflow has it in SQL, which knows neither infinities nor NaN; whether it is NaN."""
    number = float.fromhex(value)
    if math.isnan(number):
        return 0.0, True
    return max(-sys.float_info.max, min(sys.float_info.max, number)), False
