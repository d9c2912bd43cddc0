"""Outputs of a cell without what tells of its surroundings."""

from __future__ import annotations

from bis._verify.published.cell_parts import CellParts, ShownValue
from bis._verify.published.told_aside import parts_without
from bis.notebooks.cell_surroundings import SurroundingsReader, ToldSurroundings

VALUES = (ShownValue("execute_result", "5"), ShownValue("display_data", "6"))
PARTS = CellParts(stdout="object id: 5\nmse 3\n", values=VALUES)


def test_values_and_lines() -> None:
    """A value that is one is left out, and a printed one replaced; the others stay."""
    found = parts_without(SurroundingsReader().read("print('object id:', id(x))\nprint('mse', mse)\nid(x)"), PARTS)
    assert [v.text for v in found.values] == ["6"]
    assert found.stdout == "object id: <surroundings>\nmse 3\n"
    assert parts_without(ToldSurroundings(), PARTS) == PARTS
