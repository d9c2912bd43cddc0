"""Cell source as lines of Python and lines of IPython, without IPython."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_CELL_MAGIC = re.compile(r"%%(?P<name>[\w!]+)[ \t]*(?P<rest>.*)")
_LINE_MAGIC = re.compile(
    r"^(?P<indent>\s*)(?:(?P<target>[A-Za-z_][\w.,\[\]'\" ]*?)\s*=\s*)?(?P<mark>!!|!|%(?!%))(?P<text>.*)$", re.DOTALL
)
_HELP = re.compile(r"^\s*(\?{1,2}\s*[\w.*%]+|[\w.*%]+\?{1,2})\s*;?\s*$")
# A line such as "pip install x" is not Python; IPython reads it as %pip.
_AUTOMAGIC = re.compile(r"^(?P<indent>\s*)(?P<text>(pip|conda|mamba|micromamba|uv)\s+[a-z-]+(\s+[^=(\s].*)?)$")


@dataclass(frozen=True, slots=True)
class CellMagic:
    """The first line ``%%name rest`` of a cell; `line` counts from 0."""

    name: str
    rest: str
    line: int


@dataclass(frozen=True, slots=True)
class LineMagic:
    """A ``!command`` or ``%magic``, over the lines `first` to `last` (from 0, inclusive).

    `mark` is ``!``, ``!!`` or ``%``; `start` is the column at which `text` begins in the first line.
    """

    first: int
    last: int
    indent: str
    target: str
    mark: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class CellSyntax:
    """A cell taken apart: `python` has as many lines as the source, with ``pass`` for each magic."""

    cell_magic: CellMagic | None
    magics: tuple[LineMagic, ...]
    python: tuple[str, ...]


def cell_magic(source: str) -> CellMagic | None:
    """The magic that governs the whole cell; None for a cell of Python."""
    for number, line in enumerate(source.split("\n")):
        if line.strip():
            match = _CELL_MAGIC.match(line.strip())
            return CellMagic(match["name"], match["rest"], number) if match else None
    return None


def parse_cell(source: str) -> CellSyntax:
    """Separate a cell's magics from its Python; lines of a string or a bracket are never taken for magics."""
    governing = cell_magic(source)
    lines = source.split("\n")
    python = list(lines)
    magics: list[LineMagic] = []
    state = _State()
    number = 0
    if governing is not None:
        python[: governing.line + 1] = [""] * (governing.line + 1)
        number = governing.line + 1
    while number < len(lines):
        if not state.at_logical_start:
            state.read(lines[number])
            number += 1
            continue
        magic = _magic_at(lines, number)
        if magic is not None:
            python[number] = magic.indent + (f"{magic.target} = None" if magic.target else "pass")
            python[number + 1 : magic.last + 1] = [""] * (magic.last - number)
            if magic.mark != "?":
                magics.append(magic)
            number = magic.last + 1
        else:
            state.read(lines[number])
            number += 1
    return CellSyntax(governing, tuple(magics), tuple(python))


def parse_python(lines: tuple[str, ...] | list[str]) -> ast.Module | None:
    """The syntax tree, with ``await`` allowed at the top as in IPython; None where this is not Python."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile("\n".join(lines), "<cell>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    assert isinstance(tree, ast.Module)
    return tree


def _magic_at(lines: list[str], number: int) -> LineMagic | None:
    line = lines[number]
    if _HELP.match(line):
        return LineMagic(number, number, line[: len(line) - len(line.lstrip())], "", "?", line, 0)
    last = number
    while lines[last].rstrip().endswith("\\") and last + 1 < len(lines):
        last += 1
    text = "\n".join(lines[number : last + 1])
    match = _LINE_MAGIC.match(text)
    if match:
        target = (match["target"] or "").strip()
        return LineMagic(number, last, match["indent"], target, match["mark"], match["text"], match.start("text"))
    match = _AUTOMAGIC.match(line)
    if match and parse_python([line.strip()]) is None:
        return LineMagic(number, number, match["indent"], "", "%", match["text"], match.start("text"))
    return None


class _State:
    """Whether the next line starts a statement: no open bracket, triple quote or backslash."""

    __slots__ = ("continued", "depth", "triple")

    def __init__(self) -> None:
        self.triple = ""
        self.depth = 0
        self.continued = False

    @property
    def at_logical_start(self) -> bool:
        return not self.triple and self.depth == 0 and not self.continued

    def read(self, line: str) -> None:
        self.continued = False
        position = 0
        while position < len(line):
            if self.triple:
                position = self._end_of_triple(line, position)
                continue
            char = line[position]
            if char == "#":
                return
            if char in "'\"":
                position = self._after_quote(line, position)
                continue
            if char in "([{":
                self.depth += 1
            elif char in ")]}":
                self.depth = max(0, self.depth - 1)
            elif char == "\\" and position == len(line) - 1:
                self.continued = True
            position += 1

    def _end_of_triple(self, line: str, position: int) -> int:
        while position < len(line):
            if line[position] == "\\":
                position += 2
            elif line.startswith(self.triple, position):
                position += 3
                self.triple = ""
                return position
            else:
                position += 1
        return position

    def _after_quote(self, line: str, position: int) -> int:
        quote = line[position]
        if line.startswith(quote * 3, position):
            self.triple = quote * 3
            return position + 3
        position += 1
        while position < len(line) and line[position] != quote:
            position += 2 if line[position] == "\\" else 1
        return position + 1
