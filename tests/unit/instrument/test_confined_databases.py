"""Databases of SQLite in a replay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.confined_databases import hooks
from bis.instrument.confinement import Confinement

if TYPE_CHECKING:
    from pathlib import Path


class Replay:
    """A module like `sqlite3.dbapi2` in a replay that may write in one folder, and what was reported there."""

    def __init__(self, own: Path, later: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TMPDIR", str(own))  # the folder of the test is a temporary one
        self.told: list[tuple[str, str]] = []
        confinement = Confinement([str(own)], lambda *what: self.told.append(what), [str(later)])
        module: Any = ModuleType("sqlite3.dbapi2")
        module.connect = sqlite3.connect
        hooks(confinement)["sqlite3.dbapi2"](module)
        self.connect = module.connect


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """A replay; `out/a.db` and `own/a.db` have a table, and `out/later.db` may not be read."""
    for name in ("own", "out"):
        (tmp_path / name).mkdir()
        table(tmp_path / name / "a.db")
    table(tmp_path / "out" / "later.db")
    return Replay(tmp_path / "own", tmp_path / "out" / "later.db", monkeypatch)


def table(path: Path, *, log: bool = False) -> None:
    """A database with one row."""
    with closing(sqlite3.connect(path)) as connection:
        if log:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t AS SELECT 1 AS x")
        connection.commit()


def test_caches_are_written(replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook's kernel keeps its history in one, as the confinement allows."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "out"))
    cached = Replay(tmp_path / "own", tmp_path / "out" / "later.db", monkeypatch)
    with closing(cached.connect(tmp_path / "out" / "a.db")) as connection:
        connection.execute(INSERT)
    assert cached.told == []


INSERT = "INSERT INTO t VALUES (2)"


def test_own_databases_are_written(replay: Replay, tmp_path: Path) -> None:
    """Those in the replay's folder, in memory, and new ones."""
    for name in (tmp_path / "own" / "a.db", ":memory:", str(tmp_path / "own" / "new.db")):
        with closing(replay.connect(name)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
            connection.execute(INSERT)
            connection.commit()
    assert replay.told == []


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("how", ["text", "path", "address", "arguments"])
def test_databases_elsewhere_are_read(replay: Replay, tmp_path: Path, how: str, *, log: bool) -> None:
    """They are opened read-only however they are named; nothing is written to them or beside them."""
    path = tmp_path / "out" / "b 1%.db"
    table(path, log=log)
    before, names = path.read_bytes(), sorted(p.name for p in path.parent.iterdir())
    if how == "address":
        connection = replay.connect(f"file:{str(path).replace('%', '%25')}", uri=True)
    elif how == "arguments":
        connection = replay.connect(str(path), 5.0, 0, "", True, sqlite3.Connection, 8, False)
    else:
        connection = replay.connect(path if how == "path" else str(path))
    with closing(connection):
        assert connection.execute("SELECT x FROM t").fetchall() == [(1,)]
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(INSERT)
    assert replay.told == [("refused", str(path))]
    assert (path.read_bytes(), sorted(p.name for p in path.parent.iterdir())) == (before, names)


def test_attached_databases_are_read(replay: Replay, tmp_path: Path) -> None:
    """No event tells of an ATTACH: one elsewhere can be read, one of the replay's own can be written."""
    with closing(replay.connect(":memory:")) as connection:
        connection.execute("ATTACH ? AS own", (str(tmp_path / "own" / "a.db"),))
        connection.execute(f"ATTACH '{tmp_path / 'own' / 'a.db'}' AS mine")
        connection.execute("INSERT INTO mine.t VALUES (2)")
        connection.commit()
        connection.execute(f"ATTACH '{tmp_path / 'out' / 'a.db'}' AS other")
        connection.execute("CREATE TABLE main.copy AS SELECT * FROM other.t")
        assert connection.execute("SELECT x FROM copy").fetchall() == [(1,)]
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute("INSERT INTO other.t VALUES (2)")
    assert replay.told == [("refused", str(tmp_path / "out" / "a.db"))]


def test_a_later_state_is_not_read(replay: Replay, tmp_path: Path) -> None:
    """A database that the program changed after it was recorded cannot be attached either."""
    with closing(replay.connect(":memory:")) as connection, pytest.raises(sqlite3.DatabaseError):
        connection.execute(f"ATTACH '{tmp_path / 'out' / 'later.db'}' AS other")
    assert replay.told == [("later", str(tmp_path / "out" / "later.db"))]


def test_a_log_that_was_not_merged_is_left_alone(replay: Replay, tmp_path: Path) -> None:
    """Such a database cannot be read without writing: it is opened as it was given, and the confinement decides."""
    path = tmp_path / "out" / "c.db"
    table(path, log=True)
    path.with_name("c.db-wal").write_bytes(b"not merged")
    asked: list[Any] = []
    module: Any = ModuleType("sqlite3.dbapi2")

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        asked.append((args, kwargs))
        return sqlite3.connect(":memory:")

    module.connect = connect
    hooks(Confinement([str(tmp_path / "own")], lambda *_: None))["sqlite3.dbapi2"](module)
    module.connect(str(path)).close()
    assert asked == [((str(path),), {})]
