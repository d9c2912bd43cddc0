"""Findings that comments silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import Module
from bis._audit.suppression import divide
from bis.model.project_audit import Confidence, Finding, Place, Severity

if TYPE_CHECKING:
    from bis._audit.parsing.suppression_comments import Ignores


def finding(code: str, line: int, *, file: str = "a.py", cell: int = -1, end_line: int = 0) -> Finding:
    """A finding at a line."""
    return Finding(code, "x", "message", Place(file, cell, line, 1, end_line), Severity.WARNING, Confidence.HIGH)


def divided(ignores: Ignores, *findings: Finding) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Code and line of what stands and of what is silenced."""
    stand, silenced = divide(findings, [Module(file="a.py", ignores=ignores), Module(file="b.py")])
    return [(f.code, f.place.line) for f in stand], [(f.code, f.place.line) for f in silenced]


def test_a_comment_silences_what_it_names_on_its_line() -> None:
    """Other lines, rules and files stand."""
    found = divided(
        {(-1, 2): (("BIS101",), "")},
        finding("BIS101", 2), finding("BIS102", 2), finding("BIS101", 3), finding("BIS101", 2, file="b.py"),
    )  # fmt: skip
    assert found == ([("BIS102", 2), ("BIS101", 3), ("BIS101", 2)], [("BIS101", 2)])


def test_a_comment_without_codes_silences_all_of_its_line() -> None:
    """One comment, several findings."""
    assert divided({(-1, 2): ((), "")}, finding("BIS101", 2), finding("BIS102", 2))[1] == [("BIS101", 2), ("BIS102", 2)]


def test_a_comment_on_any_line_of_a_statement_counts() -> None:
    """A call over several lines is silenced where the comment fits."""
    assert divided({(-1, 4): (("BIS101",), "")}, finding("BIS101", 2, end_line=5)) == ([], [("BIS101", 2)])


def test_cells_are_told_apart() -> None:
    """A line of one cell is not that of another; a file's comment holds in all of them."""
    both = (finding("BIS101", 1, cell=0), finding("BIS101", 1, cell=2))
    assert divided({(2, 1): ((), "")}, *both) == ([("BIS101", 1)], [("BIS101", 1)])
    assert divided({(0, 0): (("BIS101",), "")}, *both)[0] == []


def test_a_comment_that_silences_nothing_is_a_finding() -> None:
    """It says what it was for; that of a file stands at its first line."""
    stand, _silenced = divide(
        [], [Module(file="a.py", ignores={(-1, 3): (("BIS101", "BIS102"), ""), (-1, 0): ((), "")})]
    )
    assert [(f.code, f.place.line) for f in stand] == [("BIS002", 3), ("BIS002", 1)]
    assert "BIS101, BIS102" in stand[0].message
    assert "any rule" in stand[1].message
