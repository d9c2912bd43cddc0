"""A recorded run on a real store, and the workspace in which it is replayed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bis.config import Settings
from bis.evidence.store import EvidenceStore, StoredRun
from bis.launch.launcher import Entry
from bis.model.facets import EntryKind
from bis.record import storing
from bis.record.recording import record_program
from bis.workspace import Workspace
from tests.storing_here import store_here

PROGRAM = "import random\nprint(open({data!r}).read(), random.random())\n"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded run: `place` holds program, data, store and home, `kept` a copy of them as they were then."""

    place: Path
    kept: Path
    run_id: str

    def restore(self) -> None:
        """Undo what a test did; the database keeps its file, which MLflow has open."""
        for folder in self.place.iterdir():
            if not folder.is_dir():
                if folder.name != "mlflow.db":
                    folder.unlink()  # a test puts a file in the place of a folder
            else:
                shutil.rmtree(folder)
        shutil.copytree(
            self.kept, self.place, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("mlflow.db")
        )
        with (
            closing(sqlite3.connect(self.kept / "mlflow.db")) as source,
            closing(sqlite3.connect(self.place / "mlflow.db")) as target,
        ):
            source.backup(target)


@pytest.fixture(scope="package")
def recorded(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A recorded program that reads a file and draws numbers: recorded once, since that takes seconds."""
    base = tmp_path_factory.mktemp("recorded")
    place, kept = base / "place", base / "kept"
    for name in ("project", "data", "home", "artifacts"):
        (place / name).mkdir(parents=True)
    (place / "project" / "train.py").write_text(PROGRAM.format(data=str(place / "data" / "data.csv")))
    (place / "data" / "data.csv").write_text("1,2")
    shutil.copy(empty_database, place / "mlflow.db")
    with closing(sqlite3.connect(place / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE experiments SET artifact_location = ?", (str(place / "artifacts"),))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "project")
        patch.setenv("BIS_HOME", str(place / "home"))
        entry = Entry(EntryKind.SCRIPT, "train.py")
        patch.setattr(storing, "store_in_own_process", store_here)
        uri = f"sqlite:///{place}/mlflow.db"
        done = record_program(entry, Settings(), tracking_uri=uri, wait=True, echo=False)
    shutil.copytree(place, kept, symlinks=True)
    return Recorded(place, kept, done.run_ids[0])


@pytest.fixture
def place(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the recorded program is, with its data, as it was recorded."""
    recorded.restore()
    monkeypatch.chdir(recorded.place / "project")
    monkeypatch.setenv("BIS_HOME", str(recorded.place / "home"))
    return recorded.place


@pytest.fixture
def store(place: Path) -> EvidenceStore:
    """The store of the run."""
    return EvidenceStore(f"sqlite:///{place}/mlflow.db")


@pytest.fixture
def stored(store: EvidenceStore, recorded: Recorded) -> StoredRun:
    """The run."""
    return store.read(recorded.run_id)


@pytest.fixture
def workspace(store: EvidenceStore, place: Path) -> Workspace:
    """The store of the run, with a home of its own."""
    return Workspace(Settings(), store, place / "home")
