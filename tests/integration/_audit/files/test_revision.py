"""What git tells of a project, without trusting its configuration."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from bis._audit.files import commit_objects
from bis._audit.files.revision import read_revision
from bis.model.project_audit import Revision
from tests.unit.corpus.repositories import git

if TYPE_CHECKING:
    from pathlib import Path


def repository(folder: Path, *dates: str) -> Path:
    """A repository with a commit for each date."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for date in dates:
        environ = os.environ | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", *who, "commit", "--quiet", "--allow-empty", "--message", date]
        subprocess.run(command, cwd=folder, env=environ, check=True)
    return folder


@pytest.fixture(autouse=True, params=["read here", "read by git"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether histories are short enough to be read without git."""
    if request.param == "read by git":
        monkeypatch.setattr(commit_objects, "MOST_COMMITS", 0)
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of two years."""
    return repository(tmp_path / "p", "2019-07-01T12:00:00Z", "2023-01-01T12:00:00Z")


def test_commit_and_years(project: Path) -> None:
    """The commit that is checked out, the years of the first and last."""
    assert read_revision(project) == Revision(git(project, "rev-parse", "HEAD"), 2019, 2023)


def test_a_detached_head_and_packed_references(project: Path) -> None:
    """As clones of a commit have it, and as `git gc` leaves it."""
    head = git(project, "rev-parse", "HEAD")
    git(project, "pack-refs", "--all")
    assert not (project / ".git" / "refs" / "heads" / "main").exists()
    assert read_revision(project).commit == head
    first = git(project, "rev-list", "--max-parents=0", "HEAD")
    git(project, "checkout", "--quiet", "--detach", first)
    assert read_revision(project) == Revision(first, 2019, 2019)


def test_a_shallow_clone(project: Path, tmp_path: Path) -> None:
    """The years of the commits that are there."""
    git(tmp_path, "clone", "--quiet", "--depth", "1", project.as_uri(), "shallow")
    found = read_revision(tmp_path / "shallow")
    assert (found.commit, found.first_year, found.last_year) == (git(project, "rev-parse", "HEAD"), 2023, 2023)


@pytest.mark.parametrize("kind", ["none", "empty", "no commit", "link", "file", "alternates", "inner"])
def test_what_is_no_repository_of_its_own(project: Path, tmp_path: Path, kind: str) -> None:
    """No git, no commit, or something that leads out of the folder: nothing is told, nothing is raised."""
    folder = tmp_path / "q"
    folder.mkdir()
    if kind == "empty":
        (folder / ".git").mkdir()
    elif kind == "no commit":
        repository(folder)
    elif kind == "link":
        (folder / ".git").symlink_to(project / ".git")
    elif kind == "file":
        (folder / ".git").write_text(f"gitdir: {project / '.git'}\n", encoding="utf-8")
    elif kind == "alternates":
        git(tmp_path, "clone", "--quiet", "--shared", str(project), str(folder))
    elif kind == "inner":
        folder = project / "inner"
        folder.mkdir()
    assert read_revision(folder) == Revision()


@pytest.mark.parametrize(
    "head",
    [
        "ref: ../../../secret",
        "ref: refs/heads/../../../secret",
        "ref: refs/heads/none",
        "garbage",
        "",
        "ref: refs/heads/a\0b",
    ],
)
def test_a_head_that_leads_nowhere_or_elsewhere(project: Path, head: str) -> None:
    """A reference is followed within the repository only."""
    (project.parent / "secret").write_text("a" * 40, encoding="ascii")
    (project / ".git" / "HEAD").write_text(head, encoding="utf-8")
    assert read_revision(project) == Revision()


@pytest.mark.parametrize("line", ["--output={} refs/heads/x", "{} refs/heads/x", "^main refs/heads/x", " refs/heads/x"])
def test_packed_references_that_are_no_commits(project: Path, line: str) -> None:
    """What is in the place of a commit is no option of git, which could name a file to write."""
    mark = project.parent / "mark"
    (project / ".git" / "HEAD").write_text("ref: refs/heads/x\n", encoding="ascii")
    (project / ".git" / "packed-refs").write_text(f"# pack-refs with: peeled\n{line.format(mark)}\n", encoding="utf-8")
    assert read_revision(project) == Revision()
    assert not mark.exists()


def signed(project: Path) -> None:
    """Make the commit that is checked out a signed one, so that git may want to verify it."""
    content = git(project, "cat-file", "commit", "HEAD")
    head, _blank, message = content.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    text = f"{head}\n{signature}\n\n{message}\n"
    done = subprocess.run(command, cwd=project, input=text, check=True, capture_output=True, text=True)
    git(project, "update-ref", "HEAD", done.stdout.strip())


@pytest.mark.parametrize(
    "setting",
    [
        "[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {}\n",
        "[core]\n\tfsmonitor = {}\n\tpager = {}\n\tsshCommand = {}\n\thooksPath = .\n",
    ],
)
def test_programs_that_its_configuration_names_are_not_run(project: Path, setting: str) -> None:
    """A cloned project's .git/config belongs to whoever wrote it: `git log` in the folder would run the first."""
    mark, program = project.parent / "mark", project.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\n", encoding="utf-8")
    program.chmod(0o755)
    signed(project)
    (project / ".git" / "config").write_text(setting.replace("{}", str(program)), encoding="utf-8")
    assert read_revision(project).last_year == 2023
    assert not mark.exists()
    if "gpg" in setting:
        subprocess.run(["git", "log"], cwd=project, check=False, capture_output=True)
        assert mark.exists()


def test_git_is_not_needed(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reader: str) -> None:
    """Without the program the commit is known all the same, and the years where the history is short."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found = read_revision(project)
    assert len(found.commit) == 40
    assert (found.first_year, found.last_year) == ((2019, 2023) if reader == "read here" else (0, 0))


def test_damaged_objects(project: Path) -> None:
    """The commit that HEAD names, without years."""
    for path in (project / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"x")
    assert read_revision(project).first_year == 0
