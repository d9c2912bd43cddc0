"""The outputs of a cell without what tells of its surroundings, by its source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis._verify.published.cell_parts import CellParts
    from bis.notebooks.cell_surroundings import ToldSurroundings


def parts_without(told: ToldSurroundings, parts: CellParts) -> CellParts:
    """The parts with a placeholder for what tells of the surroundings; a value that does so is left out."""
    values = parts.values
    if told.value:
        values = tuple(v for v in values if v.kind != "execute_result")
    return replace(parts, stdout=told.without(parts.stdout), stderr=told.without(parts.stderr), values=values)
