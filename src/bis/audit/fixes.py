"""Safe repairs: the edits of findings, applied to scripts and notebook cells, or shown as a diff."""

from __future__ import annotations

import ast
import difflib
import json
import os
import stat
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.audit.source import load
from bis.errors import StorageError
from bis.record.notebooks.syntax import parse_cell, parse_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.audit import Edit, Finding


@dataclass(frozen=True, slots=True)
class Repair:
    """A file before and after its edits, with the number of findings that these repair."""

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
    or cell that would be no Python afterwards is left as it is.
    """
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.edits:
            by_file[finding.place.file].append(finding)
    made = [_repair(root, file, listed) for file, listed in sorted(by_file.items())]
    return [one for one in made if one is not None]


def apply(root: Path, made: Iterable[Repair]) -> None:
    """Write repaired files, each whole or not at all, with the permissions that they had.

    Raises
    ------
    StorageError
        A file cannot be written.
    """
    for repair in made:
        path = root / repair.file
        try:
            mode = stat.S_IMODE(path.lstat().st_mode)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(repair.after)
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except OSError as error:
            raise StorageError(f"{path} cannot be repaired: {error.strerror}") from error


def _repair(root: Path, file: str, findings: Sequence[Finding]) -> Repair | None:
    content = load(root, file)
    if not isinstance(content, bytes):
        return None
    try:
        before = content.decode("utf-8")
    except UnicodeDecodeError:  # what is not UTF-8 is reported, and not rewritten
        return None
    chosen = _compatible(findings)
    edits = [edit for finding in chosen for edit in finding.edits]
    after = _edit_notebook(before, edits) if file.endswith(".ipynb") else _edited(before, edits)
    if after is None or after == before:
        return None
    return Repair(file, before, after, len(chosen))


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
    """The text with the edits made; None where that would be no Python any more."""
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
    python = parse_cell(text).python if notebook else text.split("\n")
    if notebook:
        return text if parse_python(python) is not None else None
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return text


def _edit_notebook(text: str, edits: Sequence[Edit]) -> str | None:
    """The notebook with edited cells; its JSON keeps its indentation and the order of its keys."""
    document: Any = json.loads(text)
    by_cell: dict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_cell[edit.place.cell].append(edit)
    for index, listed in by_cell.items():
        cell = document["cells"][index]
        given = cell["source"]
        source = given if isinstance(given, str) else "".join(given)
        after = _edited(source, listed, notebook=True)
        if after is None:
            return None
        cell["source"] = after if isinstance(given, str) else after.splitlines(keepends=True)
    second = text.split("\n", 2)[1] if "\n" in text else ""
    indent = len(second) - len(second.lstrip()) or None
    written = json.dumps(document, indent=indent, ensure_ascii=not _has_unicode(text))
    return written + ("\n" if text.endswith("\n") else "")


def _has_unicode(text: str) -> bool:
    return not text.isascii()
