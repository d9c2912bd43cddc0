"""Which projects need to say how they are started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

FIT = "from sklearn.svm import SVC\nSVC().fit(x, y)\n"
LIBRARY = "from sklearn.svm import SVC\nclass Model:\n    def train(self, x, y):\n        SVC().fit(x, y)\n"


def told(folder: Path, files: dict[str, str]) -> int:
    """How often the rule speaks of a project."""
    return len(audit_project(write(folder, files), "p", Options(select=("BIS504",))).findings)


@pytest.mark.parametrize(
    "files",
    [
        {"step_a.py": FIT, "step_b.py": "import step_a\n"},
        {"lib/core.py": LIBRARY, "step_a.py": "from lib.core import Model\nModel().train(1, 2)\n"},
        {"step_a.py": LIBRARY + "if __name__ == '__main__':\n    Model().train(1, 2)\n", "b.py": ""},
        {"step_a.py": FIT, "b.py": "", "mypkg/main.py": "def main(): ...\n"},
        {"app/logs.py": FIT, "n.ipynb": notebook(FIT), "old/m.ipynb": notebook(FIT)},
        {"a/x/run_eda.py": FIT, "b/x/run_fit.py": FIT},
    ],
)
def test_projects_that_need_one(files: dict[str, str], tmp_path: Path) -> None:
    """Several files, one of which trains when it is run."""
    assert told(tmp_path, files) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"src/pkg/core.py": LIBRARY, "src/pkg/__init__.py": "from pkg.core import Model\n", "src/pkg/b.py": ""},
        {"pkg/core.py": LIBRARY, "pkg/b.py": "class B: ...\n", "n.ipynb": "{}", "m.ipynb": "{}"},
        {"app/logs.py": FIT, "n.ipynb": notebook(FIT)},
        {"app/logs.py": FIT, "n.ipynb": notebook(FIT), "m.ipynb": notebook("1 + 1")},
        {"app/logs.py": FIT, "n.ipynb": notebook(FIT), "m.ipynb": notebook(FIT), "README.md": "`python app/logs.py`"},
        {"tests/test_a.py": FIT, "pkg/a.py": LIBRARY, "pkg/b.py": ""},
        {"deep/er/train_model.py": FIT, "b.py": ""},
        {"phase2/run_pipeline.py": FIT, "b.py": ""},
        {"a.py": "# Databricks notebook source\n" + FIT, "b.py": "# Databricks notebook source\n"},
        {"a.py": "# Databricks notebook source\n" + FIT, "b.py": "def f(): ...\n", "c.py": ""},
        {"step_a.py": FIT, "b.py": "", ".devcontainer.json": '{"postStartCommand": "python step_a.py"}'},
        {"step_a.py": FIT, "b.py": "", "README.md": "First run `step_a.py`.\n"},
    ],
)
def test_projects_that_need_none(files: dict[str, str], tmp_path: Path) -> None:
    """A library, notebooks of Databricks, programs that are called like one, and whatever says it."""
    assert told(tmp_path, files) == 0
