"""The real command in a real project, a real MLflow store, and a real MLflow server."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import bis.api
from bis.evidence.store import EvidenceStore
from tests.functional.warm import WarmProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAMS = Path(__file__).parents[1] / "assets" / "programs"
BIS = (sys.executable, "-m", "bis")
# What this test run's own surroundings say to bis and MLflow is not said to the programs under test.
_NOT_INHERITED = ("BIS_", "MLFLOW_", "PYTEST_", "PYTHONHASHSEED", "CI")

# A server that only tracks: the six processes in which it would run jobs each import MLflow.
_PLAIN_SERVER = {
    "BIS_RECORD": "0",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def run_id(self) -> str:
        """The run that ``bis run`` says it recorded."""
        found = re.search(r"recorded as ([0-9a-f]{32})", self.err)
        assert found, self.err
        return found[1]

    def explains(self, *words: str) -> None:
        """Check for an error message: of bis, without a traceback, with these words."""
        assert "bis: " in self.err, self.err
        assert "Traceback" not in self.err, self.err
        assert "defect" not in self.err, self.err
        assert not [w for w in words if w not in self.err], self.err


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with programs, a home of bis elsewhere, and the store that both use.

    With `draws`, the roots that its commands draw follow from it: for tests of what statistics say, which would be
    wrong now and then.
    """

    folder: Path
    home: Path
    uri: str
    warm: WarmProcess
    variables: Mapping[str, str] = field(default_factory=dict)
    draws: str = ""
    _commands: Iterator[int] = field(default_factory=count)

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of commands."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
        ours = {
            "BIS_HOME": str(self.home),
            "BIS_WAIT": "1",
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "NO_COLOR": "1",
            "PYTHONPATH": str(Path(bis.__file__).parents[1]),
            "COLUMNS": "300",
        }
        return {**kept, **ours, **self.variables, **more}

    def add(self, name: str, text: str | None = None) -> Path:
        """A program of the assets, or one with this text."""
        place = self.folder / name
        place.write_text((PROGRAMS / name).read_text(encoding="utf-8") if text is None else text, encoding="utf-8")
        return place

    def command(self, *command: str, timeout: float = 300, **variables: str) -> Done:
        """Run any command in the project."""
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def bis(self, *arguments: str, timeout: float = 300, **variables: str) -> Done:
        """Run the command line of bis in the project."""
        started = time.monotonic()
        draws = f"{self.draws}:{next(self._commands)}" if self.draws else ""
        done = self.warm.bis(
            arguments, cwd=self.folder, environ=self.environ(**variables), timeout=timeout, draws=draws
        )
        return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def record(self, *arguments: str, **variables: str) -> str:
        """Record a program that ends well; its run id."""
        done = self.bis("run", *arguments, timeout=300, **variables)
        assert done.code == 0, done.err
        return done.run_id

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command, in a session of its own."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environ(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def store(self) -> EvidenceStore:
        """The store, in this process."""
        return EvidenceStore(self.uri)

    def children(self, run_id: str) -> list[str]:
        """Ids of the replays of a run, with the deleted ones."""
        query = "SELECT run_uuid FROM tags WHERE key = 'mlflow.parentRunId' AND value = ?"
        with closing(sqlite3.connect(self.uri.removeprefix("sqlite:///"))) as database:
            return [str(row[0]) for row in database.execute(query, (run_id,))]


@dataclass(slots=True)
class Server:
    """A real ``mlflow server`` on loopback."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def uri(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """The file behind it."""
        return self.folder / "server.db"

    @property
    def artifacts(self) -> Path:
        """Where it keeps artifacts."""
        return self.folder / "artifacts"

    def stop(self) -> None:
        """End it and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(folder: Path, empty_database: Path, *, proxied: bool) -> Server:
    """Start a server; with `proxied` artifacts travel through it, else clients write them to its folder themselves."""
    folder.mkdir(exist_ok=True)
    shutil.copy(empty_database, folder / "server.db")
    port = free_port()
    (folder / "artifacts").mkdir()
    location = "mlflow-artifacts:/0" if proxied else str(folder / "artifacts" / "0")
    with closing(sqlite3.connect(folder / "server.db")) as connection:
        connection.execute("UPDATE experiments SET artifact_location = ?", (location,))
        connection.commit()
    serving = (
        ("--serve-artifacts", "--artifacts-destination", str(folder / "artifacts"))
        if proxied
        else ("--no-serve-artifacts", "--default-artifact-root", str(folder / "artifacts"))
    )
    environ = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
             "--backend-store-uri", f"sqlite:///{folder / 'server.db'}", *serving],
            cwd=folder, env={**environ, **_PLAIN_SERVER},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    server = Server(folder, port, process)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
            connection.request("GET", "/health")
            if connection.getresponse().status == HTTPStatus.OK:
                return server
        time.sleep(0.1)
    server.stop()
    raise AssertionError((folder / "log").read_text(encoding="utf-8")[-3000:])


def notebook_text(sources: Sequence[str], *, first_outputs: Sequence[Mapping[str, object]] = ()) -> str:
    """A notebook file of code cells, the first of which was executed and has these outputs."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None, "id": f"c{i}"}
        for i, s in enumerate(sources)
    ]
    cells[0] |= {"outputs": list(first_outputs)}
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def processes_with(mark: str) -> list[int]:
    """Living processes whose command line or environment mentions `mark`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if mark.encode() in text and state != "Z" and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether a condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(database)) as connection:
        names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {n: sorted(connection.execute(f'SELECT * FROM "{n}"').fetchall(), key=repr) for n in names}  # noqa: S608 (names are the database's own)
