"""Magics of a cell, in Python."""

from __future__ import annotations

import pytest

from bis._audit.parsing.cell_magics import MOST_CHARACTERS, may_have_magics, separated, too_long


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("%env A=b c", "os.environ['A'] = 'b c'"),
        ("%set_env A b", "os.environ['A'] = 'b'"),
        ("  %cd /data", "  os.chdir('/data')"),
        ('%cd "/my data"', "os.chdir('/my data')"),
        ("%time x = f(1)", "0    ;x = f(1)"),
        ("%timeit -n 3 f(1)", "0           ;f(1)"),
        # what IPython fills in, what stays in the folder, what only asks, what is not Python
        ("%env A={b}", "pass"),
        ("%env A=$b", "pass"),
        ("%env A", "pass"),
        ("%cd data", "pass"),
        ("%time f(", "pass"),
        ("%matplotlib inline", "pass"),
        ("!ls", "pass"),
        ("x = %env A", "x = None"),
    ],
)
def test_magics_of_one_line(text: str, python: str) -> None:
    """What they do, where that is known; a statement keeps its column."""
    assert separated(f"{text}\ny = 1")[0] == f"{python}\ny = 1"


def test_a_magic_that_governs_a_cell_of_python() -> None:
    """It is named, the first of several; lines stay where they are."""
    python, name, magics = separated("%%capture\n%%time\n!ls\nx = 1")
    assert (python, name) == ("\n\npass\nx = 1", "capture")
    assert [(one.first, one.text) for one in magics] == [(2, "ls")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x = 1", False), ("x = 5 % 2", False), ("%time x", True), ("!ls", True), ("x?", True), ("ls data", True)],
)
def test_most_cells_have_none(text: str, expected: bool) -> None:
    """Those are spared the work."""
    assert may_have_magics(text) is expected


def test_cells_that_nobody_writes() -> None:
    """Long ones, and those with which taking magics apart would not end."""
    assert too_long("x = 1\n" * 1000) == ""
    assert too_long("x" * (MOST_CHARACTERS + 1)) != ""
    assert too_long("# \\\n" * 5000) != ""
