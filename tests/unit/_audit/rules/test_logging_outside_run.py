"""What is logged to no run that the author has opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "if __name__ == '__main__':\n    train()\n"
RUN = "    with mlflow.start_run():\n        mlflow.log_param('a', 1)\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("def train():\n    mlflow.set_tags({'a': 1})\n    mlflow.end_run()\n" + RUN + MAIN, [3]),
        ("def train():\n    mlflow.log_param('b', 1)\n" + RUN + MAIN, [3]),
        ("def train():\n    mlflow.log_param('b', 1)\n" + RUN, [3]),
        ("class T:\n    def go(self):\n        mlflow.log_param('b', 1)\n        mlflow.start_run()\nT().go()\n", [4]),
        ("def train():\n    if x:\n        mlflow.log_param('b', 1)\n" + RUN + MAIN, []),
        (
            "def train():\n    mlflow.log_param('b', 1)\n    with mlflow.start_run(nested=True):\n        f()\n" + MAIN,
            [],
        ),
        ("@step(tracker='mlflow')\ndef train():\n    mlflow.log_param('b', 1)\n" + RUN + MAIN, []),
        ("def note():\n    mlflow.log_param('b', 1)\ndef train():\n    note()\n" + RUN + MAIN, []),
        ("def train():\n    mlflow.log_param('b', 1)\n" + RUN + "with mlflow.start_run():\n    train()\n", []),
        ("def train():\n    mlflow.set_experiment('e')\n" + RUN + MAIN, []),
    ],
)
def test_logging_before_the_run_of_the_same_function(code: str, lines: list[int], tmp_path: Path) -> None:
    """Under no condition; who calls it, or decorates it, may have opened one."""
    found = audit_project(
        write(tmp_path, {"a.py": "import mlflow\n" + code}), "p", Options(select=("BIS203",))
    ).findings
    assert [one.place.line for one in found] == lines
