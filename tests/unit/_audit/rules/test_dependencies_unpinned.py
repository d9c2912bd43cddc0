"""Lists without versions are told once for each cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.project_audit import Finding


def told(folder: Path, lists: dict[str, str]) -> tuple[Finding, ...]:
    """The findings in a project with these lists of requirements."""
    files = {f"{name}/requirements.txt": text for name, text in lists.items()}
    return audit_project(write(folder, {"a.py": "import mlflow\n", **files}), "p", Options(select=("BIS502",))).findings


def test_the_same_list_in_several_files_is_one_finding(tmp_path: Path) -> None:
    """With the places of the others; another list is another finding."""
    one, other = told(tmp_path, {"a": "mlflow\nnumpy\n", "b": "mlflow\nnumpy\n", "c": "mlflow\nscipy\n"})
    assert one.message == "2 of 2 dependencies are not pinned: mlflow, numpy (and in 1 other file)"
    assert [place.file for place in (one.place, *one.related)] == ["a/requirements.txt", "b/requirements.txt"]
    assert (other.place.file, other.related) == ("c/requirements.txt", ())


def test_the_lists_of_many_files_are_one_finding(tmp_path: Path) -> None:
    """As a book has one for each chapter."""
    (one,) = told(tmp_path, {f"chapter{i}": f"mlflow\npackage{i}\n" for i in range(8)})
    assert one.message == "dependencies are not pinned in 8 files, 9 in all: mlflow, package0, package1, ..."
    assert len(one.related) == 7


def test_a_list_that_is_pinned_is_told_nowhere(tmp_path: Path) -> None:
    """Beside one that is not."""
    (one,) = told(tmp_path, {"a": "mlflow==2.1\n", "b": "numpy\n"})
    assert one.place.file == "b/requirements.txt"


def test_columns_of_names_and_versions_are_pinned(tmp_path: Path) -> None:
    """As `pip list` writes them, with what it writes above them or without; a name alone in between is not."""
    columns = "mlflow         1.8.0\nnumpy          1.18.4\n"
    header = "Package        Version\n-------------- -------\n"
    (one,) = told(tmp_path, {"a": columns, "b": header + columns, "c": columns + "scipy\n"})
    assert (one.place.file, one.message) == ("c/requirements.txt", "1 of 3 dependencies are not pinned: scipy")


@pytest.mark.parametrize(
    ("files", "places"),
    [
        ({"n.ipynb": notebook("!pip install boto3\n!pip install mlflow")}, [("n.ipynb", 0, 1)]),
        ({"a/n.ipynb": notebook("import mlflow", "x = 1\n%pip install -q lightgbm")}, [("a/n.ipynb", 1, 2)]),
        ({"n.ipynb": notebook("!pip install mlflow==2.9.0")}, []),
        ({"n.ipynb": notebook("!pip install boto3"), "requirements.txt": "mlflow==2.9.0\n"}, []),
        ({"a/n.ipynb": notebook("!pip install boto3"), "requirements.txt": "mlflow==2.9.0\n"}, []),
        ({"n.ipynb": notebook("!pip install boto3"), "b/requirements.txt": "mlflow==2.9.0\n"}, [("n.ipynb", 0, 1)]),
        (
            {
                "a.ipynb": notebook("!pip install boto3"),
                "s.py": "# Databricks notebook source\n# MAGIC %pip install boto3",
            },
            [("s.py", -1, 2)],
        ),
    ],
)
def test_what_a_notebook_installs_counts_without_a_list(
    files: dict[str, str], places: list[tuple[str, int, int]], tmp_path: Path
) -> None:
    """As in scripts of Databricks; a list beside it, or around it, is what the project declares."""
    files = {"t.py": "import mlflow\n"} | files
    found = audit_project(write(tmp_path, files), "p", Options(select=("BIS502",))).findings
    assert [(one.place.file, one.place.cell, one.place.line) for one in found] == places
