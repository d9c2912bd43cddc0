"""One file's content as a module: every part parsed for itself, names resolved."""

from __future__ import annotations

import ast
import re

from bis._audit.parsing.lowering import Scanner
from bis._audit.parsing.names import Names
from bis._audit.parsing.source import parse_source, tree_of
from bis._audit.parsing.suppression import read_comments
from bis._audit.program.ir import CodeCell, Module

_MLFLOW = re.compile(r"(?m)^\s*(?:import|from)\s+(?P<name>mlflow)\b")


def read_module(content: bytes, *, is_notebook: bool) -> Module:
    """Read a file; what cannot be read is a problem of the module, and the rest of it goes on."""
    source = parse_source(content, is_notebook=is_notebook)
    module = Module(is_notebook=is_notebook, mentions=source.mentions, problems=list(source.problems))
    scanner = Scanner(module)
    for part in source.parts:
        module.code_lines += part.lines
        module.ignores |= read_comments(part.text, part.cell)
        module.installs += tuple((part.cell, line, text) for line, text in part.installs)
        tree = tree_of(part)
        if is_notebook:
            parsed = isinstance(tree, ast.Module)
            module.cells.append(
                CodeCell(part.cell, part.count, part.lines, part.has_outputs, parsed, part.blocking, part.empty)
            )
        else:
            module.blocking = part.blocking
        if not isinstance(tree, ast.Module):
            module.problems.append(tree)
            named = _MLFLOW.search(part.text)
            if named:
                module.unread = (*module.unread, (part.cell, part.text.count("\n", 0, named.start("name")) + 1))
            continue
        try:
            scanner.read(tree, part.cell, part.text)
        except RecursionError:
            module.problems.append(("too-deep", "expressions nested too deeply", part.cell, 0))
    Names(module).resolve_calls()
    module.roots = frozenset(one.target.partition(".")[0] for one in module.imports if not one.target.startswith("."))
    return module
