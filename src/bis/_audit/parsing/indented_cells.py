"""Cells whose first line is indented: IPython takes its indentation off all lines that begin with it, and runs them."""

from __future__ import annotations

import ast

from bis._audit.parsing.syntax_trees import Fault, syntax_tree

_PLACED = (ast.expr, ast.stmt, ast.excepthandler, ast.keyword, ast.arg, ast.alias)  # nodes with lines and columns


def cell_tree(text: str) -> ast.Module | Fault:
    """Parse a cell as IPython does; lines and columns are those of the text as it is written.

    Parameters
    ----------
    text : str
        Python, with ``\\n`` between its lines.

    Returns
    -------
    ast.Module or Fault
    """
    tree = syntax_tree(text)
    if not isinstance(tree, Fault):
        return tree
    indent = indentation(text)
    if not indent:
        return tree
    lines = text.split("\n")
    # Blanks and tabs are one byte each, and the parser counts columns in bytes.
    taken = {number: len(indent) for number, line in enumerate(lines, 1) if line.startswith(indent)}
    moved = syntax_tree("\n".join(line.removeprefix(indent) for line in lines))
    if isinstance(moved, Fault):
        return moved
    for node in ast.walk(moved):
        if isinstance(node, _PLACED):
            node.col_offset += taken.get(node.lineno, 0)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset += taken.get(node.end_lineno, 0)
    return moved


def indentation(text: str) -> str:
    """The blanks before the first line that is not empty."""
    first = next((line for line in text.split("\n") if line.strip(" \t")), "")
    return first[: len(first) - len(first.lstrip(" \t"))]
