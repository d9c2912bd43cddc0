"""Opens copies of the records that bis wrote before its restructuring; see tests/assets/old_records/README.md."""

from __future__ import annotations

import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

_HERE = Path(__file__).parents[1] / "assets" / "old_records"
_HOME = "/home/ada/bis-home"
_PROJECT = "/home/ada/churn"
_DATA_TIME_S = 1767603600  # 2026-01-05T09:00:00Z, when the project's data file was written
# All columns of the database in which MLflow keeps the absolute place of an artifact.
_PLACES = (("experiments", "artifact_location"), ("runs", "artifact_uri"), ("logged_models", "artifact_location"))


def open_old_store(target: Path) -> str:
    """Unpack the store of old runs into `target`, which is made, and let its artifacts be found there.

    What is recorded (artifacts, tags) stays as it is, to the byte: it still names the folder of then.

    Parameters
    ----------
    target : Path
        A folder without a store in it.

    Returns
    -------
    str
        The tracking URI of the copy, ``sqlite:///…``.
    """
    target = target.resolve()
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(_HERE / "store.tar.gz") as packed:
        packed.extractall(target, filter="data")
    with closing(sqlite3.connect(target / "mlflow.db")) as database, database:
        for table, column in _PLACES:
            inside = f"{column} = ? OR {column} LIKE ?"
            database.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {inside}",  # noqa: S608 - our names
                (target.as_posix(), len(_PROJECT) + 1, _PROJECT, f"{_PROJECT}/%"),
            )
    return f"sqlite:///{target.as_posix()}/mlflow.db"


def open_old_session(bis_home: Path, store: Path) -> Path:
    """Unpack the session that was never stored into `bis_home`, as one of a program that ran in the folder `store`.

    Its project is unpacked from the session's own snapshot into `store`, beside the database of `open_old_store`: the
    files that the program read are digested only when the session is stored, and their times are looked at, too.

    Returns
    -------
    Path
        The folder of the session.
    """
    bis_home, store = bis_home.resolve(), store.resolve()
    bis_home.mkdir(parents=True, exist_ok=True)
    with tarfile.open(_HERE / "sessions.tar.gz") as packed:
        packed.extractall(bis_home, filter="data")
        session = bis_home / packed.getnames()[0]
    for path in (session / "session.json", session / "code.json", *session.glob("events-*.jsonl")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(_HOME, bis_home.as_posix()).replace(_PROJECT, store.as_posix()), encoding="utf-8")
    with tarfile.open(session / "source.tar.gz") as source:
        source.extractall(store, filter="data")
    os.utime(store / "data/customers.csv", (_DATA_TIME_S, _DATA_TIME_S))
    return session
