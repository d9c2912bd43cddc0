"""What is written without MLflow is what MLflow writes for the same calls; all that is unusual is left to it."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from mlflow import MlflowClient

from bis.errors import RunNotFound, StoreUnavailable
from bis.evidence.sqlite_reader import database_of
from bis.evidence.sqlite_writer import LeftToMLflow, SqliteWriter
from bis.evidence.store import EvidenceStore
from bis.evidence.tracking_writer import ClientWriter, TrackingWriter
from bis.model.facets import Curve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES = ("runs", "tags", "params", "metrics", "latest_metrics")
CURVES = (
    Curve("loss", (0, 0, 1, 2, 2), ((0.5).hex(), (0.25).hex(), "inf", (0.125).hex(), (0.25).hex())),
    Curve("odd/näme: a-b.c", (-3, 7), ("-inf", "nan")),
    Curve("empty", (), ()),
)


@pytest.fixture(name="database")
def fixture_database(store_uri: str) -> Path:
    """The database of an empty store."""
    path = database_of(store_uri)
    assert path is not None
    return path


def rows_of(database: Path, run_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that a database has of a run, without its id and the time of its deletion."""
    found = {}
    with closing(sqlite3.connect(database)) as connection:
        for table in TABLES:
            names = [r[1] for r in connection.execute(f"PRAGMA table_info({table})") if r[1] != "deleted_time"]
            rows = connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE run_uuid = ?", (run_id,))  # noqa: S608
            found[table] = sorted(
                tuple(v.replace(run_id, "ID") if isinstance(v, str) else v for v in row) for row in rows
            )
    return found


def written_by(writer: TrackingWriter, folder: Path) -> str:
    """A run with all that bis writes."""
    run_id = writer.create(writer.experiment("Default"), "replay 1 of näme", {"bis.mode": "replay", "a": "1"}, 1234)
    writer.tag(run_id, {"a": "2", "bis.verdict": "bitwise", "empty": ""})
    writer.log(run_id, CURVES, {"lr": "0.1", "päram": "x" * 6000})
    writer.put(run_id, folder)
    writer.end(run_id, "FAILED", 5678)
    return run_id


def test_the_same_rows_and_files_as_by_mlflow(store_uri: str, database: Path, tmp_path: Path) -> None:
    """Runs, tags, params, all points and the latest of each metric; infinities and NaN; artifacts, and the deletion."""
    folder = tmp_path / "given"
    (folder / "bis").mkdir(parents=True)
    (folder / "bis" / "replay.json").write_text("{}")
    (folder / "top.txt").write_text("ü")
    client = MlflowClient(store_uri)
    writers: list[TrackingWriter] = [SqliteWriter(database), ClientWriter(client)]
    ours, theirs = (written_by(writer, folder) for writer in writers)
    assert rows_of(database, ours) == rows_of(database, theirs)
    assert len(rows_of(database, ours)["metrics"]) == 7
    assert [sorted(a.path for a in client.list_artifacts(r)) for r in (ours, theirs)] == [["bis", "top.txt"]] * 2
    assert client.get_run(ours).data.metrics["loss"] == 0.25
    assert math.isnan(client.get_run(ours).data.metrics["odd/näme: a-b.c"])
    for writer, run_id in zip(writers, (ours, theirs), strict=True):
        writer.delete(run_id)
    assert rows_of(database, ours) == rows_of(database, theirs)
    assert client.get_run(ours).info.lifecycle_stage == "deleted"


@pytest.mark.parametrize(
    "act",
    [
        lambda w, _: w.experiment("absent"),
        lambda w, _: w.create("99", "x", {}, 1),
        lambda w, _: w.create("0", "", {}, 1),
        lambda w, _: w.create("0", "x", {"mlflow.runName": "y"}, 1),
        lambda w, _: w.create("0", "x" * 251, {}, 1),
        lambda w, r: w.tag(r, {"mlflow.runName": "other"}),
        lambda w, r: w.tag(r, {"k" * 251: "v"}),
        lambda w, r: w.tag(r, {"k": "v" * 6001}),
        lambda w, r: w.tag(r, {"k\n": "v"}),
        lambda w, r: w.tag(r, {"../k": "v"}),
        lambda w, _: w.tag("0" * 32, {"k": "v"}),
        lambda w, r: w.log(r, (Curve("bad|name", (0,), ("0x1p0",)),), {}),
        lambda w, r: w.log(r, (), {"there": "other"}),
        lambda w, r: w.end(r, "UNKNOWN", 1),
    ],
)
def test_what_is_unusual_is_left_to_mlflow_and_changes_nothing(
    database: Path, act: Callable[[SqliteWriter, str], object]
) -> None:
    """It may shorten, rename, create or refuse; half of a call is never written."""
    writer = SqliteWriter(database)
    run_id = writer.create("0", "x", {"a": "1"}, 1)
    writer.log(run_id, (), {"there": "1"})
    before = rows_of(database, run_id)
    with pytest.raises(LeftToMLflow):
        act(writer, run_id)
    assert rows_of(database, run_id) == before
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_the_store_goes_on_through_mlflow(store_uri: str) -> None:
    """Long values, new experiments and new names of runs are written all the same; an absent run is an error."""
    store = EvidenceStore(store_uri)
    run_id = store.create("new experiment", "x", {"long": "v" * 7000}, started_unix_s=1.0)
    store.tag(run_id, {"mlflow.runName": "renamed"})
    found = MlflowClient(store_uri).get_run(run_id)
    assert found.info.run_name == "renamed"
    assert found.data.tags["long"] == "v" * 7000
    with pytest.raises(RunNotFound):
        store.tag("0" * 32, {"a": "1"})


def test_a_database_that_cannot_be_written_is_an_error(store_uri: str, database: Path) -> None:
    """One that has lost a table."""
    store = EvidenceStore(store_uri)
    run_id = store.create("Default", "x", {}, started_unix_s=1.0)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TABLE tags")
    with pytest.raises(StoreUnavailable, match="no such table"):
        store.tag(run_id, {"a": "1"})


def test_a_database_that_was_removed_is_not_created_again(database: Path) -> None:
    """An empty file would be taken for a store by the next command."""
    writer = SqliteWriter(database)
    run_id = writer.create("0", "x", {}, 1)
    database.unlink()
    with pytest.raises(OSError, match="unable to open"):
        writer.tag(run_id, {"a": "1"})
    assert not database.exists()


def test_writing_loads_neither_mlflow_nor_its_database_code(store_uri: str, tmp_path: Path) -> None:
    """Their imports take seconds."""
    code = f"""
import sys
from bis.evidence.store import EvidenceStore
store = EvidenceStore({store_uri!r})
store.expect_writing()
run_id = store.create("Default", "x", {{}}, started_unix_s=1.0)
store.log(run_id, (), {{"lr": "1"}})
store.log_text(run_id, "text", "bis/a.txt")
store.tag(run_id, {{"a": "b"}})
store.end(run_id, "FINISHED", 2.0)
print(store.text(run_id, "bis/a.txt"), store.tags(run_id)["a"], store.artifacts(run_id))
print(sorted({{"mlflow", "sqlalchemy", "alembic"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout == "text b ()\n[]\n", done.stderr
