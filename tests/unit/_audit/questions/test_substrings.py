"""The search for three texts, as the study's first script did it, and why the audit says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

M = "import mlflow\n"
WORDS = "comments, strings, Markdown or saved outputs"
ENVIRONMENT = {
    "venv/pyvenv.cfg": "home = x\n",
    "venv/lib/python3.11/site-packages/mlflow/__init__.py": "def log_param(): pass\n",
}


@pytest.mark.parametrize(
    ("files", "search", "audit", "reason"),
    [
        ({"a.py": M + "mlflow.log_param(1, 2)\n"}, True, True, ""),
        ({"a.py": M}, False, False, ""),
        ({"a.py": "# mlflow.log_param(1, 2)\n"}, True, False, WORDS),
        ({"a.py": "'''mlflow.autolog()'''\n"}, True, False, WORDS),
        ({"n.ipynb": notebook("x", "#md call log_metric")}, True, False, WORDS),
        ({"a.py": "trainer.log_metrics('train', m)\n"}, True, False, "a function of that name"),
        ({"a.py": M + "mlflow.autolog(disable=True)\n"}, True, False, "a function of that name"),
        ({"a.py": M + "def f(:\nmlflow.log_param(1, 2)\n"}, True, False, "a.py has the texts and could not be read"),
        ({"a.py": M} | ENVIRONMENT, True, False, "not its own"),
        ({"a.py": M + "mlflow.log_param(1, 2)\n"} | ENVIRONMENT, True, True, ""),
        (
            {"a.py": "from pytorch_lightning import Trainer\nfrom pytorch_lightning.loggers import MLFlowLogger\n"
             "l = MLFlowLogger()\nl.log_hyperparams({})\nt = Trainer(logger=l)\n"},
            False, True, "an integration logs for it",
        ),
        ({"a.txt": "log_param"}, False, False, ""),
    ],
)  # fmt: skip
def test_both_figures(tmp_path: Path, files: dict[str, str], search: bool, audit: bool, reason: str) -> None:
    """The search finds the texts anywhere; where the audit disagrees it says why, and where they agree nothing."""
    found = audit_project(write(tmp_path, files), "p")
    assert (found.substrings.traces, found.traces) == (search, audit)
    assert reason in found.substrings.reason
    assert bool(reason) == bool(found.substrings.reason)
    assert bool(found.substrings.places) == search


def test_places(tmp_path: Path) -> None:
    """Lines of scripts, cells of notebooks."""
    files = {"a.py": "x\n# log_param\n", "n.ipynb": notebook("x", "y\nautolog()")}
    places = audit_project(write(tmp_path, files), "p").substrings.places
    assert [(p.file, p.cell, p.line) for p in places] == [("a.py", -1, 2), ("n.ipynb", 1, 2)]


def test_a_committed_environment_is_not_followed_out_of_the_project(tmp_path: Path) -> None:
    """Links in what is left out lead nowhere."""
    write(tmp_path / "outside", {"a.py": "log_param\n"})
    root = write(tmp_path / "p", {"a.py": M, "venv/pyvenv.cfg": "home = x\n"})
    (root / "venv" / "lib").symlink_to(tmp_path / "outside")
    (root / "venv" / "b.py").symlink_to(tmp_path / "outside" / "a.py")
    assert not audit_project(root, "p").substrings.traces
