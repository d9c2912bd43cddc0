"""Values that were set for a notebook's parameters, read from records old and new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis._replay.injected_parameters import check_overrides, recorded_parameters
from bis.errors import UsageError
from bis.evidence.archive import ArchiveEntry, pack
from bis.model.facets import Cell, Code, EntryKind, Status

if TYPE_CHECKING:
    from pathlib import Path

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


def archive_of(tmp_path: Path, tags: list[str]) -> Path:
    """A snapshot of a notebook whose only cell, with these tags, assigns two names."""
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {"tags": tags},
        "execution_count": None,
        "outputs": [],
        "source": "a = b = 1",
    }
    text = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]})
    path = tmp_path / "source.tar.gz"
    path.write_bytes(pack((ArchiveEntry("a.ipynb", text.encode()),)).content)
    return path


def test_what_a_notebook_has_no_parameter_for_is_refused(tmp_path: Path) -> None:
    """The ones that it has are named; a notebook without any says what to do."""
    archive = archive_of(tmp_path, ["parameters"])
    check_overrides(code(), ["a", "b"], archive)
    with pytest.raises(UsageError, match=r"a\.ipynb has no parameter c; its parameters are: a, b"):
        check_overrides(code(), ["a", "c"], archive)
    with pytest.raises(UsageError, match="no cell tagged `parameters`, so a cannot be set"):
        check_overrides(code(), ["a"], archive_of(tmp_path, []))


def test_where_there_is_nothing_to_check_nothing_is_refused(tmp_path: Path) -> None:
    """A script takes any argument; without a snapshot the parameters are not known."""
    script = Code(Status.RECORDED, kind=EntryKind.SCRIPT, target="a.py")
    check_overrides(script, ["c"], archive_of(tmp_path, ["parameters"]))
    check_overrides(code(), ["c"], None)
    check_overrides(code(), [], archive_of(tmp_path, []))
