"""Every test runs in surroundings of its own: nothing of the caller's shell, home or folder changes a result."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.surroundings import isolate

_SURROUNDINGS = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected: variables that could change a result are taken away, homes are made elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="bis-tests-"))
    isolate(folder)
    config.stash[_SURROUNDINGS] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last test, the homes go again."""
    shutil.rmtree(config.stash[_SURROUNDINGS], ignore_errors=True)


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts in an empty folder of its own: no store, settings or program of the caller's folder is found."""
    monkeypatch.chdir(tempfile.mkdtemp(prefix="cwd-", dir=request.config.stash[_SURROUNDINGS]))
