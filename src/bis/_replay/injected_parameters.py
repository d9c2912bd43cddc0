"""Values that were set for a notebook's parameters, as far as the record has them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.model.facets import Code


def recorded_parameters(code: Code) -> dict[str, str]:
    """The values by name; of an older record, what the cell assigned that was added to the notebook.

    Parameters
    ----------
    code : Code
        Of the run that is replayed.
    """
    if code.parameters is not None:
        return dict(code.parameters)
    added = [cell.source for cell in code.cells if cell.position is None]
    found = {}
    for source in added:
        try:
            statements = ast.parse(source).body
        except SyntaxError:  # it is not a cell of ours
            continue
        for statement in statements:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                found[statement.targets[0].id] = _text(statement.value)
    return found


def _text(value: ast.expr) -> str:
    """A value as it is given on a command line: a text without its quotes."""
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ast.unparse(value)
