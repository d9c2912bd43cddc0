"""One file's content as a module: every part parsed for itself, names resolved."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CodeCell, Module
from bis._audit.parsing.lowering import Lowering
from bis._audit.parsing.names import Names
from bis._audit.parsing.source import as_cell, parse_source, tree_of, with_magic_comments
from bis._audit.parsing.suppression_comments import read_comments

if TYPE_CHECKING:
    from bis._audit.parsing.source import Part
    from bis._audit.parsing.suppression_comments import Ignores

_CALLED = re.compile(r"(?<![\w\"'])(?P<name>[A-Za-z_]\w{1,60})[ \t]*(?=[(=])")
_IMPORTED = re.compile(
    r"(?m)(?:^[ \t\"']*|[;:][ \t]*)"
    r"(?:from[ \t]+(?P<of>[\w.]+)[ \t]+import\b|import[ \t]+(?P<names>[\w.]+(?:[ \t,]+[\w.]+)*))"
)
_COMMENT = re.compile(r"#[^\n]*")
_MOST_CALLED = 2_000  # in one part
_MLFLOW = re.compile(r"(?m)^\s*(?:import|from)\s+(?P<name>mlflow)\b")


def read_module(content: bytes, *, is_notebook: bool, file: str = "") -> Module:
    """Read a file; what cannot be read is a problem of the module, and the rest of it goes on."""
    source = parse_source(content, is_notebook=is_notebook)
    lowering = Lowering()
    cells: list[CodeCell] = []
    ignores: Ignores = {}
    unread: list[tuple[int, int]] = []
    called: list[tuple[str, int, int]] = []
    problems = list(source.problems)
    parts: list[Part] = []
    for part in source.parts:
        tree = tree_of(part)
        if not isinstance(tree, ast.Module) and not is_notebook and (exported := as_cell(part)) is not None:
            part, tree = exported, tree_of(exported)  # noqa: PLW2901  # a notebook that was saved as a script
        elif not is_notebook:
            part = with_magic_comments(part)  # noqa: PLW2901
        parts.append(part)
        ignores |= read_comments(part.text, part.cell)
        called += [("%run", part.cell, line) for line, text in part.magics if text.startswith("run ")]
        called += [(f"%%{text}", part.cell, line) for line, text in part.magics if text.startswith("writefile ")]
        if is_notebook:
            cells.append(_cell(part, parsed=isinstance(tree, ast.Module)))
        if not isinstance(tree, ast.Module):
            problems.append(tree)
            called += _called(part.text, part.cell)
            named = _MLFLOW.search(part.text)
            if named:
                unread.append((part.cell, part.text.count("\n", 0, named.start("name")) + 1))
            continue
        try:
            lowering.read(tree, part.cell, part.text)
        except RecursionError:
            problems.append(("too-deep", "expressions nested too deeply", part.cell, 0))
            called += _called(part.text, part.cell)
    if problems and not source.parts:
        called += _called(content.decode("utf-8", "replace").replace("\\n", "\n"), -1)
    module = lowering.module(
        is_notebook=is_notebook,
        file=file,
        cells=tuple(cells),
        ignores=ignores,
        blocking=() if is_notebook or not source.parts else source.parts[-1].blocking,
        mentions=source.mentions,
        installs=tuple((part.cell, line, text) for part in parts for line, text in part.installs),
        unread=tuple(unread),
        unread_calls=tuple(called),
        problems=tuple(problems),
        code_lines=sum(part.lines for part in source.parts),
        of_databricks=source.of_databricks,
        hosts=source.hosts,
        runs_on=source.runs_on,
    )
    names = Names(module)
    names.resolve_calls()
    calls = names.resolved_calls()
    return module if calls is module.calls else replace(module, calls=calls)


def _cell(part: Part, *, parsed: bool) -> CodeCell:
    return CodeCell(
        part.cell, part.count, part.lines, part.has_outputs, parsed, part.blocking, part.empty, part.is_number_zero
    )


def _called(text: str, cell: int) -> list[tuple[str, int, int]]:
    """Each name before a bracket or an equals sign in a text that is not Python, with the line of its first.

    Also what is imported there, as ``import src.tracking``.
    """
    found: dict[str, int] = {}
    line, last = 1, 0
    text = _COMMENT.sub("", text)
    for match in _IMPORTED.finditer(text):
        for name in (match["of"] or match["names"]).split(","):
            if name.strip():
                found.setdefault(f"import {name.split()[0]}", text.count("\n", 0, match.start()) + 1)
    for match in _CALLED.finditer(text) if text.strip() else ():
        line += match.string.count("\n", last, match.start())
        last = match.start()
        found.setdefault(match["name"], line)
        if len(found) >= _MOST_CALLED:
            break
    return [(name, cell, line) for name, line in found.items()]
