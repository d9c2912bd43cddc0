"""MLflow's SQLite databases are read as MLflow reads them, without MLflow, and left to it where they are not known."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase
from sqlalchemy import create_engine

from bis.errors import RunNotFound, StoreUnavailable
from bis.evidence.sqlite_reader import SqliteReader, database_of, is_current, sqlite_reader
from bis.evidence.store import EvidenceStore
from bis.evidence.tracking_reader import ClientReader
from bis.model.stored_runs import RunFilter


@pytest.fixture
def reader(store_uri: str) -> SqliteReader:
    """A reader of an empty store."""
    path = database_of(store_uri)
    assert path is not None
    found = sqlite_reader(path)
    assert isinstance(found, SqliteReader)
    return found


def test_a_run_is_read_as_mlflow_reads_it(store_uri: str, reader: SqliteReader) -> None:
    """All of it: params, tags, datasets, and curves with equal steps, infinities and NaN."""
    client = MlflowClient(store_uri)
    run_id = client.create_run("0", run_name="näme", tags={"a": "1", "mlflow.source.name": "x.py"}).info.run_id
    points = [
        (0.5, 3, 0),
        (0.25, 1, 0),
        (math.inf, 4, 1),
        (-math.inf, 5, 2),
        (math.nan, 6, 3),
        (0.1, 2, -7),
        (0.5, 3, 9),
    ]
    client.log_batch(run_id, metrics=[Metric("loss", v, at, step) for v, at, step in points])
    client.log_metric(run_id, "other", 1e-300)
    client.log_param(run_id, "lr", 0.1)
    given = [Dataset("here", "1" * 8, "local", "{'uri': 'here.npy'}"), Dataset("there", "2" * 8, "http", "x" * 3000)]
    client.log_inputs(run_id, [DatasetInput(given[0], [InputTag("mlflow.data.context", "training")])])
    client.log_inputs(run_id, [DatasetInput(given[1], [])])
    theirs = ClientReader(client)
    assert reader.run(run_id) == theirs.run(run_id)
    assert len(reader.run(run_id).datasets) == 2
    assert reader.run(run_id).metrics == {"loss": 0.5, "other": 1e-300}
    assert reader.history(run_id, "loss") == theirs.history(run_id, "loss")
    assert reader.history(run_id, "loss").values.count("inf") == 1
    assert reader.history(run_id, "absent").steps == ()


def test_deleted_runs_are_read_and_absent_ones_are_not(store_uri: str, reader: SqliteReader) -> None:
    """As MLflow does."""
    client = MlflowClient(store_uri)
    run_id = client.create_run("0").info.run_id
    client.delete_run(run_id)
    assert reader.run(run_id).run_id == run_id
    with pytest.raises(RunNotFound, match="does not exist"):
        reader.run("0" * 32)


def test_reading_loads_neither_mlflow_nor_its_database_code(store_uri: str) -> None:
    """Their imports take seconds."""
    run_id = MlflowClient(store_uri).create_run("0").info.run_id
    code = (
        "import sys\nfrom bis.evidence.store import EvidenceStore\n"
        f"store = EvidenceStore({store_uri!r})\n"
        f"assert store.find('last') == store.find({run_id[:9]!r}) == {run_id!r}\n"
        f"assert store.read({run_id!r}).status == 'RUNNING' and len(store.runs()) == 1\n"
        "print([m for m in ('mlflow', 'sqlalchemy', 'pandas', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_reading_changes_no_byte(store_uri: str, reader: SqliteReader) -> None:
    """Neither the database nor its folder, which may be one that this user cannot write to."""
    path = Path(database_of(store_uri) or "")
    run_id = MlflowClient(store_uri).create_run("0").info.run_id
    before = path.read_bytes(), sorted(path.parent.iterdir())
    path.chmod(0o400)
    reader.run(run_id)
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == before


def test_a_schema_of_tomorrow_is_left_to_mlflow(store_uri: str, tmp_path: Path) -> None:
    """Which migrates it, or reads it."""
    path = tmp_path / "other.db"
    shutil.copy(database_of(store_uri) or "", path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    assert sqlite_reader(path) is None


@pytest.mark.parametrize(
    ("what", "words"),
    [("not a database", "not a database"), ("another program's", "no tables of runs"), ("dropped", "no such table")],
)
def test_what_is_no_database_of_mlflow_is_said_and_stays_as_it_is(
    what: str, words: str, store_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow would make its tables in the database of another program; no server is asked for."""
    folder = tmp_path / "alone"
    folder.mkdir()
    path = folder / "other.db"
    if what == "not a database":
        path.write_bytes(b"no database at all" * 100)
    elif what == "another program's":
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE runs (run_uuid TEXT)")
    else:
        shutil.copy(database_of(store_uri) or "", path)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DROP TABLE tags")
    before = path.read_bytes()
    monkeypatch.chdir(folder)
    with pytest.raises(StoreUnavailable, match=words) as raised:
        EvidenceStore("sqlite:///other.db").runs()
    assert "other.db" in raised.value.message
    assert "file" in (raised.value.hint or "")
    assert "server" not in (raised.value.hint or "")
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_a_database_without_tables_has_no_runs_yet(tmp_path: Path) -> None:
    """MLflow makes them when it writes, after which they are read."""
    path = tmp_path / "empty.db"
    path.touch()
    store = EvidenceStore(f"sqlite:///{path}")
    assert store.runs() == ()
    assert path.read_bytes() == b""
    run_id = store.create("Default", "first", {}, started_unix_s=1.0)
    assert store.find("last") == run_id


def test_every_schema_of_the_installed_mlflow_is_known(store_uri: str) -> None:
    """A new MLflow whose head is not known is read through its client: look at its migrations, and add it."""
    path = database_of(store_uri)
    assert path is not None
    assert sqlite_reader(path) is not None


def test_damage_that_is_met_later_is_explained(store_uri: str) -> None:
    """As an error of bis, not of SQLite."""
    store = EvidenceStore(store_uri)
    Path(database_of(store_uri) or "").write_bytes(b"damaged" * 1000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        store.runs()


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("sqlite:///a/b.db", "a/b.db"),
        ("sqlite:////a/b.db", "/a/b.db"),
        ("sqlite:///", None),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file:a.db?mode=ro&uri=true", None),
        ("sqlite:///a.db?timeout=5", None),
        ("sqlite+pysqlite:///a.db", None),
        ("postgresql://host/a", None),
        ("http://host", None),
        ("./mlruns", None),
    ],
)
def test_database_of(uri: str, path: str | None) -> None:
    """A plain path only; what says more is MLflow's to understand."""
    assert database_of(uri) == (None if path is None else Path(path))


def test_percent_signs_mean_what_is_there(tmp_path: Path) -> None:
    """MLflow encodes its default path, and versions of SQLAlchemy differ in whether they decode it."""
    assert database_of(f"sqlite:///{tmp_path}/a%20b.db") is None
    (tmp_path / "a b.db").touch()
    assert database_of(f"sqlite:///{tmp_path}/a%20b.db") == tmp_path / "a b.db"
    (tmp_path / "a%20b.db").touch()
    assert database_of(f"sqlite:///{tmp_path}/a%20b.db") is None


def test_every_schema_is_read_alike(tmp_path: Path) -> None:
    """A run of MLflow 2.10 is read the same after each migration from there to the installed version."""
    path = tmp_path / "mlflow.db"
    engine = create_engine(f"sqlite:///{path}")
    InitialBase.metadata.create_all(engine)
    config = _get_alembic_config(f"sqlite:///{path}")
    history = [r.revision for r in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    known = history[history.index("acf3f17fdcc7") :]
    command.upgrade(config, known[0])
    run = "0" * 31 + "1"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO experiments VALUES (0, 'Default', '/a', 'active', 0, 0)")
        connection.execute(
            "INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, artifact_uri,"
            " experiment_id) VALUES (?, 'n', 'FINISHED', 1000, 2000, 'active', '/a/1', 0)",
            (run,),
        )
        connection.execute("INSERT INTO tags (key, value, run_uuid) VALUES ('bis.mode', 'run', ?)", (run,))
        connection.execute("INSERT INTO params (key, value, run_uuid) VALUES ('lr', '0.1', ?)", (run,))
        for table in ("metrics", "latest_metrics"):
            connection.execute(
                f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid)"  # noqa: S608 (our own words)
                " VALUES ('loss', 0.5, 7, 3, 0, ?)",
                (run,),
            )
        connection.execute(
            "INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source)"
            " VALUES ('d', 0, 'data', '12345678', 'local', 'x')"
        )
        connection.execute(
            "INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)"
            " VALUES ('i', 'DATASET', 'd', 'RUN', ?)",
            (run,),
        )
        connection.execute("INSERT INTO input_tags VALUES ('i', 'mlflow.data.context', 'eval')")
    seen = []
    for revision in known:
        command.upgrade(config, revision)
        reader = sqlite_reader(path)
        assert reader is not None, revision
        seen.append((reader.run(run), reader.history(run, "loss"), reader.page(RunFilter(), limit=5, metrics=True)))
    assert len(seen) > 40
    assert seen == [seen[0]] * len(seen)
    assert (seen[0][0].datasets[0].context, seen[0][2].runs[0].metrics) == ("eval", {"loss": 0.5})


def test_reading_a_store_that_is_not_there_creates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No database, no tables, no message of MLflow's; what is written later is found by the same store."""
    monkeypatch.chdir(tmp_path)
    store = EvidenceStore(f"sqlite:///{tmp_path}/new.db")
    assert store.runs() == ()
    for reference in ("last", "abcdef", "0" * 32):
        with pytest.raises(RunNotFound):
            store.find(reference)
    assert list(tmp_path.iterdir()) == []
    run_id = store.create("Default", "first", {}, started_unix_s=1.0)
    assert store.find("last") == run_id


def test_what_mlflow_does_not_write_is_refused_at_once(store_uri: str) -> None:
    """Before replays run for hours whose results could not be stored: MLflow asks for a migration."""
    path = Path(database_of(store_uri) or "")
    assert is_current(path)
    EvidenceStore(store_uri).expect_writing()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'acf3f17fdcc7'")
    copy = path.with_name("old.db")  # MLflow has the first one open, and trusts it
    shutil.copy(path, copy)
    store = EvidenceStore(f"sqlite:///{copy}")
    assert store.runs() == ()
    assert not is_current(copy)
    with pytest.raises(StoreUnavailable, match="schema"):
        store.expect_writing()


@pytest.mark.parametrize("how", ["the variable", "an experiment of a team's"])
def test_workspaces_are_left_to_mlflow(how: str, store_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows each user their own."""
    path = Path(database_of(store_uri) or "")
    assert sqlite_reader(path) is not None
    if how == "the variable":
        monkeypatch.setenv("MLFLOW_ENABLE_WORKSPACES", "true")
    else:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(
                "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, workspace)"
                " VALUES (7, 'theirs', '/x', 'active', 'team-a')"
            )
    assert sqlite_reader(path) is None


def test_a_store_is_the_same_wherever_the_process_goes(
    store_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is that of the folder in which the store was opened, whatever characters are in it."""
    run_id = MlflowClient(store_uri).create_run("0").info.run_id
    odd = tmp_path / "a folder %41#?"
    odd.mkdir()
    shutil.copy(database_of(store_uri) or "", odd / "here.db")
    monkeypatch.chdir(odd)
    store = EvidenceStore("sqlite:///here.db")
    monkeypatch.chdir(tmp_path)
    assert store.find("last") == run_id


def test_a_path_of_any_bytes_is_read(store_uri: str, tmp_path: Path) -> None:
    """File names need not be text."""
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    shutil.copy(database_of(store_uri) or "", folder / "x.db")
    assert sqlite_reader(folder / "x.db") is not None


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_dead_writer_left_half_done_is_undone(store_uri: str, tmp_path: Path, whole: bool) -> None:
    """A reader finds a database as it was before a transaction whose writer was killed, or whose disk was full."""
    path = database_of(store_uri)
    assert path is not None
    run_id = MlflowClient(store_uri).create_run("0").info.run_id
    left = tmp_path / "left.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that pages are written before the end
        connection.execute("UPDATE runs SET name = ?", ("x" * 20_000,))
        connection.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(f"k{i}", "v" * 3000, run_id) for i in range(60)])
        shutil.copy(path, left)
        journal = path.with_name(f"{path.name}-journal").read_bytes()
        left.with_name("left.db-journal").write_bytes(journal if whole else journal[: len(journal) // 2])
        connection.rollback()
    reader = sqlite_reader(left)
    assert reader is not None
    assert reader.run(run_id).name != "x" * 20_000
    assert not left.with_name("left.db-journal").exists()
