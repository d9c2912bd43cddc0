"""What tests inherit from whoever starts them, and what they do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bis import config
from tests.surroundings import isolated

JUNK = {
    "BIS_HOME": "/somewhere",
    "BIS_RECORD": "0",
    "CI": "true",
    "COLUMNS": "40",
    "GITHUB_ACTIONS": "true",
    "GITHUB_TOKEN": "t",
    "GIT_DIR": "/elsewhere/.git",
    "MLFLOW_TRACKING_URI": "http://localhost:1",
    "NO_COLOR": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONPATH": "/elsewhere",
}


@pytest.mark.parametrize("name", sorted(JUNK))
def test_what_could_change_a_result_is_taken_away(tmp_path: Path, name: str) -> None:
    """Variables that bis, MLflow, git, rich or Python would act on do not reach a test with the caller's value."""
    assert isolated({name: JUNK[name]}, tmp_path).get(name) != JUNK[name]


@pytest.mark.parametrize("name", ["PATH", "HOME", "UV_INDEX_URL", "PIP_FIND_LINKS", "SSL_CERT_FILE", "GIT_SSL_CAINFO"])
def test_what_a_machine_needs_stays(tmp_path: Path, name: str) -> None:
    """Paths, package indexes and certificates of the machine are kept."""
    assert isolated({name: "x"}, tmp_path)[name] == "x"


def test_this_test_runs_in_such_surroundings(request: pytest.FixtureRequest) -> None:
    """The home of bis is no user's, no store is named, and the working directory is empty and not the project's."""
    assert not config.home().is_relative_to(Path.home() / ".local")
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert Path.cwd() != request.config.rootpath
    assert list(Path.cwd().iterdir()) == []
