"""Copies of files before the program changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.carried_files import FOLDER, MAX_FILE_BYTES, MAX_TOTAL_BYTES, SMALL_BYTES, CarriedFiles

if TYPE_CHECKING:
    from pathlib import Path


class Noted:
    """Copies of files in `tmp_path`, and the events about them."""

    def __init__(self, tmp_path: Path, total_bytes: int = MAX_TOTAL_BYTES) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        spool, project = tmp_path / "spool", tmp_path / "p"
        self.copies = CarriedFiles(str(spool), str(project), self._note, total_bytes=total_bytes)

    def _note(self, kind: str, **facts: Any) -> None:
        self.events.append((kind, facts))

    def keep(self, path: Path, mode: str = "w", *, was_read: bool = False, is_main: bool = True) -> None:
        """Say that a file is about to be changed."""
        self.copies.keep(str(path), mode, path.stat(), was_read=was_read, is_main=is_main)


@pytest.fixture
def noted(tmp_path: Path) -> Noted:
    """No copy yet."""
    return Noted(tmp_path)


def sized(path: Path, size: int) -> Path:
    """A file of this many bytes, which takes no room."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_a_copy_has_the_content_before_the_change(noted: Noted, tmp_path: Path) -> None:
    """It stays what it is when the file is written."""
    path = tmp_path / "counter.txt"
    path.write_text("3")
    noted.keep(path, was_read=True)
    path.write_text("4")
    ((kind, facts),) = noted.events
    assert (kind, facts["path"], facts["size"], facts["mode"]) == ("kept", str(path), 1, "w")
    assert (tmp_path / "spool" / FOLDER / facts["copy"]).read_text() == "3"


@pytest.mark.parametrize(
    ("mode", "options", "kept"),
    [
        ("w", {}, False),
        ("w", {"was_read": True}, True),
        ("a", {}, True),
        ("r+", {}, True),
        ("db", {}, True),
        ("w", {"is_main": False}, True),
    ],
)
def test_what_was_not_read_is_kept_where_it_is_small(
    noted: Noted, tmp_path: Path, mode: str, options: dict[str, bool], *, kept: bool
) -> None:
    """A larger file is kept only if it may have been read: before, through this opening, or by another process."""
    noted.keep(sized(tmp_path / "p" / "big", SMALL_BYTES + 1), mode, **options)
    noted.keep(sized(tmp_path / "p" / "small", SMALL_BYTES), mode, **options)
    assert [facts["path"].rpartition("/")[2] for _, facts in noted.events] == ["big", "small"][not kept :]


def test_a_child_s_file_elsewhere_is_no_state_of_the_project(noted: Noted, tmp_path: Path) -> None:
    """Only in the project may another process have read it."""
    noted.keep(sized(tmp_path / "q" / "big", SMALL_BYTES + 1), is_main=False)
    assert noted.events == []


def test_caches_of_libraries_are_not_copied(noted: Noted, tmp_path: Path) -> None:
    """A replay leaves them as they are; the project itself may lie in a hidden folder."""
    (tmp_path / ".lib").mkdir()
    noted.keep(sized(tmp_path / ".lib" / "history.sqlite", SMALL_BYTES + 1), "db")
    noted.keep(sized(tmp_path / "p" / ".state", SMALL_BYTES + 1), "db")
    assert [facts["path"].rpartition("/")[2] for _, facts in noted.events] == [".state"]


def test_limits_are_told(tmp_path: Path) -> None:
    """What is too large, what there is no room for, and what cannot be read are named with the reason."""
    noted = Noted(tmp_path, total_bytes=10)
    noted.keep(sized(tmp_path / "large", MAX_FILE_BYTES + 1), "a")
    noted.keep(sized(tmp_path / "full", 11), "a")
    gone = sized(tmp_path / "gone", 1)
    status = gone.stat()
    gone.unlink()
    noted.copies.keep(str(gone), "a", status, was_read=True, is_main=True)
    assert [(kind, facts["why"]) for kind, facts in noted.events] == [
        ("unkept", "large"),
        ("unkept", "full"),
        ("unkept", "failed"),
    ]
