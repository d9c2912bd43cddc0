from __future__ import annotations

import ast

import pytest

from bis._audit.parsing.indented_cells import cell_tree
from bis._audit.parsing.reading import read_module
from bis._audit.parsing.syntax_trees import Fault
from tests.unit._audit.small_projects import notebook, script


def _places(text: str) -> list[tuple[int, int, int]]:
    """Line, column and last column of each call of a cell, from 1."""
    module = read_module(notebook(text).encode(), is_notebook=True)
    return [(call.line, call.column, call.end_column) for call in module.calls]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (" df.head()", [(1, 2, 11)]),
        ("\n \n\tfor x in y:\n\t    f(x)\n\tg(x)", [(4, 6, 10), (5, 2, 6)]),
        ("    # a comment\n    f(x)", [(2, 5, 9)]),
        ("%%time\n  f(x)", [(2, 3, 7)]),
        ("  f(x)\n  !ls", [(1, 3, 7)]),
        (" f('é', g(x))", [(1, 9, 13), (1, 2, 14)]),
        ("  f(1)\ng(2)", [(1, 3, 7), (2, 1, 5)]),  # IPython leaves other lines as they are
        ("  f(f'''{a}\n  {g(1)}''')", [(2, 4, 8), (1, 3, 13)]),
    ],
)
def test_cells_that_begin_with_blanks_are_read(text: str, places: list[tuple[int, int, int]]) -> None:
    """IPython takes the first line's indentation off; places are those of the text as it is written."""
    assert sorted(_places(text)) == sorted(places)


def test_what_is_indented_elsewhere_is_no_python() -> None:
    """A line below one that is not indented, one that is cut too far, and a script: IPython and Python refuse them."""
    assert isinstance(cell_tree("# a\n  f(x)"), Fault)
    assert isinstance(cell_tree("  for x in y:\nf(x)"), Fault)
    assert isinstance(cell_tree("  f("), Fault)
    assert script("  f(x)\n").calls == ()
    assert isinstance(cell_tree("\n \n"), ast.Module)
