"""Commits read without git: what is read is what git says, and what cannot be read is left to git."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from bis._audit.files.commit_objects import MOST_COMMITS, commit_times
from tests.unit.corpus.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = "a message that is long enough for git to store the commits as differences to each other\n" * 4


def history(folder: Path, count: int, *settings: str) -> Path:
    """A repository with so many commits, one a day from 2001-09-09 on, and a merge in the middle."""
    git(folder.parent, "init", "--quiet", *settings, str(folder))
    lines = []
    for number in range(1, count + 1):
        lines.append(f"commit refs/heads/main\nmark :{number}")
        lines.append(f"committer A B <a@example.org> {1_000_000_000 + 86_400 * number} +0200")
        lines.append(f"data {len(MESSAGE) + 3}\n{number:03}{MESSAGE}")
        if number > 4 and number == count // 2:
            lines.append(f"from :{number - 1}\nmerge :{number - 3}")
    text = "\n".join(lines) + "\n"
    command = ["git", "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"]
    subprocess.run(command, cwd=folder, input=text, text=True, check=True)
    return folder


def asked(folder: Path, commit: str = "main") -> list[int]:
    """What git says."""
    return sorted(int(t) for t in git(folder, "log", "--format=%ct", commit).split())


def read(folder: Path, commit: str = "main", ends: tuple[str, ...] = ()) -> list[int] | None:
    """What is read without it."""
    found = commit_times(folder / ".git" / "objects", git(folder, "rev-parse", commit), ends)
    return None if found is None else sorted(found)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose commits are in a pack, as they were imported."""
    return history(tmp_path / "r", 40)


def test_commits_in_a_pack(repository: Path) -> None:
    """All that lead to the one that is asked for."""
    assert len(read(repository) or []) == 40
    assert read(repository) == asked(repository)
    assert read(repository, "main~30") == asked(repository, "main~30")


def test_commits_in_files_of_their_own(repository: Path) -> None:
    """As a fresh commit is, beside those in a pack."""
    git(repository, "config", "gc.auto", "0")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    git(repository, "checkout", "--quiet", "main")
    git(repository, *who, "commit", "--quiet", "--allow-empty", "--message", "new")
    assert len(read(repository) or []) == 41
    assert read(repository) == asked(repository)


@pytest.mark.parametrize("base", ["--delta-base-offset", "--no-delta-base-offset"])
def test_commits_that_are_differences_to_others(repository: Path, base: str) -> None:
    """By the place of the other one in the pack, or by its name."""
    offset = "true" if base == "--delta-base-offset" else "false"
    git(repository, "-c", f"repack.useDeltaBaseOffset={offset}", "repack", "-adfq", "--depth=50", "--window=50")
    (pack,) = (repository / ".git" / "objects" / "pack").glob("*.idx")
    rows = [line.split() for line in git(repository, "verify-pack", "--verbose", str(pack)).splitlines()]
    assert any(len(row) == 7 and row[1] == "commit" for row in rows)
    assert read(repository) == asked(repository)


def test_ids_of_256_bits(tmp_path: Path) -> None:
    """The newer kind of repositories."""
    folder = history(tmp_path / "r", 5, "--object-format=sha256")
    assert read(folder) == asked(folder)


def test_where_a_shallow_clone_ends(repository: Path, tmp_path: Path) -> None:
    """The parents of its last commits are not there, and not looked for."""
    git(tmp_path, "clone", "--quiet", "--depth", "3", "--branch", "main", repository.as_uri(), "s")
    ends = tuple((tmp_path / "s" / ".git" / "shallow").read_text(encoding="ascii").split())
    assert read(tmp_path / "s", ends=ends) == asked(tmp_path / "s")
    assert read(tmp_path / "s") is None


def test_long_histories_are_left_to_git(tmp_path: Path) -> None:
    """It is the faster one for them."""
    assert len(read(history(tmp_path / "r", MOST_COMMITS)) or []) == MOST_COMMITS
    assert read(history(tmp_path / "long", MOST_COMMITS + 1)) is None


@pytest.mark.parametrize("suffix", [".idx", ".pack"])
@pytest.mark.parametrize("damage", ["empty", "cut", "other", "link", "gone"])
def test_what_is_damaged_is_left_to_git(repository: Path, suffix: str, damage: str) -> None:
    """Nothing is raised, and no wrong time is given."""
    head = git(repository, "rev-parse", "main")
    (path,) = (repository / ".git" / "objects" / "pack").glob(f"*{suffix}")
    content = path.read_bytes()
    path.unlink()
    if damage == "link":
        (repository / "elsewhere").write_bytes(content)
        path.symlink_to(repository / "elsewhere")
    elif damage != "gone":
        changed = bytes(byte ^ 0x55 for byte in content[1100:])
        made = {"empty": b"", "cut": content[:1100], "other": content[:1100] + changed}
        path.write_bytes(made[damage])
    assert commit_times(repository / ".git" / "objects", head) is None


def test_bytes_that_are_wrong_anywhere(repository: Path) -> None:
    """Each commit is checked against its name: a single bit makes git the one that is asked."""
    head, right = git(repository, "rev-parse", "main"), asked(repository)
    (path,) = (repository / ".git" / "objects" / "pack").glob("*.pack")
    content = path.read_bytes()
    path.chmod(0o644)
    for place in range(12, len(content) - 20, 37):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        found = commit_times(repository / ".git" / "objects", head)
        assert found is None or sorted(found) == right


@pytest.mark.parametrize(
    ("old", "new", "known"),
    [("A B <", "<", True), (" +0200\n\n", " here\n\n", False), ("> 1", "> -1", False), ("author ", "by ", False)],
)
def test_a_commit_of_an_unusual_form(repository: Path, old: str, new: str, known: bool) -> None:
    """Without a name, with a time before 1970 or without a zone: git has rules for each."""
    content = git(repository, "cat-file", "commit", "main")
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    changed = content.replace(old, new)
    assert changed != content
    done = subprocess.run(command, cwd=repository, input=changed, check=True, capture_output=True, text=True)
    assert read(repository, done.stdout.strip()) == (asked(repository, done.stdout.strip()) if known else None)


def test_no_repository(tmp_path: Path) -> None:
    """Nothing is raised where there is nothing."""
    assert commit_times(tmp_path / "objects", "0" * 40) is None
    os.mkfifo(tmp_path / "pack")
    assert commit_times(tmp_path, "0" * 40) is None
