"""Audit events that change files: which paths, and how."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.path_events import GONE, MADE, MOVED, changes, database_path, listing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "path", "writable"),
    [
        ("a.db", "a.db", True),
        (b"a.db", "a.db", True),
        ("", "", False),
        (":memory:", "", False),
        ("file::memory:?cache=shared", "", False),
        ("file:shared?mode=memory&cache=shared", "", False),
        ("file:a.db", "a.db", True),
        ("file:a.db?mode=ro", "a.db", False),
        ("file:/data/a.db?immutable=1", "/data/a.db", False),
        ("file:///data/a%20b.db?mode=rwc#x", "/data/a b.db", True),
        ("file://localhost/data/a.db", "/data/a.db", True),
        (7, "", False),
    ],
)
def test_the_file_of_a_database(name: Any, path: str, *, writable: bool) -> None:
    """Names and addresses of SQLite, with those that are in memory and those that may not be written."""
    assert database_path(name) == (path, writable)


def test_a_database_is_its_file_and_what_was_left_beside_it(tmp_path: Path) -> None:
    """A log that was not merged yet belongs to the content."""
    database = str(tmp_path / "a.db")
    assert changes("sqlite3.connect", (database,)) == [(database, "db")]
    (tmp_path / "a.db-wal").write_bytes(b"1")
    assert changes("sqlite3.connect", (database,)) == [(database, "db"), (f"{database}-wal", "db")]
    assert changes("sqlite3.connect", (f"file:{database}?mode=ro",)) == [(database, "r")]
    assert changes("sqlite3.connect", (":memory:",)) == []


def test_a_rename_changes_both_places(tmp_path: Path) -> None:
    """A file is taken from one place and replaces another; a folder goes with all that is in it."""
    file, folder = tmp_path / "f", tmp_path / "d"
    file.write_bytes(b"")
    folder.mkdir()
    assert changes("os.rename", (file, "g", -1, -1)) == [(str(file), "w"), ("g", "w")]
    assert changes("os.rename", (str(folder), "e", -1, -1)) == [(str(folder), MOVED), ("e", MADE)]


def test_what_goes_and_what_is_made() -> None:
    """Removed and truncated files count as written, folders as made and gone; descriptors are no paths."""
    assert changes("os.remove", ("f", -1)) == [("f", "w")]
    assert changes("os.rmdir", ("d", -1)) == [("d", GONE)]
    assert changes("os.mkdir", ("d", 0o777, -1)) == [("d", MADE)]
    assert changes("os.truncate", ("f", 0)) == [("f", "r+")]
    assert changes("os.truncate", (3, 0)) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")  # noqa: PTH112
def test_a_path_may_be_relative_to_an_open_folder(tmp_path: Path) -> None:
    """As `shutil.rmtree` removes files."""
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert changes("os.remove", ("f", folder)) == [(str(tmp_path / "f"), "w")]
        assert changes("os.remove", ("/abs", folder)) == [("/abs", "w")]
    finally:
        os.close(folder)
    assert changes("os.remove", ("f", folder)) == [("", "w")]


def test_what_is_in_a_folder(tmp_path: Path) -> None:
    """Files and folders apart; no list of too many, nor of what is no folder."""
    (tmp_path / "d").mkdir()
    (tmp_path / "f").write_bytes(b"")
    assert listing(str(tmp_path), 2) == (["f"], ["d"])
    assert listing(str(tmp_path), 1) is None
    assert listing(str(tmp_path / "f"), 1) is None
