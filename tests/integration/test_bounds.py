"""The guard of unit tests sees what they may not do."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from tests.bounds import watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def connects() -> None:
    """Connect to a port at which nobody listens."""
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", 9), timeout=1)):
        pass


def spawns() -> None:
    """Start a process that no audit event tells of."""
    process = multiprocessing.get_context("spawn").Process(target=os.getpid)
    process.start()
    process.join()


@pytest.mark.parametrize(
    "act",
    [
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: os.system("true"),  # noqa: S605 (what is to be seen)
        lambda: sqlite3.connect("mlflow.db").close(),
        connects,
        spawns,
    ],
    ids=["subprocess", "system", "store", "socket", "spawned process"],
)
def test_what_goes_beyond_is_seen(act: Callable[[], object]) -> None:
    """A process, a store of MLflow and a connection are told, and nothing is prevented."""
    with watched() as seen:
        act()
    assert seen


def test_files_and_databases_of_our_own_are_within_bounds(tmp_path: Path) -> None:
    """Files, and a database that is no store of MLflow, are nothing to tell."""
    with watched() as seen, closing(sqlite3.connect(tmp_path / "digests.sqlite")):
        (tmp_path / "x").write_text("x")
    assert seen == []


def test_nothing_is_told_of_what_came_after() -> None:
    """What happens after the block belongs to somebody else."""
    with watched() as seen:
        pass
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert seen == []


def test_the_end_of_an_older_child_is_nothing_to_tell() -> None:
    """A process object of an earlier test may be collected during this one, which waits for the process."""
    earlier = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    with watched() as seen:
        earlier.communicate()
    assert seen == []
