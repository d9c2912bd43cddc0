"""A new database, which bis and a program make at the same time: both get it whole."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from bis.evidence.new_database import settle
from bis.evidence.sqlite_reader import is_current
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys, time
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
time.sleep(float(sys.argv[2]))
with mlflow.start_run():
    mlflow.log_metric("loss", 0.5)
"""


def no_making(_uri: str) -> None:
    """What must not be made."""
    raise AssertionError


def made(database: Path) -> None:
    """Make it as the first command that stores does."""
    EvidenceStore(f"sqlite:///{database}").create("Default", "r", {}, started_unix_s=1.0)


def test_it_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """Whoever looks meanwhile sees no table, or all of them; nothing is left beside it."""
    database = tmp_path / "m.db"
    seen: set[bool] = set()

    def watch() -> None:
        while not done.is_set():
            if database.exists():
                seen.add(is_current(database))
            time.sleep(0.002)

    done = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        made(database)
    finally:
        done.set()
        watcher.join()
    assert seen <= {True}
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith((".m.db", "m.db"))] == ["m.db"]


@pytest.mark.parametrize("after_s", [0.0, 0.3])
def test_a_program_that_makes_it_too(tmp_path: Path, after_s: float) -> None:
    """It begins as bis does, or a moment later."""
    database = tmp_path / "m.db"
    uri = f"sqlite:///{database}"
    environ = {**os.environ, "BIS_RECORD": "0"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, uri, str(after_s)],
        cwd=tmp_path,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        assert program.stdout.readline() == "ready\n"
        program.stdin.write("\n")
        program.stdin.flush()
        made(database)
        _, err = program.communicate(timeout=120)
        assert program.returncode == 0, err
    assert len(EvidenceStore(uri).runs()) == 2


def test_one_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    """As long as it changes; one that stays as it is, is left to MLflow."""
    database = tmp_path / "m.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE experiments (x)")
    began = time.monotonic()
    settle(database, no_making)
    assert 2 < time.monotonic() - began < 20
    os.utime(database, (1.0, 1.0))
    began = time.monotonic()
    settle(database, no_making)
    assert time.monotonic() - began < 1
    settle(tmp_path / "no folder" / "m.db", no_making)
