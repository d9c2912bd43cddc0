"""A program, a home, a store, and one recorded run of the program that all commands look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_uri: str) -> Path:
    """The working directory."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(
        "import random, sys\nprint('score', random.random())\nsys.exit(len(sys.argv) - 1)\n"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri)
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def run_id(project: Path, store_uri: str, capfd: pytest.CaptureFixture[str]) -> str:
    """A recorded run."""
    assert main(["run", "--wait", "train.py"]) == 0
    capfd.readouterr()
    return EvidenceStore(store_uri).find("last")
