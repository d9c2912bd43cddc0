"""Safe fixes: the edits of findings, applied to scripts and notebook cells, or shown as a diff."""

from __future__ import annotations

import ast
import difflib
import io
import json
import os
import re
import stat
import tempfile
import tokenize
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._audit.parsing.source import load
from bis.errors import StorageError
from bis.model.project_audit import Edit, Place
from bis.notebooks.cell_syntax import parse_cell, parse_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.project_audit import Finding

_BOM = "\ufeff"
_LINES = re.compile(r"[^\n]*\n|[^\n]+")  # as Jupyter divides a cell; str.splitlines knows more ends
_ARGUMENT = re.compile(r"(\w+)=")


@dataclass(frozen=True, slots=True)
class Repair:
    """A file before and after its edits, with the number of findings that they fix."""

    file: str
    before: str
    after: str
    findings: int

    def diff(self) -> str:
        """The change as a unified diff."""
        before, after = _with_ends(self.before), _with_ends(self.after)
        lines = difflib.unified_diff(before, after, f"a/{self.file}", f"b/{self.file}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _with_ends(text: str) -> list[str]:
    """The lines of a text; the last has no end where the text has none."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def repairs(root: Path, findings: Iterable[Finding]) -> list[Repair]:
    """What the files would be with all safe edits made.

    Edits of one finding are made together or not at all; where two findings' edits overlap, the first is made. A file
    or cell that would not be valid Python afterwards is left as it is.
    """
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.edits:
            by_file[finding.place.file].append(finding)
    made = [_repair(root, file, listed) for file, listed in sorted(by_file.items())]
    return [one for one in made if one is not None]


def apply(root: Path, made: Iterable[Repair]) -> None:
    """Write fixed files, each whole or not at all, with the permissions that they had.

    Raises
    ------
    StorageError
        A file cannot be written.
    """
    for repair in made:
        path = root / repair.file
        try:
            mode = stat.S_IMODE(path.lstat().st_mode)
            content = repair.after.encode("utf-8")
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except OSError as error:
            raise StorageError(f"{path} cannot be fixed: {error.strerror}") from error


def settled(root: Path, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with their edits as they can be made, and without edits where they cannot.

    Each fix is tried by itself: afterwards the same statements and comments must be there, but for the argument that
    it adds. A trailing comma, an unusual encoding, a notebook whose form cannot be kept are thus known beforehand.
    """
    files: dict[str, _File | None] = {}
    found = []
    for finding in findings:
        if finding.edits and finding.place.file not in files:
            files[finding.place.file] = _read(root, finding.place.file)
        found.append(_settled(files[finding.place.file], finding) if finding.edits else finding)
    return tuple(found)


def _settled(file: _File | None, finding: Finding) -> Finding:
    if file is None:
        return replace(finding, edits=())
    notebook = file.cells is not None
    source = file.cells[finding.place.cell] if file.cells is not None else file.text
    edits = tuple(_after_last_argument(source, edit) for edit in finding.edits)
    if "\r\n" in source:
        edits = tuple(replace(edit, text=re.sub(r"(?<!\r)\n", "\r\n", edit.text)) for edit in edits)
    after = _edited(source, edits, notebook=notebook)
    safe = after is not None and _says_the_same(source, after, edits, notebook=notebook)
    return replace(finding, edits=edits if safe else ())


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose form can be kept: its text after a mark of byte order, and the sources of a notebook's cells."""

    mark: str
    text: str
    cells: list[str] | None


def _read(root: Path, file: str) -> _File | None:
    content = load(root, file)
    if not isinstance(content, bytes):
        return None
    try:
        whole = content.decode("utf-8")
        text = whole.removeprefix(_BOM)
        document: Any = json.loads(text) if file.endswith(".ipynb") else None
    except ValueError:  # what is not UTF-8 is reported, and not rewritten
        return None
    mark = whole[: len(whole) - len(text)]
    if document is not None:
        cells = [_source_of(cell.get("source", "")) for cell in document["cells"]]
        return _File(mark, text, cells) if _form(text, document) is not None else None
    return _File(mark, text, None) if "\r" not in text.replace("\r\n", "") else None


def _after_last_argument(text: str, edit: Edit) -> Edit:
    """An argument that is added before a bracket, behind the last argument instead, with its comma or after it."""
    place = edit.place
    lines = text.split("\n")
    if not edit.text.startswith(", ") or not 0 < place.line <= len(lines):
        return edit
    offset = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    last = len(text[:offset].rstrip())
    added = edit.text
    if text[last - 1 : last] == ",":
        line = text[text.rfind("\n", 0, last) + 1 : last]
        indent = line[: len(line) - len(line.lstrip())]
        end = "\r\n" if text[last : last + 2] == "\r\n" else "\n"
        added = f"{end}{indent}{edit.text[2:]}," if "\n" in text[last:offset] else f" {edit.text[2:]}"
    number, column = text.count("\n", 0, last) + 1, last - text.rfind("\n", 0, last)
    return Edit(Place(place.file, place.cell, number, column, number, column), added)


def _says_the_same(before: str, after: str, edits: Sequence[Edit], *, notebook: bool) -> bool:
    """Whether a fix moved statements, or added the argument that it is for, and nothing else."""
    trees = [_tree(text, notebook=notebook) for text in (before, after)]
    was_said, is_said = (_comments(text, notebook=notebook) for text in (before, after))
    if None in trees or was_said is None or was_said != is_said:
        return False
    names = [name for edit in edits for name in _ARGUMENT.findall(edit.text)] if all(e.text for e in edits) else []
    (was, arguments_before), (is_now, arguments_after) = (_statements(tree, names) for tree in trees)
    return was == is_now and arguments_after == arguments_before + len(names)


def _tree(text: str, *, notebook: bool) -> ast.Module | None:
    if notebook:
        return parse_python(parse_cell(text).python)
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


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


def _repair(root: Path, file: str, findings: Sequence[Finding]) -> Repair | None:
    before = _read(root, file)
    if before is None:
        return None
    chosen = _compatible(findings)
    edits = [edit for finding in chosen for edit in finding.edits]
    after = _edited(before.text, edits) if before.cells is None else _edit_notebook(before.text, edits)
    if after is None or after == before.text:
        return None
    return Repair(file, before.mark + before.text, before.mark + after, len(chosen))


def _compatible(findings: Sequence[Finding]) -> list[Finding]:
    chosen: list[Finding] = []
    taken: list[Edit] = []
    for finding in findings:
        if not any(_overlap(a, b) for a in finding.edits for b in taken):
            chosen.append(finding)
            taken += finding.edits
    return chosen


def _overlap(one: Edit, other: Edit) -> bool:
    a, b = one.place, other.place
    if (a.file, a.cell) != (b.file, b.cell):
        return False
    first, second = sorted(((a.line, a.column, a.end_line, a.end_column), (b.line, b.column, b.end_line, b.end_column)))
    return first == second or first[2:] > second[:2]


def _edited(text: str, edits: Sequence[Edit], *, notebook: bool = False) -> str | None:
    """The text with the edits made; None where it would not be valid Python."""
    lines = [f"{line}\n" for line in text.split("\n")]  # as the places count them
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for edit in sorted(edits, key=lambda e: (e.place.line, e.place.column), reverse=True):
        place = edit.place
        if not 0 < place.line <= len(lines) + 1 or place.end_line > len(lines) + 1:
            return None
        start = starts[place.line - 1] + place.column - 1
        end = starts[place.end_line - 1] + place.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text if _tree(text, notebook=notebook) is not None else None


def _edit_notebook(text: str, edits: Sequence[Edit]) -> str | None:
    """The notebook with edited cells, all else as it was."""
    document: Any = json.loads(text)
    form = _form(text, document)
    if form is None:
        return None
    by_cell: dict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_cell[edit.place.cell].append(edit)
    for index, listed in by_cell.items():
        cell = document["cells"][index]
        given = cell["source"]
        after = _edited(_source_of(given), listed, notebook=True)
        if after is None:
            return None
        cell["source"] = after if isinstance(given, str) else _LINES.findall(after)
    return form.write(document)


def _source_of(given: Any) -> str:
    return given if isinstance(given, str) else "".join(given)


@dataclass(frozen=True, slots=True)
class _Form:
    """How a JSON document is written."""

    indent: str | None
    separators: tuple[str, str] | None
    ascii: bool
    newline: str
    tail: str

    def write(self, document: Any) -> str:
        text = json.dumps(document, indent=self.indent, separators=self.separators, ensure_ascii=self.ascii)
        return text.replace("\n", self.newline) + self.tail


def _form(text: str, document: Any) -> _Form | None:
    """The form of a notebook: the one in which it is the same again; None where no known form gives it."""
    newline = "\r\n" if "\r\n" in text else "\n"
    body = text.rstrip()
    second = body.split("\n", 2)[1] if "\n" in body else ""
    indent = second[: len(second) - len(second.lstrip())] or None
    for separators in (None, (",", ":")):
        for ascii_only in (False, True):
            form = _Form(indent, separators, ascii_only, newline, text[len(body) :])
            if form.write(document) == text:
                return form
    return None
