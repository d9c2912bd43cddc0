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


WITH = "with mlflow.start_run() as run:\n    mlflow.log_param('a', 1)\n"
LOG = "mlflow.log_metric('b', 1)\n"
IN_LOOP = "for x in xs:\n    with mlflow.start_run():\n        fit(x)\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (WITH + "if good:\n    " + LOG, [5]),
        (IN_LOOP + "    if good:\n        mlflow.log_metric('b', 1)\n        break\n", [6]),
        ("if bad:\n    " + IN_LOOP.replace("\n", "\n    ") + "    if good:\n            " + LOG, [7]),
        ("def go():\n" + RUN + "    if good:\n        " + LOG + "go()\n", [6]),
        ("mlflow.start_run()\nmlflow.end_run()\nif good:\n    " + LOG, [5]),
        ("try:\n    with mlflow.start_run():\n        fit()\nexcept ValueError:\n    " + LOG, [6]),
        ("if once:\n    with mlflow.start_run():\n        fit()\nelse:\n    " + LOG, []),
        ("if once:\n    with mlflow.start_run():\n        fit()\nif twice:\n    " + LOG, []),
        (WITH + "if mlflow.active_run():\n    " + LOG, []),
        (WITH + "if good:\n    mlflow.start_run()\n    " + LOG, []),
        (WITH + "if good:\n    mlflow.log_metric('b', 1, run_id=run.info.run_id)\n", []),
        (WITH + "note = lambda: " + LOG, []),
        ("with mlflow.start_run(nested=True):\n    fit()\nif good:\n    " + LOG, []),
        ("with mlflow.start_run(**options):\n    fit()\nif good:\n    " + LOG, []),
        (
            "mlflow.end_run()\nmlflow.start_run()\ntry:\n    fit()\nexcept E:\n    mlflow.end_run()\nif a:\n    " + LOG,
            [],
        ),
        ("with mlflow.start_run():\n    for x in xs:\n        if good:\n            " + LOG, []),
    ],
)
def test_logging_under_a_condition_after_the_run(code: str, lines: list[int], tmp_path: Path) -> None:
    """Where the run has ended in any case; not in the other branch, nor where it is asked whether one is open."""
    found = audit_project(
        write(tmp_path, {"a.py": "import mlflow\n" + code}), "p", Options(select=("BIS203",))
    ).findings
    assert [one.place.line for one in found] == lines


DONE = "def train():\n    try:\n    " + RUN.replace("\n", "\n    ") + "    return 1\n    except E:\n        return 0\n"
NESTED = "def go():\n    with mlflow.start_run(nested=True):\n        fit()\n    mlflow.log_artifact('a')\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (DONE + "if good:\n    r = train()\n    " + LOG, [11]),
        (DONE + "def main():\n    if good:\n        train()\n        if best:\n            " + LOG + "main()\n", [13]),
        (DONE + "def both():\n    train()\nif good:\n    both()\n    " + LOG, [13]),
        (DONE + "if good:\n    train()\nif best:\n    " + LOG, []),
        (DONE.replace("    try:", "    if x:").replace("except E", "else") + "if a:\n    train()\n    " + LOG, []),
        (DONE.replace("return 1", "yield 1") + "if good:\n    for r in train():\n        " + LOG, []),
        (DONE + "if good:\n    train()\n    mlflow.start_run()\n    if best:\n        " + LOG, []),
        (NESTED + "go()\n", [5]),
        (NESTED + "if __name__ == '__main__':\n    go()\n", [5]),
        (NESTED + "with mlflow.start_run():\n    go()\n", []),
        (NESTED + "mlflow.start_run()\ngo()\n", []),
        (NESTED, []),
        ("if noted:\n    mlflow.log_param('b', 1)\n" + NESTED + "go()\n", []),
        (NESTED.replace("    with", "    if x:\n     with") + "go()\n", []),
        ("with mlflow.start_run(nested=True):\n    fit()\n" + LOG, [4]),
    ],
)
def test_logging_after_the_run_of_a_function_or_a_nested_one(code: str, lines: list[int], tmp_path: Path) -> None:
    """A function has ended its run where it returns; one that is nested leaves another open only where there is one."""
    found = audit_project(
        write(tmp_path, {"a.py": "import mlflow\n" + code}), "p", Options(select=("BIS203",))
    ).findings
    assert [one.place.line for one in found] == lines
