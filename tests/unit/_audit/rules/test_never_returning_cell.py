"""Scripts that start a server and wait for it."""

from __future__ import annotations

import pytest

from bis._audit.rules.never_returning_cell import check
from tests.unit._audit.small_projects import analysed

LOGS = "import os, subprocess\nimport mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('a', 1)\n"
MAIN = "if __name__ == '__main__':\n    main()\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("os.system('mlflow ui')\n", [5]),
        ("subprocess.run(['mlflow', 'server', '--port', '5001'])\n", [5]),
        ("with open('a') as f:\n    subprocess.call('mlflow ui', shell=True)\n", [6]),
        ("os.system('tensorboard --logdir runs')\n", [5]),
        ("def main():\n    os.system('mlflow ui')\n" + MAIN, [8]),
        # it does not wait, a condition asks for it, nobody calls it, or it is no server
        ("subprocess.Popen(['mlflow', 'ui'])\n", []),
        ("os.system('mlflow ui &')\n", []),
        ("def main():\n    if show:\n        os.system('mlflow ui')\n" + MAIN, []),
        ("if show:\n    os.system('mlflow ui')\n", []),
        ("def main():\n    os.system('mlflow ui')\n", []),
        ("os.system('mlflow runs list')\nprint('mlflow ui')\n", []),
    ],
)
def test_a_script_that_waits_for_a_server(code: str, lines: list[int]) -> None:
    """By a shell, without a condition, at its top or in a function that it calls."""
    assert [finding.place.line for finding in check(analysed({"a.py": LOGS + code}))] == lines


def test_a_script_that_only_starts_one() -> None:
    """That is what it is for; an application is, too."""
    starts = {"serve.py": "import os\nos.system('mlflow ui')\n"}
    assert list(check(analysed(starts))) == []
    assert list(check(analysed({"a.py": LOGS + "from flask import Flask\napp = Flask('a')\napp.run()\n"}))) == []
