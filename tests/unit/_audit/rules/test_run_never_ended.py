"""Runs that are started and not ended in their file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mlflow.start_run()\nmlflow.log_metric('a', 1)\n", True),
        ("run = mlflow.start_run()\nprint(run.info.run_id)\n", True),
        ("def begin():\n    return mlflow.start_run()\n", False),
        ("def begin():\n    run = mlflow.start_run()\n    return run\n", False),
        ("def begin():\n    run = mlflow.start_run()\n    return run, run.info.run_id\n", False),
        ("def begin():\n    run = mlflow.start_run()\n    return {'run': run}\n", False),
        ("def begin():\n    run = mlflow.start_run()\n    yield run\n", False),
        ("def begin():\n    return mlflow.start_run(), 1\n", False),
        ("def begin():\n    run = mlflow.start_run()\n    return run.info.run_id\n", True),
    ],
)
def test_a_run_that_is_given_back_is_ended_by_whoever_gets_it(text: str, found: bool, tmp_path: Path) -> None:
    """Also with others; its id alone ends nothing."""
    write(tmp_path, {"a.py": "import mlflow\n" + text})
    assert bool(audit_project(tmp_path, "p", Options(select=("BIS204",))).findings) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("run = mlflow.active_run() if mlflow.active_run() else mlflow.start_run()\ntrain(run)\n", False),
        ("run = mlflow.active_run() or mlflow.start_run()\ntrain(run)\n", False),
        ("run = mlflow.start_run()\ntrain(run)\n", False),
        ("mlflow.active_run() or mlflow.start_run()\ntrain(mlflow.active_run())\n", True),
    ],
)
def test_a_run_that_is_entered_in_a_function_is_ended_there(text: str, found: bool, tmp_path: Path) -> None:
    """Also where it is started only if there is none."""
    entered = "def train(run):\n    with run:\n        mlflow.log_metric('a', 1)\n"
    write(tmp_path, {"a.py": "import mlflow\n" + entered + text})
    assert bool(audit_project(tmp_path, "p", Options(select=("BIS204",))).findings) is found
