"""Which cells of a saved notebook were executed."""

from __future__ import annotations

import json

import pytest

from bis._audit.rules.cells_never_executed import check
from tests.unit._audit.small_projects import analysed, notebook


def told(*counts: int | None, outputs: tuple[int, ...] = (), comments: tuple[int, ...] = ()) -> list[int]:
    """The first cells that are said to have been skipped, in a notebook of cells with these numbers."""
    cells = ["# a comment" if i in comments else f"x = {i}" for i in range(len(counts))]
    document = json.loads(notebook(*cells, counts=counts))
    for index in outputs:
        document["cells"][index]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    return [finding.place.cell for finding in check(analysed({"a.ipynb": json.dumps(document)}))]


@pytest.mark.parametrize(
    ("counts", "outputs"),
    [
        ((1, None, 3), (1,)),
        ((1, None, 3), ()),
        ((4, None, 5, 6), (1,)),
        ((1, None, None, 4, 5), ()),
        ((None, 2, None, 4), ()),
        ((7, None, 9, 10, None), ()),
        ((None, None), (1,)),
    ],
)
def test_cells_that_were_executed_though_they_have_no_number(
    counts: tuple[int | None, ...], outputs: tuple[int, ...]
) -> None:
    """They have an output, or theirs are the numbers that are missing."""
    assert told(*counts, outputs=outputs) == []


@pytest.mark.parametrize(
    ("counts", "first"),
    [
        ((1, None, 2), 1),
        ((1, None, None, 3), 1),
        ((5, None, 9), 1),
        ((1, 2, None, 3, None, 5), 2),
        ((3, None, 1), 1),
        ((None, 1, 2), 0),
    ],
)
def test_cells_that_were_skipped(counts: tuple[int | None, ...], first: int) -> None:
    """Fewer numbers are missing, or more: cells were executed again, or in another order."""
    assert told(*counts) == [first]


def test_an_executed_comment_may_take_a_number() -> None:
    """With one cell of code and one comment, one or two numbers are missing."""
    assert told(1, None, None, 3, comments=(1,)) == []
    assert told(1, None, None, 4, comments=(1,)) == []
    assert told(1, None, None, 2, comments=(1,)) == [2]


def test_where_numbers_were_lost_nothing_is_known() -> None:
    """Most cells with outputs have none; of a few, a tool has edited the cell."""
    assert told(1, None, None, None, 2, outputs=(2, 3)) == []
    assert told(1, None, None, 2, 3, outputs=(2,)) == [1]


@pytest.mark.parametrize(
    ("counts", "outputs", "first"),
    [
        ((0, 1, 11, 1, 2, 0, 10, 9, 0, 0, 0), (8, 9), []),
        ((1, 0, 0, 2, 3), (2,), []),
        ((1, None, 0, 2, 3), (2,), [1]),
        ((1, 0, 2), (0,), [1]),
    ],
)
def test_a_number_0_says_nothing_where_a_cell_with_it_has_an_output(
    counts: tuple[int | None, ...], outputs: tuple[int, ...], first: list[int]
) -> None:
    """As Databricks writes it; a cell without a number beside them, and a 0 that no output belies, were skipped."""
    assert told(*counts, outputs=outputs) == first


def test_an_empty_cell_with_an_output_shows_what_a_number_0_means() -> None:
    """As one of Databricks that was emptied after it was executed."""
    assert told(1, 0, 2, 0, outputs=(3,), comments=(3,)) == []
