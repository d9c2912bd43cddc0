"""One file's content as a module: every part parsed for itself, names resolved."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CodeCell, Module
from bis._audit.parsing.lowering import Lowering
from bis._audit.parsing.names import Names
from bis._audit.parsing.source import parse_source, tree_of
from bis._audit.parsing.suppression_comments import read_comments

if TYPE_CHECKING:
    from bis._audit.parsing.suppression_comments import Ignores

_MLFLOW = re.compile(r"(?m)^\s*(?:import|from)\s+(?P<name>mlflow)\b")


def read_module(content: bytes, *, is_notebook: bool, file: str = "") -> Module:
    """Read a file; what cannot be read is a problem of the module, and the rest of it goes on."""
    source = parse_source(content, is_notebook=is_notebook)
    lowering = Lowering()
    cells: list[CodeCell] = []
    ignores: Ignores = {}
    unread: list[tuple[int, int]] = []
    problems = list(source.problems)
    for part in source.parts:
        ignores |= read_comments(part.text, part.cell)
        tree = tree_of(part)
        if is_notebook:
            parsed = isinstance(tree, ast.Module)
            cells.append(
                CodeCell(part.cell, part.count, part.lines, part.has_outputs, parsed, part.blocking, part.empty)
            )
        if not isinstance(tree, ast.Module):
            problems.append(tree)
            named = _MLFLOW.search(part.text)
            if named:
                unread.append((part.cell, part.text.count("\n", 0, named.start("name")) + 1))
            continue
        try:
            lowering.read(tree, part.cell, part.text)
        except RecursionError:
            problems.append(("too-deep", "expressions nested too deeply", part.cell, 0))
    module = lowering.module(
        is_notebook=is_notebook,
        file=file,
        cells=tuple(cells),
        ignores=ignores,
        blocking=() if is_notebook or not source.parts else source.parts[-1].blocking,
        mentions=source.mentions,
        installs=tuple((part.cell, line, text) for part in source.parts for line, text in part.installs),
        unread=tuple(unread),
        problems=tuple(problems),
        code_lines=sum(part.lines for part in source.parts),
    )
    names = Names(module)
    names.resolve_calls()
    return replace(module, calls=names.resolved_calls())
