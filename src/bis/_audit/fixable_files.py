"""Files that fixes may change: whether their form can be kept, and what edits make of their texts."""

from __future__ import annotations

import ast
import json
from bisect import bisect, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis._audit.parsing.indented_cells import cell_tree
from bis._audit.parsing.source import load
from bis._audit.parsing.syntax_trees import Fault
from bis.notebooks.cell_syntax import parse_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bis.model.project_audit import Edit, Finding

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class FixableFile:
    """A file whose form can be kept: its text after a mark of byte order, and the sources of a notebook's cells.

    The source of a cell is None where it is not one that the format of notebooks knows: that cell cannot be edited.
    """

    mark: str
    text: str
    cells: list[str | None] | None


def read_fixable(root: Path, file: str) -> FixableFile | None:
    """A file of a project; None where it cannot be read, or its form cannot be kept."""
    content = load(root, file)
    if not isinstance(content, bytes):
        return None
    try:
        whole = content.decode("utf-8")
        text = whole.removeprefix(_BOM)
        document: Any = json.loads(text) if file.endswith(".ipynb") else None
        form = form_of(text, document) if isinstance(document, dict) else None
    except (ValueError, RecursionError):  # what is not UTF-8 is reported, and not rewritten
        return None
    mark = whole[: len(whole) - len(text)]
    if file.endswith(".ipynb"):
        listed = document.get("cells") if form is not None else None
        if not isinstance(listed, list):  # they are elsewhere in the old format 3
            return None
        sources = [source_of(cell.get("source") if isinstance(cell, dict) else None) for cell in listed]
        return FixableFile(mark, text, sources)
    return FixableFile(mark, text, None) if "\r" not in text.replace("\r\n", "") else None


def source_of(given: Any) -> str | None:
    """The source of a cell, a text or a list of its lines; None where it is anything else."""
    if isinstance(given, str):
        return given
    return "".join(given) if isinstance(given, list) and all(isinstance(line, str) for line in given) else None


@dataclass(frozen=True, slots=True)
class Form:
    """How a JSON document is written."""

    indent: str | None
    separators: tuple[str, str] | None
    ascii: bool
    newline: str
    tail: str

    def write(self, document: Any) -> str:
        """The document in this form."""
        text = json.dumps(document, indent=self.indent, separators=self.separators, ensure_ascii=self.ascii)
        return text.replace("\n", self.newline) + self.tail


def form_of(text: str, document: Any) -> Form | None:
    """The form of a notebook: the one in which it is the same again; None where no known form gives it."""
    newline = "\r\n" if "\r\n" in text else "\n"
    body = text.rstrip()
    second = body.split("\n", 2)[1] if "\n" in body else ""
    indent = second[: len(second) - len(second.lstrip())] or None
    for separators in (None, (",", ":")):
        for ascii_only in (False, True):
            form = Form(indent, separators, ascii_only, newline, text[len(body) :])
            if form.write(document) == text:
                return form
    return None


def tree_of(text: str, *, notebook: bool) -> ast.Module | None:
    """The syntax tree of a script, or of a cell; None where it is not Python."""
    if notebook:
        tree = cell_tree("\n".join(parse_cell(text).python))
        return None if isinstance(tree, Fault) else tree
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


class Lines:
    """Where the lines of a text start: places, which count lines and columns from 1, as offsets and back."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        start = text.find("\n")
        while start >= 0:
            self._starts.append(start + 1)
            start = text.find("\n", start + 1)

    def __len__(self) -> int:
        return len(self._starts)

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; the line after the last one is the end of the text."""
        if line > len(self._starts):
            return len(self._text)
        return min(self._starts[line - 1] + column - 1, len(self._text))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def edited(text: str, edits: Iterable[Edit], *, notebook: bool = False, lines: Lines | None = None) -> str | None:
    """The text with the edits made; None where it would not be valid Python, or the edits overlap.

    Parameters
    ----------
    text : str
        A script, or a cell of a notebook.
    edits : iterable of Edit
    notebook : bool
        Whether it is a cell.
    lines : Lines, optional
        Of the text, where they are known.
    """
    lines = lines or Lines(text)
    pieces, cursor = [], len(text)
    for edit in sorted(edits, key=lambda e: (e.place.line, e.place.column), reverse=True):
        place = edit.place
        if not 0 < place.line <= len(lines) + 1 or place.end_line > len(lines) + 1:
            return None
        end = lines.offset(place.end_line, place.end_column)
        if end > cursor:
            return None
        pieces += [text[end:cursor], edit.text]
        cursor = lines.offset(place.line, place.column)
    made = text[:cursor] + "".join(reversed(pieces))
    return made if tree_of(made, notebook=notebook) is not None else None


def compatible(findings: Sequence[Finding]) -> list[Finding]:
    """Those whose edits do not overlap with an earlier one's."""
    chosen: list[Finding] = []
    taken: list[_Span] = []  # in order, none of them overlapping
    for finding in findings:
        spans = [_span(edit) for edit in finding.edits]
        if not any(_is_taken(span, taken) for span in spans):
            chosen.append(finding)
            for span in spans:
                insort(taken, span)
    return chosen


_Span = tuple[tuple[str, int], tuple[int, int], tuple[int, int]]


def _span(edit: Edit) -> _Span:
    place = edit.place
    return (place.file, place.cell), (place.line, place.column), (place.end_line, place.end_column)


def _is_taken(span: _Span, taken: list[_Span]) -> bool:
    at = bisect(taken, span)
    before = taken[at - 1] if at else None
    after = taken[at] if at < len(taken) else None
    return (before is not None and _overlap(before, span)) or (after is not None and _overlap(span, after))


def _overlap(first: _Span, second: _Span) -> bool:
    """Whether two spans overlap, of which the second does not start before the first."""
    return first[0] == second[0] and (first == second or first[2] > second[1])
