"""Values that were set for a notebook's parameters, read from records old and new."""

from __future__ import annotations

import pytest

from bis._replay.injected_parameters import recorded_parameters
from bis.model.facets import Cell, Code, EntryKind, Status

CELLS = (
    Cell(0, "msg = 'default'", 0),
    Cell(1, "# Parameters set by bis\nmsg = 'it\\'s'\nn = 3\nx = float('nan')\nl = [1, 'a']", None),
    Cell(2, "y = 9", 1),
)


def code(cells: tuple[Cell, ...] = (), parameters: dict[str, str] | None = None) -> Code:
    """Of a notebook."""
    return Code(Status.RECORDED, kind=EntryKind.NOTEBOOK, target="a.ipynb", cells=cells, parameters=parameters)


def test_what_is_recorded_counts() -> None:
    """Also that nothing was set."""
    assert recorded_parameters(code(CELLS, {"msg": "hello"})) == {"msg": "hello"}
    assert recorded_parameters(code(CELLS, {})) == {}


def test_older_records_have_the_cell_that_was_added() -> None:
    """Texts without their quotes, as they are given on a command line."""
    assert recorded_parameters(code(CELLS)) == {"msg": "it's", "n": "3", "x": "float('nan')", "l": "[1, 'a']"}
    assert recorded_parameters(code(CELLS[:1])) == {}


@pytest.mark.parametrize("source", ["(", "a, b = 1, 2\nprint(1)", ""])
def test_other_cells_are_passed_over(source: str) -> None:
    """Whatever is in them."""
    assert recorded_parameters(code((Cell(0, source, None),))) == {}
