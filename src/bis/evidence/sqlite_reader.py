"""Reading MLflow's SQLite databases themselves: `import mlflow` and its store take seconds, a query milliseconds.

Only databases whose schema is one of those that this module was written for are read; others are left to MLflow. The
file is opened read-only: nothing is created, migrated or locked for writing.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from bis.errors import RunNotFound
from bis.evidence.run_index import stored_value
from bis.evidence.tracking_reader import LOOK, NO_RUNS, TrackedRun, TrackingReader, curve
from bis.model.facets import Curve, Dataset
from bis.model.stored_runs import SUMMARY_TAGS, RunFilter, RunPage, RunSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEME = "sqlite:///"
_BUSY_S = 20.0
_ACTIVE = "active"

# The heads of MLflow's migrations from 2.10 to 3.17 and those between them: the tables of runs, their tags, params,
# metrics and inputs have had the columns that are read here in all of them.
_SCHEMAS = """
acf3f17fdcc7 867495a8f9d4 5b0e9adcef9c 4465047574b1 f5a4f2784254 0584bdc529eb d0e1f2a3b4c5 3da73c924c2f
534353b11cbc 2c33131f4dae 400f98739977 6953534de441 cbc13b556ace bda7b8c39065 770bee3ae1dd 1a0cddfcaa16
de4033877273 a1b2c3d4e5f6 71994744cf8e bf29a5ff90ea 1bd49d398cd23 b7c8d9e0f1a2 5d2d30f0abce c9d4e5f6a7b8
d3e4f5a6b7c8 c8d9e0f1a2b3 e1f2a3b4c5d6 76601a5f987d a5b4c3d2e1f0 c3d6457b6d8a ae8bbe7743c9 da6fb0208061
7d34483879f0 a8b9c0d1e2f3 dc11669786a5 89d3d66ed43f b7e4c1a90f23 c3d9e7f1a2b4 6f8d9c3b2a1e c1d2e3f4a5b6
75868b020152 1971f2d9a75b b7e2c1a4d9f3 17e22815139b 1b5f0d9ad7c1
"""
_RUN = """
SELECT experiment_id, name, status, start_time, artifact_uri FROM runs WHERE run_uuid = ?
"""
_HISTORY = (
    "SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND key = ? ORDER BY timestamp, step, value"
)
_DATASETS = """
SELECT d.name, d.digest, d.dataset_source_type, d.dataset_source,
       (SELECT t.value FROM input_tags t WHERE t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context')
FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id = ?
ORDER BY i.rowid
"""


def database_of(uri: str) -> Path | None:
    """The file of an SQLite tracking URI; None where it names none, or says more than a file."""
    path = uri.removeprefix(SCHEME)
    if path == uri or not path or path.startswith((":", "file:")) or "?" in path:
        return None
    return Path(path) if "%" not in path else _existing(path)


def _existing(path: str) -> Path | None:
    """The file that a path with percent signs means: some versions of SQLAlchemy decode them, others do not."""
    found = [p for p in (Path(path), Path(unquote(path))) if p.is_file()]
    return found[0] if len(found) == 1 else None


def file_of(uri: str) -> Path | None:
    """The file of an SQLite tracking URI, however it is spelled, and whether it is there or not; None for other URIs.

    Examples
    --------
    >>> [str(file_of(u)) for u in ("sqlite:///a.db?timeout=9", "sqlite+pysqlite:///file:b.db?uri=true", "sqlite://")]
    ['a.db', 'b.db', 'None']
    """
    scheme, colon, rest = uri.partition(":///")
    path = rest.partition("?")[0].removeprefix("file:")
    if not colon or scheme.partition("+")[0] != "sqlite" or not path or path.startswith(":"):
        return None
    return next((p for p in (Path(path), Path(unquote(path))) if p.is_file()), Path(path))


def is_to_be_made(path: Path) -> bool:
    """Whether a database is not there, and could be."""
    return not path.exists() and next(p for p in path.parents if p.exists()).is_dir()


def sqlite_reader(path: Path) -> TrackingReader | None:
    """A reader of a database; None where its tables are of another version than those known here.

    Raises
    ------
    OSError
        It cannot be read, or is not one of MLflow's. MLflow itself would make its tables in it.
    """
    with _explained(path), closing(open_database(path)) as connection:
        tables = set(_column(connection, "SELECT name FROM sqlite_master WHERE type = 'table'"))
        if not tables:
            return NO_RUNS
        if not {"runs", "experiments", "alembic_version"} <= tables:
            raise OSError(f"{path} is not a database of MLflow, or not a whole one: it has no tables of runs")
        found = _revisions(connection)
        apart = _has_workspaces(connection)
    return SqliteReader(path) if found and found <= set(_SCHEMAS.split()) and not apart else None


def is_current(path: Path) -> bool:
    """Whether a database has the schema of the installed MLflow, without which MLflow writes nothing.

    MLflow is not imported for this: the migrations are files, each of which names the one before it.
    """
    package = find_spec("mlflow")
    folders = package.submodule_search_locations if package is not None else None
    if not folders or not path.exists():
        return True
    texts = [p.read_text(encoding="utf-8") for p in Path(folders[0], "store/db_migrations/versions").glob("*.py")]
    made, before = ({m[1] for text in texts for m in _revision(name).finditer(text)} for name in ("", "down_"))
    try:
        with closing(open_database(path)) as connection:
            return _revisions(connection) == made - before
    except sqlite3.Error:
        return False


def _revision(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"""^{prefix}revision\s*=\s*["'](\w+)["']""", re.MULTILINE)


def _revisions(connection: sqlite3.Connection) -> set[str]:
    return set(_column(connection, "SELECT version_num FROM alembic_version"))


def _has_workspaces(connection: sqlite3.Connection) -> bool:
    """Whether MLflow keeps the runs of several workspaces apart here, which is MLflow's to do."""
    if os.environ.get("MLFLOW_ENABLE_WORKSPACES", "").strip().lower() in {"true", "1"}:
        return True
    if not any(row[1] == "workspace" for row in connection.execute("PRAGMA table_info(experiments)")):
        return False
    return bool(_column(connection, "SELECT workspace FROM experiments WHERE workspace <> 'default' LIMIT 1"))


def open_database(path: Path, *, mode: str = "ro") -> sqlite3.Connection:
    """A connection to a database that is there, to read (``ro``) or to write (``rw``): neither creates a file."""
    if mode == "ro":
        _roll_back(path)
    address = f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_S)


def _roll_back(path: Path) -> None:
    """Undo what a writer left half done that died, or whose disk was full: SQLite does, where a reader may write."""
    try:
        if not path.with_name(f"{path.name}-journal").stat().st_size:
            return
    except OSError:  # the usual case: there is no journal
        return
    with suppress(sqlite3.Error), closing(open_database(path, mode="rw")) as connection:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()


class SqliteReader:
    """Reads runs of one database, each call on a connection of its own.

    Parameters
    ----------
    path : Path
        The database, with MLflow's tables.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self, run_id: str) -> TrackedRun:
        """One run.

        Raises
        ------
        RunNotFound
            It is not in the database.
        OSError
            The database cannot be read.
        """
        with self._connected() as connection:
            row = connection.execute(_RUN, (run_id,)).fetchone()
            if row is None:
                raise RunNotFound(f"run {run_id} does not exist in {self._path}", hint=LOOK)
            experiment_id, name, status, started, artifact_uri = row
            return TrackedRun(
                run_id=run_id,
                experiment_id=str(experiment_id),
                name=name or "",
                status=status,
                started_unix_s=(started or 0) / 1000,
                artifact_uri=artifact_uri or "",
                tags=dict(connection.execute("SELECT key, value FROM tags WHERE run_uuid = ?", (run_id,))),
                params=dict(connection.execute("SELECT key, value FROM params WHERE run_uuid = ?", (run_id,))),
                metrics=_metrics(connection, [run_id]).get(run_id, {}),
                datasets=tuple(Dataset(n, d, kind or "", str(source or "")[:2000], context or "")
                               for n, d, kind, source, context in connection.execute(_DATASETS, (run_id,))),
            )  # fmt: skip

    def history(self, run_id: str, metric: str) -> Curve:
        """All points of a metric, in the order of their steps."""
        with self._connected() as connection:
            rows = connection.execute(_HISTORY, (run_id, metric)).fetchall()
        return curve(metric, ((step, at, float("nan") if nan else float(value)) for step, at, value, nan in rows))

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """At most `limit` runs; the token of a page is the number of runs before the next one."""
        first = int(token or 0)
        chosen, values = _chosen(wanted)
        query = f"{chosen} ORDER BY r.start_time DESC, r.run_uuid LIMIT ? OFFSET ?"
        with self._connected() as connection:
            rows = connection.execute(query, (*values, limit + 1, first)).fetchall()
            more = len(rows) > limit
            rows = rows[:limit]
            ids = [row[0] for row in rows]
            tags = _tags(connection, ids)
            measured = _metrics(connection, ids) if metrics else {}
        runs = tuple(
            RunSummary(
                run_id,
                str(experiment_id),
                experiment or "",
                name or "",
                status,
                (started or 0) / 1000,
                None if ended is None else ended / 1000,
                tags.get(run_id, {}),
                measured.get(run_id, {}),
            )
            for run_id, experiment_id, experiment, name, status, started, ended in rows
        )
        return RunPage(runs, str(first + limit) if more else None)

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        """Runs with all their params, tags and last values; conditions in MLflow's language are MLflow's to answer."""
        if search:
            raise ValueError(f"only MLflow itself can search for {search!r}")
        runs = self.page(wanted, limit=_ALL, metrics=True).runs
        ids = [run.run_id for run in runs]
        with self._connected() as connection:
            tags, params = (_texts(connection, table, ids) for table in ("tags", "params"))
        return tuple(replace(r, tags=tags.get(r.run_id, {}), params=params.get(r.run_id, {})) for r in runs)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with _explained(self._path), closing(open_database(self._path)) as connection:
            yield connection


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from error


_LISTED = """
SELECT r.run_uuid, r.experiment_id, e.name, r.name, r.status, r.start_time, r.end_time
FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
"""
_ALL = 1 << 40
_MANY = 500  # SQLite took 999 variables in one statement for long


def _chosen(wanted: RunFilter) -> tuple[str, list[str]]:
    """The query for the runs of a listing, and its values."""
    of_experiment = "e.lifecycle_stage = ?" if wanted.experiment_id is None else "r.experiment_id = ?"
    conditions = ["r.lifecycle_stage = ?", of_experiment]
    values = [_ACTIVE, wanted.experiment_id or _ACTIVE]
    if wanted.experiment is not None:
        conditions.append("e.name = ?")
        values.append(wanted.experiment)
    if wanted.prefix:  # a range, which an index answers
        conditions.append("r.run_uuid >= ? AND r.run_uuid < ?")
        values += [wanted.prefix, wanted.prefix[:-1] + chr(ord(wanted.prefix[-1]) + 1)]
    for key, value in sorted(wanted.required_tags.items()):
        conditions.append("EXISTS (SELECT 1 FROM tags t WHERE t.run_uuid = r.run_uuid AND t.key = ? AND t.value = ?)")
        values += [key, value]
    if not wanted.with_replays:
        conditions.append("NOT EXISTS (SELECT 1 FROM tags t WHERE t.run_uuid = r.run_uuid AND t.key = 'bis.replay.of')")
    return f"{_LISTED} WHERE {' AND '.join(conditions)}", values


def _tags(connection: sqlite3.Connection, ids: list[str]) -> dict[str, dict[str, str]]:
    query = f"SELECT run_uuid, key, value FROM tags WHERE key IN ({', '.join(map(repr, SUMMARY_TAGS))})"  # noqa: S608 (our own words)
    found: dict[str, dict[str, str]] = {}
    for run_id, key, value in _of_runs(connection, query, ids):
        found.setdefault(run_id, {})[key] = value or ""
    return found


def _texts(connection: sqlite3.Connection, table: str, ids: list[str]) -> dict[str, dict[str, str]]:
    """All tags or params of these runs."""
    found: dict[str, dict[str, str]] = {}
    for run_id, key, value in _of_runs(connection, f"SELECT run_uuid, key, value FROM {table} WHERE TRUE", ids):  # noqa: S608 (our own words)
        found.setdefault(run_id, {})[key] = value or ""
    return found


def _metrics(connection: sqlite3.Connection, ids: list[str]) -> dict[str, dict[str, float]]:
    query = "SELECT run_uuid, key, value, is_nan FROM latest_metrics WHERE TRUE"
    found: dict[str, dict[str, float]] = {}
    for run_id, key, value, is_nan in _of_runs(connection, query, ids):
        found.setdefault(run_id, {})[key] = float("nan") if is_nan else stored_value(float(value))
    return {run_id: dict(sorted(values.items())) for run_id, values in found.items()}


def _of_runs(connection: sqlite3.Connection, query: str, ids: list[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that belong to these runs."""
    for start in range(0, len(ids), _MANY):
        part = ids[start : start + _MANY]
        yield from connection.execute(f"{query} AND run_uuid IN ({', '.join('?' * len(part))})", part)


def _column(connection: sqlite3.Connection, query: str, *values: str) -> Iterable[str]:
    return [str(row[0]) for row in connection.execute(query, values)]
