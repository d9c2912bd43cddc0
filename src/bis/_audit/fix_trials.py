"""Which fixes can be made: each is tried before it is offered, in time that grows with the file, not with its square.

A fix that adds an argument is first tried on the text of its call alone. What is left is tried on the whole file or
cell, all fixes at once; only where that fails are they divided, until those that cannot be made are found.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._audit.fixable_files import Lines, compatible, edited, read_fixable, tree_of
from bis._audit.parsing.expressions import characters
from bis.model.project_audit import Edit, Place
from bis.notebooks.cell_syntax import parse_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bis._audit.fixable_files import FixableFile
    from bis.model.project_audit import Finding

_ARGUMENT = re.compile(r"(\w+)=")


def settled(root: Path, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with their edits as they can be made, and without edits where they cannot.

    Afterwards the same statements and comments must be there, but for the argument that a fix adds. A trailing comma,
    an unusual encoding, a notebook whose form cannot be kept are thus known beforehand.
    """
    found = list(findings)
    files: dict[str, FixableFile | None] = {}
    texts: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, finding in enumerate(found):
        if not finding.edits:
            continue
        place = finding.place
        if place.file not in files:
            files[place.file] = read_fixable(root, place.file)
        if files[place.file] is None:
            found[index] = replace(finding, edits=())
        else:
            texts[(place.file, place.cell)].append(index)
    for (name, cell), listed in texts.items():
        file = files[name]
        assert file is not None
        source = file.cells[cell] if file.cells is not None else file.text
        if source is None:  # a cell of no known form
            tried: list[tuple[Edit, ...]] = [()] * len(listed)
        else:
            tried = _Trial(source, notebook=file.cells is not None).settled([found[i] for i in listed])
        for index, edits in zip(listed, tried, strict=True):
            found[index] = replace(found[index], edits=edits)
    return tuple(found)


class _Trial:
    """A script or a cell, on which fixes are tried."""

    def __init__(self, source: str, *, notebook: bool) -> None:
        self._source = source
        self._notebook = notebook
        self._has_returns = "\r\n" in source
        self._lines = Lines(source)
        self._python = parse_cell(source).python if notebook else None
        self._tree = tree_of(source, notebook=notebook)
        self._calls = _calls_by_end(self._tree, self._python or source.split("\n")) if self._tree is not None else {}
        self._comments = _comments(source, notebook=notebook)
        self._said: dict[tuple[str, ...], tuple[list[str], int]] = {}

    def settled(self, findings: list[Finding]) -> list[tuple[Edit, ...]]:
        """The edits of each finding as they can be made; none where they cannot."""
        if self._tree is None or self._comments is None:
            return [()] * len(findings)
        fitted = [replace(finding, edits=self._fitted(finding.edits)) for finding in findings]
        together = compatible(fitted)
        if self._says_the_same(together):
            safe = {id(one) for one in together}
        else:
            possible = {id(one) for one, given in zip(fitted, findings, strict=True) if self._may_be(one, given)}
            safe = set(self._safe([one for one in together if id(one) in possible]))
        chosen = {id(one) for one in together}
        safe |= {id(one) for one in fitted if id(one) not in chosen and self._says_the_same([one])}  # it overlaps
        return [one.edits if id(one) in safe else () for one in fitted]

    def _fitted(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        made = tuple(self._after_last_argument(edit) for edit in edits)
        if not self._has_returns:
            return made
        return tuple(replace(edit, text=re.sub(r"(?<!\r)\n", "\r\n", edit.text)) for edit in made)

    def _after_last_argument(self, edit: Edit) -> Edit:
        """An argument that is added before a bracket, behind the last argument instead, with its comma or after it."""
        place, text = edit.place, self._source
        if not edit.text.startswith(", ") or not 0 < place.line <= len(self._lines):
            return edit
        offset = last = self._lines.offset(place.line, place.column)
        while last and text[last - 1].isspace():
            last -= 1
        added = edit.text
        if text[last - 1 : last] == ",":
            line = text[text.rfind("\n", 0, last) + 1 : last]
            indent = line[: len(line) - len(line.lstrip())]
            end = "\r\n" if text[last : last + 2] == "\r\n" else "\n"
            added = f"{end}{indent}{edit.text[2:]}," if "\n" in text[last:offset] else f" {edit.text[2:]}"
        number, column = self._lines.place(last)
        return Edit(Place(place.file, place.cell, number, column, number, column), added)

    def _may_be(self, fitted: Finding, given: Finding) -> bool:
        """False where the text of the call alone shows that an argument cannot be added to it."""
        if len(given.edits) != 1 or not _ARGUMENT.search(given.edits[0].text):
            return True
        (edit,), place = fitted.edits, given.edits[0].place
        start = self._calls.get((place.line, place.column + 1))  # the place is before the closing bracket
        if start is None:
            return True
        first, last = self._lines.offset(*start), self._lines.offset(place.line, place.column + 1)
        at = self._lines.offset(edit.place.line, edit.place.column)
        before = self._source[first:last]
        if not first < at <= last or (self._python is not None and self._has_magics(start[0], place.line)):
            return True
        after = f"{self._source[first:at]}{edit.text}{self._source[at:last]}"
        trees = [tree_of(f"({text})", notebook=False) for text in (before, after)]
        comments = [_comments(f"({text})", notebook=False) for text in (before, after)]
        if None in trees or None in comments:
            return trees[0] is None or comments[0] is None
        names = _ARGUMENT.findall(edit.text)
        (was, few), (is_now, many) = (_statements(tree, names) for tree in trees)
        return was == is_now and many == few + len(names) and comments[0] == comments[1]

    def _has_magics(self, first: int, last: int) -> bool:
        assert self._python is not None
        start, end = self._lines.offset(first, 1), self._lines.offset(last + 1, 1)
        return self._source[start:end].rstrip("\n").split("\n") != list(self._python[first - 1 : last])

    def _safe(self, findings: list[Finding]) -> list[int]:
        """Those that can be made, by their ids: all at once, or else by halves."""
        if not findings or self._says_the_same(findings):
            return [id(one) for one in findings]
        if len(findings) == 1:
            return []
        middle = len(findings) // 2
        return self._safe(findings[:middle]) + self._safe(findings[middle:])

    def _says_the_same(self, findings: Sequence[Finding]) -> bool:
        """Whether fixes move statements, or add the arguments that they are for, and do nothing else."""
        edits = [edit for one in findings for edit in one.edits]
        after = edited(self._source, edits, notebook=self._notebook, lines=self._lines)
        if after is None or _comments(after, notebook=self._notebook) != self._comments:
            return False
        added = [
            name
            for one in findings
            if all(edit.text for edit in one.edits)
            for edit in one.edits
            for name in _ARGUMENT.findall(edit.text)
        ]
        names = tuple(sorted(set(added)))
        if names not in self._said:
            self._said[names] = _statements(tree_of(self._source, notebook=self._notebook), names)
        was, before = self._said[names]
        return _statements(tree_of(after, notebook=self._notebook), names) == (was, before + len(added))


def _calls_by_end(tree: ast.Module, lines: Sequence[str]) -> dict[tuple[int, int], tuple[int, int]]:
    """Where the call starts that ends at a place; not where several seem to, as in formatted strings of Python 3.11."""
    wide = {n: line.encode("utf-8", "replace") for n, line in enumerate(lines, 1) if not line.isascii()}
    found: dict[tuple[int, int], tuple[int, int]] = {}
    several = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.end_lineno is not None and node.end_col_offset is not None:
            start, end = (
                (line, (characters(wide[line], column) if line in wide else column) + 1)
                for line, column in ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
            )
            several |= {end} & found.keys()
            found[end] = start
    return {end: start for end, start in found.items() if end not in several}


def _statements(tree: ast.Module | None, names: Sequence[str]) -> tuple[list[str], int]:
    """All statements without others in them, in any order, as text, without arguments of these names; and how many."""
    assert tree is not None
    arguments = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            kept = [k for k in node.keywords if k.arg not in names or not isinstance(k.value, ast.Name)]
            arguments += len(node.keywords) - len(kept)
            node.keywords = kept
    simple = (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body"))
    return sorted(ast.dump(node) for node in simple), arguments


def _comments(text: str, *, notebook: bool) -> list[str] | None:
    """The comments of a text, in any order; None where it cannot be divided into tokens."""
    if notebook:
        text = "\n".join(parse_cell(text).python)
    try:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
