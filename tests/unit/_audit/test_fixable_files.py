"""What edits make of texts, and which of them go together."""

from __future__ import annotations

import pytest

from bis._audit.fixable_files import Lines, compatible, edited
from bis.model.project_audit import Confidence, Edit, Finding, Place, Severity


def edit(line: int, column: int, end: int, text: str, cell: int = -1) -> Edit:
    """An edit within one line."""
    return Edit(Place("a.py", cell, line, column, line, end), text)


def finding(*edits: Edit) -> Finding:
    """A finding with edits."""
    return Finding("BIS999", "x", "x", edits[0].place, Severity.NOTE, Confidence.HIGH, edits)


def test_places_are_offsets_and_back() -> None:
    """Lines and columns count from 1; the line after the last is the end of the text."""
    lines = Lines("ab\n\nc")
    assert [lines.place(offset) for offset in range(5)] == [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1)]
    assert [lines.offset(*lines.place(offset)) for offset in range(5)] == list(range(5))
    assert (len(lines), lines.offset(4, 1), lines.offset(3, 9)) == (3, 5, 5)


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        ([edit(1, 5, 6, "10"), edit(2, 5, 6, "20")], "x = 10\ny = 20\n"),
        ([edit(2, 1, 1, "a = 0\n"), edit(1, 5, 6, "3")], "x = 3\na = 0\ny = 2\n"),
        ([edit(1, 1, 1, "b = 1\n"), edit(3, 1, 1, "z = 3\n")], "b = 1\nx = 1\ny = 2\nz = 3\n"),
        ([edit(1, 1, 4, "z"), edit(1, 3, 6, "w")], None),
        ([edit(1, 5, 6, "(")], None),
        ([edit(9, 1, 1, "z")], None),
    ],
)
def test_edits_of_a_text(edits: list[Edit], after: str | None) -> None:
    """In whatever order they are given; none where they overlap, lie outside, or the result is not Python."""
    assert edited("x = 1\ny = 2\n", edits) == after


def test_edits_that_overlap_are_not_made_together() -> None:
    """The first of them is; touching is not overlapping, the same place is; cells are apart."""
    given = [
        finding(edit(1, 5, 9, "a")),
        finding(edit(1, 9, 9, "b")),
        finding(edit(1, 9, 9, "c")),
        finding(edit(1, 1, 5, "d"), edit(2, 1, 2, "e")),
        finding(edit(1, 8, 12, "f")),
        finding(edit(2, 1, 3, "g")),
        finding(edit(1, 6, 7, "h", cell=2)),
    ]
    chosen = compatible(given)
    assert [one.edits[0].text for one in chosen] == ["a", "b", "d", "h"]
