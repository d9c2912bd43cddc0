"""Where a campaign's programs run: a project, a home of bis and a store, made anew for each trial."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from campaigns.programs import MAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.programs import DrawnProgram

STORING = "campaign-store"  # the name of a fork that stores
# What the surroundings of a campaign say to bis, MLflow and git is not said to its programs.
_NOT_INHERITED = ("BIS_", "MLFLOW_", "PYTEST_", "PYTHON", "GIT_", "CI", "LR")


@dataclass(frozen=True, slots=True)
class Scene:
    """Folders of one worker. `kept` holds what is made once: the tables of a store, the recorder's injected folder."""

    base: Path

    @property
    def project(self) -> Path:
        """Where the program is."""
        return self.base / "project"

    @property
    def home(self) -> Path:
        """The home of bis."""
        return self.base / "home"

    @property
    def store(self) -> Path:
        """The folder of the tracking store."""
        return self.base / "store"

    @property
    def uri(self) -> str:
        """The tracking store."""
        return f"sqlite:///{self.store / 'mlflow.db'}"

    @property
    def kept(self) -> Path:
        """What is made once."""
        return self.base / "kept"

    def environ(self, uri: str | None = None, **more: str) -> dict[str, str]:
        """The variables of commands."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
        return {
            **kept,
            "HOME": str(self.base),
            "BIS_HOME": str(self.home),
            "MLFLOW_TRACKING_URI": uri or self.uri,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_COLOR": "1",
            "COLUMNS": "300",
            **more,
        }

    def prepare(self) -> None:
        """Make what is made once."""
        from mlflow import MlflowClient

        from bis.launch.injection import injection_path

        self.kept.mkdir(parents=True, exist_ok=True)
        database = self.kept / "mlflow.db"
        if not database.exists():
            MlflowClient(f"sqlite:///{database}").search_experiments()
            with closing(sqlite3.connect(database)) as connection:
                connection.execute("UPDATE experiments SET artifact_location = ?", (str(self.store / "artifacts"),))
                connection.commit()
        injection_path(self.kept / "injection")

    def reset(self, program: DrawnProgram | None = None, *, warm_home: bool = True) -> None:
        """A new project, home and store; without `warm_home` nothing was recorded here before."""
        for folder in (self.project, self.home, self.store):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        shutil.copy(self.kept / "mlflow.db", self.store / "mlflow.db")
        if warm_home:
            (self.home / "injection").symlink_to(self.kept / "injection")
        if program is not None:
            self.add(program.files)

    def add(self, files: Mapping[str, str]) -> None:
        """Files of the project."""
        for name, text in files.items():
            place = self.project / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            os.utime(place, (1_700_000_000, 1_700_000_000))

    def plain(self, name: str = MAIN) -> Ran:
        """The program without bis."""
        done = subprocess.run(
            [sys.executable, name], cwd=self.project, env=self.environ(BIS_RECORD="0"), stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr, self.written())

    def written(self) -> dict[str, bytes]:
        """The files of the project, as a program left them."""
        return {
            p.relative_to(self.project).as_posix(): p.read_bytes()
            for p in sorted(self.project.rglob("*"))
            if p.is_file() and "__pycache__" not in p.parts
        }


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did: its status, what it printed, the files of its project."""

    code: int
    out: bytes
    err: bytes
    files: dict[str, bytes]


def commands_in_forks() -> None:
    """Load what commands load, so that forks of this process need not."""
    import gc
    import pkgutil
    from importlib import import_module

    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - loaded for the forks

    import bis.evidence.attributions
    import bis.record.storing  # noqa: F401 - loaded for the forks
    from bis import cli

    for module in pkgutil.iter_modules(cli.__path__, "bis.cli."):
        import_module(module.name)
    gc.collect()
    gc.freeze()  # a collection in a fork would copy all that was loaded


def command(arguments: tuple[str, ...], cwd: Path, environ: Mapping[str, str], *, store: bool = False) -> int:
    """Be ``bis ARGUMENTS``, in a fork.

    What `bis run` leaves to the background is done by a fork of this one where it is to `store`, and else left to a
    later command: storing is a trial of its own. What it waits for is done by a fork, too. A process that is started
    for it would load MLflow, for seconds.
    """
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["bis", *arguments]
    from bis.cli.main import main
    from bis.record import storing

    vars(storing)["store_in_background"] = _store_in_fork if store else _leave
    vars(storing)["_start"] = _storing_fork
    return main()


def _leave(_folder: Path) -> None:
    """Store nothing."""


def _store_in_fork(folder: Path) -> None:
    """As the process does that `bis run` starts."""
    pid = os.fork()
    if pid == 0:
        _be_storing([str(folder)])
    os.waitpid(pid, 0)


def _be_storing(arguments: list[str]) -> NoReturn:
    """Store a session, in a fork."""
    from bis.record.storing import main

    code = 99
    os.environ["BIS_RECORD"] = "0"
    sys.argv = ["store", *arguments]
    try:
        code = main()
    finally:
        os._exit(code)


class _StoringFork:
    """A fork that stores a session, with what bis asks of the process that it would start."""

    def __init__(self, pid: int, reading: int | None) -> None:
        self.pid, self.returncode = pid, -1
        self._reading = reading

    def communicate(self) -> tuple[bytes, None]:
        """What it printed, at its end."""
        said = b""
        if self._reading is not None:
            with os.fdopen(self._reading, "rb") as stream:
                said = stream.read()
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return said, None


def _storing_fork(folder: Path, *, output: Any) -> _StoringFork:
    """What `bis.record.storing` starts, as a fork of this process: with the session's lock, and output of its own."""
    from bis.launch.liveness import lock, unlock
    from bis.record.session_folders import LOCK

    held = lock(folder / LOCK)
    reading, writing = os.pipe() if output == subprocess.PIPE else (None, output.fileno())
    pid = os.fork()
    if pid == 0:
        os.setsid()
        Path("/proc/self/comm").write_text(STORING, encoding="utf-8")
        if reading is not None:
            os.close(reading)
        for number in (1, 2):
            os.dup2(writing, number)
        _be_storing([str(folder), *([] if held is None else [str(held)])])
    if reading is not None:
        os.close(writing)
    if held is not None:
        unlock(held)  # the fork holds it on
    return _StoringFork(pid, reading)
