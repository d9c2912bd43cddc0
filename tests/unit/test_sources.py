"""Which files the house rules look at: the project's own, whatever other commands left beside them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.sources import ROOT, own_files

if TYPE_CHECKING:
    from pathlib import Path

LEFT_BEHIND = [
    "study/out/home/injection/injection-0.1.0/packages/bis/api.py",
    "benchmarks/out/program.py",
    "study/__pycache__/run.py",
    "site/search.py",
    "dist/bis.py",
    "build/lib/bis/api.py",
    ".venv/lib/bis.py",
    "study/mlruns/0/model/code/x.py",
    "study/.bis/x.py",
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project's ``.gitignore``, with one program beside it."""
    shutil.copy(ROOT / ".gitignore", tmp_path)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "run.py").touch()
    return tmp_path


@pytest.mark.parametrize("left", LEFT_BEHIND)
def test_what_other_commands_left_is_no_source(tree: Path, left: str) -> None:
    """What `make study`, builds and benchmarks write is not looked at, at whatever depth."""
    (tree / left).parent.mkdir(parents=True, exist_ok=True)
    (tree / left).touch()
    assert own_files(tree, "*.py") == [tree / "study" / "run.py"]


@pytest.mark.parametrize("mark", ["pyvenv.cfg", ".git"])
def test_environments_and_other_repositories_are_no_sources(tree: Path, mark: str) -> None:
    """A virtual environment of any name, a worktree or a clone inside the folder is not looked at."""
    (tree / "study" / "other").mkdir()
    (tree / "study" / "other" / mark).touch()
    (tree / "study" / "other" / "x.py").touch()
    assert own_files(tree, "*.py") == [tree / "study" / "run.py"]


def test_only_the_named_folders_are_looked_at(tree: Path) -> None:
    """Files beside the named folders are left out, and a folder that is not there is empty."""
    (tree / "other.py").touch()
    assert own_files(tree, "*.py", ["study", "missing"]) == [tree / "study" / "run.py"]


def test_ignored_names_are_no_sources(tree: Path) -> None:
    """A file that ``.gitignore`` names is not looked at; one of another name beside it is."""
    (tree / "study" / "mlflow.db").touch()
    (tree / "study" / "notes.md").touch()
    assert own_files(tree, "*") == [tree / ".gitignore", tree / "study" / "notes.md", tree / "study" / "run.py"]
