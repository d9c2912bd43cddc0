"""Notebook parameters by papermill's convention: a cell tagged ``parameters``, and one injected after it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bis.errors import UsageError
from bis.notebooks.cell_syntax import parse_cell, parse_python
from bis.notebooks.extra import require

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bis.notebooks.document import NotebookNode

DECLARED = "parameters"
INJECTED = "injected-parameters"


def parameter_names(notebook: NotebookNode) -> dict[str, str]:
    """Names assigned in the cell tagged ``parameters``, with their default as source text."""
    return {name: ast.unparse(value) for name, value in _defaults(notebook).items()}


def inject_parameters(notebook: NotebookNode, values: Mapping[str, str | object], *, name: str) -> int | None:
    """Put a cell that assigns `values` after the cell tagged ``parameters``, in place.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    values : mapping
        A string is read as a Python literal where it is one and the default is not itself a string; any other value
        must be a literal.
    name : str
        What to call the notebook in messages.

    Returns
    -------
    int or None
        The position of a newly added cell; None where an injected cell was replaced, or where there are no values.

    Raises
    ------
    UsageError
        A name is not among the notebook's parameters, or a value cannot be written as Python.
    """
    if not values:
        return None
    declared, defaults = _declared(notebook, values, name)
    assignments = [f"{key} = {_literal(key, value, defaults[key])}" for key, value in values.items()]
    cell = require("nbformat.v4").new_code_cell("\n".join(["# Parameters set by bis", *assignments]))
    cell.metadata["tags"] = [INJECTED]
    cell["id"] = "bis-injected-parameters"
    if notebook.get("nbformat_minor", 0) < 5:
        del cell["id"]  # ids came with format 4.5
    present = _tagged(notebook, INJECTED)
    if present is not None:
        notebook.cells[present] = cell
        return None
    notebook.cells.insert(declared + 1, cell)
    return declared + 1


def check_parameters(notebook: NotebookNode, names: Collection[str], *, name: str) -> None:
    """Refuse `names` that are not among the parameters of a notebook, called `name` in messages.

    Raises
    ------
    UsageError
        At least one is not.
    """
    _declared(notebook, names, name)


def _declared(notebook: NotebookNode, names: Collection[str], name: str) -> tuple[int, dict[str, ast.expr]]:
    """The position of the cell tagged ``parameters``, and the defaults in it, where it has all the names."""
    declared = _tagged(notebook, DECLARED)
    if declared is None:
        raise UsageError(
            f"{name} has no cell tagged `{DECLARED}`, so {', '.join(names)} cannot be set",
            hint=f"Tag the cell that assigns the parameters with `{DECLARED}`.",
        )
    defaults = _defaults(notebook)
    unknown = [key for key in names if key not in defaults]
    if unknown:
        there = ", ".join(defaults) if defaults else "none"
        raise UsageError(f"{name} has no parameter {', '.join(unknown)}; its parameters are: {there}")
    return declared, defaults


def cell_tags(cell: NotebookNode) -> list[str]:
    """Tags of a cell; none where the metadata has none."""
    tags = (cell.get("metadata") or {}).get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _tagged(notebook: NotebookNode, tag: str) -> int | None:
    return next((i for i, cell in enumerate(notebook.cells) if tag in cell_tags(cell)), None)


def _defaults(notebook: NotebookNode) -> dict[str, ast.expr]:
    position = _tagged(notebook, DECLARED)
    if position is None:
        return {}
    tree = parse_python(parse_cell(notebook.cells[position].source).python)
    found: dict[str, ast.expr] = {}
    for statement in tree.body if tree else []:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    found.update(_bound(target, value))
            case ast.AnnAssign(target=ast.Name(id=key), value=ast.expr() as value):
                found[key] = value
    return found


def _bound(target: ast.expr, value: ast.expr) -> dict[str, ast.expr]:
    match target, value:
        case ast.Name(id=key), _:
            return {key: value}
        case ((ast.Tuple(elts=keys) | ast.List(elts=keys)), (ast.Tuple(elts=parts) | ast.List(elts=parts))):
            return {k: v for pair in zip(keys, parts, strict=False) for k, v in _bound(*pair).items()}
    return {}


def _literal(key: str, value: object, default: ast.expr) -> str:
    if isinstance(value, str):
        if isinstance(default, ast.Constant) and isinstance(default.value, str):
            return repr(value)
        try:
            value = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            return repr(value)
    if isinstance(value, float) and (value != value or value in {float("inf"), float("-inf")}):  # noqa: PLR0124 - NaN
        return f"float({str(value)!r})"
    text = repr(value)
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError) as exc:
        raise UsageError(f"the value of {key} cannot be written as a Python literal: {text}") from exc
    return text
