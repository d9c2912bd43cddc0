"""Values that were set for a notebook's parameters, as far as the record has them, and those that can be set."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bis.evidence.archive import read_entries
from bis.model.facets import EntryKind
from bis.notebooks.document import parse_notebook
from bis.notebooks.parameters import check_parameters

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

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


def check_overrides(code: Code, names: Collection[str], archive: Path | None) -> None:
    """Refuse to set what a notebook has no parameters for, before it is replayed in vain.

    Parameters
    ----------
    code : Code
        Of the run that is replayed; only a notebook in a file has parameters to check.
    names : collection of str
        What is to be set.
    archive : Path or None
        The source snapshot; without it nothing is checked.

    Raises
    ------
    UsageError
        The recorded notebook has no such parameters.
    EvidenceDamaged
        The snapshot cannot be read.
    """
    if not names or archive is None or code.kind is not EntryKind.NOTEBOOK:
        return
    for entry in read_entries(archive):
        if entry.name == code.target and isinstance(entry.source, bytes):
            check_parameters(parse_notebook(entry.source, code.target), names, name=code.target)


def _text(value: ast.expr) -> str:
    """A value as it is given on a command line: a text without its quotes."""
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ast.unparse(value)
