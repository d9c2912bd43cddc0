"""Clones of real repositories, on this machine."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from bis.corpus.clones import AHEAD, Intake, Ready, clone
from bis.corpus.git_client import GitRunner
from bis.corpus.projects import ProjectSource
from bis.model.project_audit import Problem
from tests.unit.corpus.repositories import git, make_repository


def source_of(folder: Path, commit: str | None = None, name: str = "o/n") -> ProjectSource:
    """The source that a list names by URL."""
    return ProjectSource(name, url=folder.as_uri(), commit=commit)


def problem_of(result: Path | Problem) -> str:
    """What the problem says; it is one."""
    assert isinstance(result, Problem)
    assert (result.file, result.kind) == ("", "clone")
    return result.detail


def test_a_commit_is_cloned_alone(tmp_path: Path) -> None:
    """An old commit is checked out, without the history around it, and nothing unfinished is left beside it."""
    first, _second = make_repository(tmp_path / "r", {"a.py": "1"}, {"a.py": "2"})
    place = clone(source_of(tmp_path / "r", first), tmp_path / "c", timeout_s=60)
    assert isinstance(place, Path)
    assert (place / "a.py").read_text(encoding="utf-8") == "1"
    assert (place / ".git" / "HEAD").read_text(encoding="ascii").strip() == first
    assert git(place, "rev-list", "--all", "HEAD").split() == [first]
    assert [p.name for p in place.parent.iterdir()] == [place.name]


def test_the_default_branch_without_a_commit(tmp_path: Path) -> None:
    """What the repository shows by default is taken."""
    *_rest, last = make_repository(tmp_path / "r", {"a.py": "1"}, {"a.py": "2"})
    place = clone(source_of(tmp_path / "r"), tmp_path / "c", timeout_s=60)
    assert isinstance(place, Path)
    assert (place / ".git" / "HEAD").read_text(encoding="ascii").strip() == last


def test_a_clone_is_made_once(tmp_path: Path) -> None:
    """What is there is used, even when the repository has gone; another commit goes beside it."""
    first, second = make_repository(tmp_path / "r", {"a.py": "1"}, {"a.py": "2"})
    one = clone(source_of(tmp_path / "r", first), tmp_path / "c", timeout_s=60)
    two = clone(source_of(tmp_path / "r", second), tmp_path / "c", timeout_s=60)
    (tmp_path / "r").rename(tmp_path / "gone")
    assert isinstance(one, Path)
    assert isinstance(two, Path)
    assert two.name == f"{one.name}@{second[:12]}"
    assert clone(source_of(tmp_path / "r", first), tmp_path / "c", timeout_s=60) == one
    assert clone(source_of(tmp_path / "r", second), tmp_path / "c", timeout_s=60) == two


def test_an_unfinished_clone_is_begun_anew(tmp_path: Path) -> None:
    """What a killed run left lies under a hidden name, and is not taken for a clone."""
    (commit,) = make_repository(tmp_path / "r", {"a.py": "1"})
    part = tmp_path / "c" / "_elsewhere" / f".o+n@{commit[:12]}.part"
    (part / ".git").mkdir(parents=True)
    (part / ".git" / "index.lock").touch()
    place = clone(source_of(tmp_path / "r", commit), tmp_path / "c", timeout_s=60)
    assert isinstance(place, Path)
    assert not part.exists()


def test_servers_that_do_not_give_any_commit(tmp_path: Path) -> None:
    """The whole history is fetched where a commit on its own is refused."""
    first, _second = make_repository(tmp_path / "r", {"a.py": "1"}, {"a.py": "2"})
    old = GitRunner(("protocol.version=0",))
    place = clone(source_of(tmp_path / "r", first), tmp_path / "c", timeout_s=60, git=old)
    assert isinstance(place, Path), place
    assert (place / "a.py").read_text(encoding="utf-8") == "1"
    assert len(git(place, "rev-list", "--all").split()) == 2


def test_a_commit_that_is_not_there(tmp_path: Path) -> None:
    """It is said, and nothing is left of the attempt."""
    make_repository(tmp_path / "r", {"a.py": "1"})
    said = problem_of(clone(source_of(tmp_path / "r", "1" * 40), tmp_path / "c", timeout_s=60))
    assert said == f"the repository has no commit {'1' * 40}"
    assert list((tmp_path / "c" / "_elsewhere").iterdir()) == []


def test_repositories_that_are_missing_damaged_or_empty(tmp_path: Path) -> None:
    """Each is a problem with git's own words."""
    assert "cannot be fetched" in problem_of(clone(source_of(tmp_path / "none"), tmp_path / "c", timeout_s=60))
    (commit,) = make_repository(tmp_path / "r", {"a.py": "1"})
    for path in (tmp_path / "r" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"damaged")
    assert "cannot be fetched" in problem_of(clone(source_of(tmp_path / "r", commit), tmp_path / "c", timeout_s=60))
    (tmp_path / "e").mkdir()
    git(tmp_path / "e", "init", "--quiet", "--bare")
    assert "cannot be fetched" in problem_of(clone(source_of(tmp_path / "e"), tmp_path / "c", timeout_s=60))


def test_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    """Links become files, filters and large files stay as they are stored, submodules are not fetched."""
    files = {
        ".gitattributes": "*.bin filter=lfs\n*.py filter=evil\n",
        ".gitmodules": f'[submodule "s"]\n\tpath = s\n\turl = {tmp_path / "other"}\n',
        ".lfsconfig": "[lfs]\n\turl = https://example.invalid\n",
        "a.py": "1",
        "b.bin": "version https://git-lfs.github.com/spec/v1\n",
    }
    make_repository(tmp_path / "r", files)
    work = tmp_path / "r.work"
    (work / "passwords").symlink_to("/etc/passwd")
    git(work, "add", "passwords")
    git(work, "commit", "--quiet", "--message", "link")
    git(work, "push", "--quiet", str(tmp_path / "r"), "main")
    place = clone(source_of(tmp_path / "r"), tmp_path / "c", timeout_s=60)
    assert isinstance(place, Path), place
    assert not (place / "passwords").is_symlink()
    assert (place / "passwords").read_text(encoding="utf-8") == "/etc/passwd"
    assert (place / "b.bin").read_text(encoding="utf-8") == files["b.bin"]
    assert not (place / "s").exists()
    assert list((place / ".git").glob("hooks/*")) == []


@pytest.mark.parametrize(
    "url", ["-u/x", "--upload-pack=touch x", "ext::sh -c x", "fd::7", "", "x", "h:-oProxyCommand=x"]
)
def test_addresses_that_git_must_not_see(tmp_path: Path, url: str) -> None:
    """An option or a program in place of an address is refused."""
    assert "is not the URL" in problem_of(clone(ProjectSource("a", url=url), tmp_path, timeout_s=60))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a/./x", "a\0b", "..", "a\\..\\x", "a//b", ""])
def test_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    """Whoever made the source: nothing is written for such a name."""
    make_repository(tmp_path / "r", {"a.py": "1"})
    said = problem_of(clone(source_of(tmp_path / "r", name=name), tmp_path / "c", timeout_s=60))
    assert "leads out of the folder" in said
    assert not (tmp_path / "c").exists()


def test_commits_are_ids_only(tmp_path: Path) -> None:
    """A name of a branch, or an option in place of a commit, is refused."""
    assert "full commit id" in problem_of(clone(source_of(tmp_path, "--help"), tmp_path / "c", timeout_s=60))


def test_long_names(tmp_path: Path) -> None:
    """A name longer than file systems take is shortened, and still its own."""
    make_repository(tmp_path / "r", {"a.py": "1"})
    names = ["/".join(["long" * 20] * 5 + [end]) for end in ("a", "b")]
    places = {clone(source_of(tmp_path / "r", name=name), tmp_path / "c", timeout_s=60) for name in names}
    assert len(places) == 2
    assert all(isinstance(p, Path) for p in places)


def test_something_else_in_the_way(tmp_path: Path) -> None:
    """A folder that is not a clone is left alone."""
    (commit,) = make_repository(tmp_path / "r", {"a.py": "1"})
    for name in ("o+n", f"o+n@{commit[:12]}"):
        (tmp_path / "c" / "_elsewhere" / name / "mine").mkdir(parents=True)
    said = problem_of(clone(source_of(tmp_path / "r", commit), tmp_path / "c", timeout_s=60))
    assert "is in the way" in said


def test_the_intake_gives_what_is_ready(tmp_path: Path) -> None:
    """Folders come at once, clones when they are made; a failing one is a problem; the end is told."""
    make_repository(tmp_path / "r", {"a.py": "1"})
    sources = [
        source_of(tmp_path / "r", name="cloned"),
        source_of(tmp_path / "none", name="missing"),
        ProjectSource("here", folder=tmp_path),
    ]
    woken = threading.Semaphore(0)
    intake = Intake(iter(sources), tmp_path / "c", timeout_s=60, wake=woken.release)
    found: dict[str, Ready] = {}
    while not intake.ended:
        ready = intake.take()
        if ready is not None:
            found[ready.source.name] = ready
        elif not intake.ended:
            assert woken.acquire(timeout=30)
    intake.close()
    assert next(iter(found)) == "here"
    assert isinstance(found["cloned"].folder, Path)
    assert isinstance(found["missing"].folder, Problem)


def test_the_intake_reads_no_further_than_needed(tmp_path: Path) -> None:
    """A list of any length is held in memory a few entries at a time."""
    asked = []

    def endless() -> object:
        while True:
            asked.append(1)
            yield ProjectSource(f"n{len(asked)}", url=(tmp_path / "none").as_uri())

    intake = Intake(endless(), tmp_path / "c", timeout_s=60, wake=lambda: None)  # type: ignore[arg-type]  # endless
    for _time in range(50):
        intake.take()
        time.sleep(0.002)
    taken = len(asked)
    intake.close()
    assert taken <= 50 + AHEAD
