"""A recorded run on a real store, and the workspace in which it is replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.config import Settings
from bis.evidence.store import EvidenceStore, StoredRun
from bis.launch.launcher import Entry
from bis.model.facets import EntryKind
from bis.record.recording import record_program
from bis.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "import random\nprint(open({data!r}).read(), random.random())\n"


@pytest.fixture
def store(store_uri: str) -> EvidenceStore:
    """The store of the run."""
    return EvidenceStore(store_uri)


@pytest.fixture
def stored(store: EvidenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredRun:
    """A recorded program that reads a file and draws numbers."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "train.py").write_text(PROGRAM.format(data=str(tmp_path / "data.csv")))
    (tmp_path / "data.csv").write_text("1,2")
    monkeypatch.chdir(project)
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    entry = Entry(EntryKind.SCRIPT, "train.py")
    done = record_program(entry, Settings(), tracking_uri=store.tracking_uri, wait=True, echo=False)
    return store.read(done.run_ids[0])


@pytest.fixture
def workspace(store: EvidenceStore, tmp_path: Path) -> Workspace:
    """The store of the run, with a home of its own."""
    return Workspace(Settings(), store, tmp_path / "home")
