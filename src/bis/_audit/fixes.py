"""Safe fixes: the edits of findings, applied to scripts and notebook cells, or shown as a diff."""

from __future__ import annotations

import difflib
import json
import os
import re
import stat
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._audit.fixable_files import compatible, edited, form_of, read_fixable, source_of
from bis.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.project_audit import Edit, Finding

_LINES = re.compile(r"[^\n]*\n|[^\n]+")  # as Jupyter divides a cell; str.splitlines knows more ends


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


def _repair(root: Path, file: str, findings: Sequence[Finding]) -> Repair | None:
    before = read_fixable(root, file)
    if before is None:
        return None
    chosen = compatible(findings)
    edits = [edit for finding in chosen for edit in finding.edits]
    after = edited(before.text, edits) if before.cells is None else _edit_notebook(before.text, edits)
    if after is None or after == before.text:
        return None
    return Repair(file, before.mark + before.text, before.mark + after, len(chosen))


def _edit_notebook(text: str, edits: Sequence[Edit]) -> str | None:
    """The notebook with edited cells, all else as it was."""
    document: Any = json.loads(text)
    form = form_of(text, document)
    if form is None:
        return None
    by_cell: dict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_cell[edit.place.cell].append(edit)
    for index, listed in by_cell.items():
        cell = document["cells"][index]
        given = cell["source"]
        source = source_of(given)
        after = None if source is None else edited(source, listed, notebook=True)
        if after is None:
            return None
        cell["source"] = after if isinstance(given, str) else _LINES.findall(after)
    return form.write(document)
