"""What has changed since a commit, in real repositories."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from bis._audit.changed_lines import FileChange, changed_since
from bis._audit.single_project import AuditChoices, audit_path
from bis.errors import UsageError
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from pathlib import Path

SPLIT = "a, b = train_test_split(x)\n"
OLD = f"from sklearn.model_selection import train_test_split\n\nx = list(range(9))\n{SPLIT}"
LONG = "c, d = train_test_split(\n    x,\n    random_state=1,\n    test_size=0.5,\n)\n"


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    """Commit everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a commit")


def notebook(*cells: str) -> str:
    """A notebook of code cells."""
    listed: list[dict[str, object]] = [
        {"cell_type": "code", "source": c, "metadata": {}, "outputs": [], "execution_count": None} for c in cells
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder of a repository, on a branch; main goes on without it."""
    git(tmp_path, "init", "-q")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "old.py").write_text(OLD)
    (folder / "long.py").write_text(f"{OLD}{LONG}")
    (folder / "gone.py").write_text(OLD)
    (folder / "book.ipynb").write_text(notebook(OLD, SPLIT))
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "change")
    git(tmp_path, "checkout", "-q", "main")
    (folder / "old.py").write_text("# main went on\n" * 9)
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "change")
    return folder


def found(project: Path, since: str | None = "main") -> list[tuple[str, int, int]]:
    """Places of unseeded splits."""
    audited = audit_path(project, AuditChoices(select=("BIS301",), since=since))
    return [(f.place.file, f.place.cell, f.place.line) for f in audited.findings]


def test_only_what_a_branch_adds(project: Path) -> None:
    """Changed lines of a file, whole new files, files that git does not know yet; nothing that main got meanwhile."""
    assert len(found(project, None)) == 5
    assert found(project) == []
    (project / "old.py").write_text(f"{OLD}\n{SPLIT}")
    (project / "new.py").write_text(OLD)
    commit(project)
    (project / "not yet known.py").write_text(OLD)
    assert found(project) == [("new.py", -1, 4), ("not yet known.py", -1, 4), ("old.py", -1, 6)]


def test_what_was_taken_out_of_a_call(project: Path) -> None:
    """The call has changed, although each of its lines is as it was; calls beside it have not."""
    (project / "long.py").write_text(f"{OLD}{LONG}".replace("    random_state=1,\n", ""))
    assert found(project) == [("long.py", -1, 5)]


def test_a_file_that_moved(project: Path) -> None:
    """Only what has changed in it."""
    git(project, "mv", "gone.py", "moved to.py")
    (project / "moved to.py").write_text(f"{OLD}{SPLIT}")
    commit(project)
    assert found(project) == [("moved to.py", -1, 5)]


def test_cells_of_notebooks(project: Path) -> None:
    """A cell that was inserted moves the others, which have not changed; outputs are no change."""
    (project / "book.ipynb").write_text(notebook(OLD, f"y = 1\n{SPLIT}", SPLIT))
    assert found(project) in ([("book.ipynb", 1, 2)], [("book.ipynb", 2, 1)])
    (project / "book.ipynb").write_text(notebook("print(1)", OLD, SPLIT))
    assert found(project) == []


def test_a_file_as_a_whole(project: Path) -> None:
    """It has changed where anything in it has."""
    (project / "old.py").write_text(f"{OLD}\n")
    changed = changed_since("main", project)
    assert changed.files["old.py"].touches(Place("old.py"))
    assert "long.py" not in changed.files
    assert FileChange(whole=True).touches(Place("any", line=3))


def test_what_is_no_commit_is_said(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With what to do about it, in a shallow clone or outside of a repository."""
    with pytest.raises(UsageError, match="'nowhere' is no commit") as caught:
        changed_since("nowhere", project)
    assert "fetch-depth" in str(caught.value.hint)
    with pytest.raises(UsageError, match="is no commit"):
        changed_since("main", tmp_path_factory.mktemp("plain"))
