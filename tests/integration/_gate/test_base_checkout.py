"""The base of a change, in real repositories."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis._gate.base_checkout import base_checkout
from bis.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """Run git."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A branch that went off main before main went on; on the branch the file says 2."""
    folder = tmp_path / "repository"
    (folder / "inner").mkdir(parents=True)
    git(folder, "init", "-q")
    for branch, content in (("main", "1"), ("change", "2"), ("main", "3")):
        if branch == "change" or content == "3":
            git(folder, "checkout", "-q", *(["-b"] if branch == "change" else []), branch)
        (folder / "inner" / "a.txt").write_text(content)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", content)
    git(folder, "checkout", "-q", "change")
    return folder


def test_the_commit_at_which_the_branch_went_off(repository: Path) -> None:
    """What main got since then is not what is compared with; the working directory is where it is in the repository."""
    (repository / "inner" / "a.txt").write_text("not committed")
    with base_checkout("main", repository / "inner") as base:
        assert base.commit == git(repository, "rev-parse", "main~1")
        assert (base.folder / "a.txt").read_text() == "1"
        assert base.folder.name == "inner"
        folder = base.folder
    assert not folder.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert (repository / "inner" / "a.txt").read_text() == "not committed"


def test_packages_of_the_repository_come_from_the_checkout(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are installed for development would else be those of the change."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(repository / "inner")])
    with base_checkout("main", repository) as base:
        assert base.paths == (str(base.folder / "inner"),)


def test_hooks_of_git_do_not_lead_elsewhere(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells its hooks where it is, which is not where we look; a checkout that fails within is taken away, too."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))

    def fail() -> None:
        with base_checkout("main", repository) as base:
            assert (base.folder / "inner" / "a.txt").read_text() == "1"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    monkeypatch.delenv("GIT_DIR")
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_what_is_no_commit_is_said(repository: Path, tmp_path: Path) -> None:
    """Neither a run nor a commit; a folder that is no repository; commits without a common one."""
    with (
        pytest.raises(NotFound, match="'nowhere' is neither a run nor a commit") as caught,
        base_checkout("nowhere", repository),
    ):
        pass
    assert "fetch-depth" in str(caught.value.hint)
    with pytest.raises(NotFound, match="in no git repository"), base_checkout("main", tmp_path):
        pass
    git(repository, "checkout", "-q", "--orphan", "other")
    git(repository, "commit", "-q", "-m", "other")
    with pytest.raises(NotFound, match="no commit in common"), base_checkout("main", repository):
        pass
