"""What has changed in a project since a commit: the lines and files whose findings are new work.

Git is run in the project's repository, with what its configuration names: this is for one's own code.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bis.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bis.model.project_audit import Finding, Place

_TIMEOUT_S = 120
# Set in git's hooks: they would lead git elsewhere.
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")
_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(?P<line>\d+)(?:,(?P<count>\d+))? @@", re.MULTILINE)
_DIFF = ("diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--relative")
_CELL_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class FileChange:
    """What has changed in a file: the whole of it, or `lines`, and places where something was taken out.

    Both are (cell, line); a `gap` is after its line. `cell` is -1 outside of notebooks, as in places of findings.
    """

    whole: bool = False
    lines: frozenset[tuple[int, int]] = frozenset()
    gaps: frozenset[tuple[int, int]] = frozenset()

    def touches(self, place: Place) -> bool:
        """Whether a place in the file has changed; the file as a whole has, where anything in it has."""
        if self.whole or not place.line:
            return True
        last = max(place.line, place.end_line)
        inside = range(place.line, last + 1)
        return any((place.cell, line) in self.lines for line in inside) or any(
            (place.cell, line) in self.gaps for line in inside[:-1]
        )


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """What has changed in a project, by file, relative to the project."""

    files: Mapping[str, FileChange] = field(default_factory=dict)

    def of(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings at what has changed. What concerns the project as a whole is at no line, and is left out."""
        return tuple(f for f in findings if f.place.file in self.files and self.files[f.place.file].touches(f.place))


def changed_since(reference: str, root: Path) -> ChangedLines:
    """What has changed in a project's folder since the commit at which HEAD went off `reference`.

    Changes that are not committed count, and so do files that git does not know and does not ignore.

    Raises
    ------
    UsageError
        It is in no repository, or there is no such commit.
    """
    hint = "Continuous integration often fetches one commit only: fetch more (`fetch-depth: 0` on GitHub)."
    tip = _git(root, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
    if tip is None:
        raise UsageError(f"{reference!r} is no commit of the repository of {root.resolve().name}", hint=hint)
    base = (_git(root, "merge-base", tip.decode().strip(), "HEAD") or tip).decode().strip()
    files = {new: _change(root, base, old, new) for old, new in _changed_files(root, base)}
    untracked = _git(root, "ls-files", "-z", "--others", "--exclude-standard") or b""
    return ChangedLines(files | {name: FileChange(whole=True) for name in _names(untracked)})


def _changed_files(root: Path, base: str) -> Iterator[tuple[str, str]]:
    """Old and new name of each file that was changed or added; the old one is empty where it was added."""
    listed = _git(root, *_DIFF[:1], "--name-status", "-z", "--find-renames", "--relative", base)
    if listed is None:
        raise UsageError(f"git cannot compare {root.resolve().name} with {base}")
    words = iter(_names(listed))
    for status in words:
        old = next(words)
        if status.startswith(("R", "C")):
            yield old, next(words)
        elif status != "D":
            yield "" if status == "A" else old, old


def _change(root: Path, base: str, old: str, new: str) -> FileChange:
    if not old:
        return FileChange(whole=True)
    if new.endswith(".ipynb"):
        before = _git(root, "show", f"{base}:./{old}")
        return _notebook_change(before or b"", root / new)
    diff = _git(root, *_DIFF, base, "--", *dict.fromkeys((old, new)))
    if diff is None:
        return FileChange(whole=True)
    lines: set[tuple[int, int]] = set()
    gaps: set[tuple[int, int]] = set()
    for hunk in _HUNK.finditer(diff):
        first, count = int(hunk["line"]), int(hunk["count"] or 1)
        lines.update((-1, line) for line in range(first, first + count))
        if not count:
            gaps.add((-1, first))
    return FileChange(lines=frozenset(lines), gaps=frozenset(gaps))


def _notebook_change(before: bytes, path: Path) -> FileChange:
    """Lines of cells that are not in the notebook as it was; saved outputs do not count."""
    try:
        old, new = _cell_lines(json.loads(before)), _cell_lines(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return FileChange(whole=True)
    matcher = difflib.SequenceMatcher(
        None, [text for _place, text in old], [text for _place, text in new], autojunk=False
    )
    lines: set[tuple[int, int]] = set()
    gaps: set[tuple[int, int]] = set()
    for kind, _i, _j, first, last in matcher.get_opcodes():
        if kind == "delete" and first:
            gaps.add(new[first - 1][0])
        elif kind != "equal":
            lines.update(place for place, _text in new[first:last])
    return FileChange(lines=frozenset(lines), gaps=frozenset(gaps))


def _cell_lines(document: Any) -> list[tuple[tuple[int, int], str]]:
    """All lines of all cells, with (cell, line)."""
    found = []
    for index, cell in enumerate(document["cells"]):
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        found += [
            ((index, number), line.rstrip("\n")) for number, line in enumerate(_CELL_LINES.findall(text), start=1)
        ]
    return found


def _names(listed: bytes) -> Sequence[str]:
    return [name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name]


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it fails."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            cwd=root,
            env={k: v for k, v in os.environ.items() if k not in _FOREIGN},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be run: {error}", hint="--since needs git.") from error
    return done.stdout if done.returncode == 0 else None
