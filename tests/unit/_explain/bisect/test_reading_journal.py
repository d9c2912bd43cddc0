"""The journal of a bisection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._explain.bisect.reading_journal import ReadingJournal
from bis.errors import StorageError
from tests.unit._explain.bisect.fake_source import reading

if TYPE_CHECKING:
    from pathlib import Path


def test_replays_are_found_again(tmp_path: Path) -> None:
    """By the key of their trial, in their order, and as they were."""
    first, second = reading(0.25), reading(0.0, failure="exception KeyError")
    journal = ReadingJournal(tmp_path / "folder" / "r.jsonl")
    journal.add("a", first)
    journal.add("a", second)
    journal.add("b", reading(1.0))
    again = ReadingJournal(tmp_path / "folder" / "r.jsonl")
    assert again.readings("a") == (first, second)
    assert again.readings("c") == ()


def test_a_line_that_was_cut_off(tmp_path: Path) -> None:
    """A kill loses the line that was being written, and nothing else; what comes next is a line of its own."""
    path = tmp_path / "r.jsonl"
    journal = ReadingJournal(path)
    journal.add("a", reading(0.25))
    journal.add("a", reading(0.5))
    path.write_text(path.read_text()[:-20])
    again = ReadingJournal(path)
    assert len(again.readings("a")) == 1
    again.add("a", reading(0.75))
    assert [r.items["|metric|score"].replayed for r in ReadingJournal(path).readings("a")] == ["0.25", "0.75"]


def test_lines_of_others_are_passed_over(tmp_path: Path) -> None:
    """Of another version, or no JSON."""
    path = tmp_path / "r.jsonl"
    path.write_text('{"format": 99, "key": "a", "reading": {}}\nnonsense\n[]\n{"format": 1, "key": "a"}\n')
    assert ReadingJournal(path).readings("a") == ()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Is an error before anything is replayed."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be kept"):
        ReadingJournal(tmp_path / "file" / "r.jsonl")
