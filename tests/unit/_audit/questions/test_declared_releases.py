"""Releases that lists and locks allow."""

from __future__ import annotations

import pytest

from bis._audit.files.dependencies import read_dependencies
from bis._audit.files.project_documents import read_documents
from bis._audit.parsing.reading import read_module
from bis._audit.program.linking import link
from bis._audit.program.project import Project
from bis._audit.questions.analysis import analyse
from bis._audit.questions.declared_releases import is_before, is_since

POETRY = '[[package]]\nname = "mlflow"\nversion = "{}"\n'
PYPROJECT = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nmlflow = "{}"\n'
PIPFILE = '{{\n    "default": {{\n        "mlflow": {{\n            "version": "=={}"\n        }}\n    }}\n}}\n'


def asked(files: dict[str, str], release: str, code: str = "import mlflow\n") -> tuple[bool, bool]:
    """Whether these lists keep MLflow before a release, and since it."""
    module = read_module(code.encode(), is_notebook=False, file="a.py")
    project = Project("small", link([module]), read_dependencies(files, []), read_documents({}), texts=files)
    analysis = analyse(project)
    return is_before(analysis, "mlflow", release), is_since(analysis, "mlflow", release)


@pytest.mark.parametrize(
    ("spec", "before", "since"),
    [
        ("==1.28.0", True, False),
        ("==2.3.2", True, False),
        ("==2.4", False, True),
        ("==2.*", False, False),
        ("==2.3.*", True, False),
        ("<2.4", True, False),
        ("<=2.4", False, False),
        ("<2", True, False),
        (">=1.0,<2.0", True, False),
        (">=1.20", False, False),
        (">=2.9", False, True),
        ("~=1.20", True, False),
        ("~=2.3", False, False),
        ("~=2.3.1", True, False),
        ("~=2.9", False, True),
        ("", False, False),
    ],
)
def test_a_list(spec: str, before: bool, since: bool) -> None:
    """What it allows is all on one side of a release, or not."""
    assert asked({"requirements.txt": f"mlflow{spec}\n"}, "2.4") == (before, since)


@pytest.mark.parametrize(
    ("files", "before", "since"),
    [
        ({"Dockerfile": "FROM python\nRUN pip install mlflow==1.28.0\n"}, True, False),
        ({"environment.yml": "dependencies:\n  - mlflow=1.30\n"}, True, False),
        ({"pyproject.toml": PYPROJECT.format("^1.24")}, True, False),
        ({"pyproject.toml": PYPROJECT.format("^2.1")}, False, False),
        ({"pyproject.toml": PYPROJECT.format("~2.3.1")}, True, False),
        ({"pyproject.toml": PYPROJECT.format("*"), "poetry.lock": POETRY.format("1.26.1")}, True, False),
        ({"pyproject.toml": PYPROJECT.format("^2.1"), "poetry.lock": POETRY.format("2.8.0")}, False, True),
        ({"Pipfile": "[packages]\nmlflow = '*'\n", "Pipfile.lock": PIPFILE.format("2.0.1")}, True, False),
        ({"requirements.txt": "mlflow==1.2\n", "a/requirements.txt": "mlflow\n"}, False, False),
        ({"requirements.txt": "mlflow==1.2\n", "a/requirements.txt": "mlflow==2.20\n"}, False, False),
        ({"requirements.txt": "pandas==1.2\n"}, False, False),
        ({}, False, False),
    ],
)
def test_lists_and_locks(files: dict[str, str], before: bool, since: bool) -> None:
    """All of them; a lock says what a list without a version leaves open."""
    assert asked(files, "2.4") == (before, since)


def test_lists_say_nothing_of_databricks() -> None:
    """It has packages of its own."""
    assert asked({"requirements.txt": "mlflow==1.2\n"}, "2.4", "dbutils.notebook.exit('a')\n") == (False, False)
    assert asked({"requirements.txt": "mlflow==1.2\n"}, "2.4", "utils.notebook.exit('a')\n") == (True, False)
