"""What a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._try.obtaining import asked_project, folder_name, is_bare, is_bundle
from bis.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "name", "url", "revision"),
    [
        ("owner/name", "owner/name", "https://github.com/owner/name", ""),
        (f"owner/name@{_COMMIT}", "owner/name", "https://github.com/owner/name", _COMMIT),
        ("https://host/a/b@v1.2", "host/a/b", "https://host/a/b", "v1.2"),
        ("git@host.org:a/b", "host.org/a/b", "git@host.org:a/b", ""),
        (f"git@host.org:a/b@{_COMMIT}", "host.org/a/b", "git@host.org:a/b", _COMMIT),
    ],
)
def test_addresses_with_and_without_a_revision(text: str, name: str, url: str, revision: str, tmp_path: Path) -> None:
    """After the last ``@``, but for that of an address with a user."""
    found = asked_project(text, base=tmp_path)
    assert (found.name, found.url, found.revision, found.path) == (name, url, revision, None)


def test_folders_and_files_here_come_first(tmp_path: Path) -> None:
    """With a revision or without."""
    (tmp_path / "a@b").mkdir()
    (tmp_path / "p").mkdir()
    assert asked_project("a@b", base=tmp_path).path == (tmp_path / "a@b").resolve()
    found = asked_project("p@main", base=tmp_path)
    assert (found.path, found.revision) == ((tmp_path / "p").resolve(), "main")


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    """With what would be understood."""
    with pytest.raises(UsageError, match="neither a folder"):
        asked_project("no such thing", base=tmp_path)


@pytest.mark.parametrize(
    "text", ["/no/such/folder", "/no/such@v1", "./gone", "../gone", "~/gone", "gone.bundle", r"C:\gone", "c:/gone"]
)
def test_a_path_that_is_not_there_is_no_address(text: str, tmp_path: Path) -> None:
    """It is named as it was typed."""
    with pytest.raises(UsageError, match="neither a folder nor a git bundle on this machine") as refused:
        asked_project(text, base=tmp_path)
    assert repr(text) in refused.value.message


def test_kinds_of_git_repositories(tmp_path: Path) -> None:
    """A bundle by its first line, a bare repository by its folders."""
    (tmp_path / "x").write_bytes(b"# v2 git bundle\n")
    assert is_bundle(tmp_path / "x")
    assert not is_bundle(tmp_path / "missing")
    for part in ("objects", "refs"):
        (tmp_path / "bare" / part).mkdir(parents=True)
    (tmp_path / "bare" / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
    assert is_bare(tmp_path / "bare")
    assert not is_bare(tmp_path)


def test_names_of_folders() -> None:
    """Nothing leads out of the folder of results."""
    assert folder_name("owner/name") == "owner-name"
    assert folder_name("../..") == "project"
