"""A home of bis and a project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where bis keeps what belongs to no project."""
    folder = tmp_path / "home"
    monkeypatch.setenv("BIS_HOME", str(folder))
    for name in ("BIS_SPOOL", "BIS_ENTROPY", "BIS_RECORD", "MLFLOW_TRACKING_URI", "PYTHONHASHSEED"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """An empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder
