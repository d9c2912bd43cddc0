"""From a cause to the code: what the audit finds at the lines that draw for it, or that made what draws there."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.auditor import Options, audit_project
from bis.evidence.archive import unpack
from bis.model.attribution import CauseFinding
from bis.model.jsonable import json_value
from bis.model.project_audit import Finding
from bis.notebooks.cell_syntax import parse_cell, parse_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis.model.attribution import Cause
    from bis.model.project_audit import Place
    from bis.model.role import DrawPlace

_RANDOMNESS = "BIS3"  # the family of rules about seeds and what they govern
# Of these, the object that is made without a seed draws elsewhere: where it is fitted, or iterated over.
_OF_OBJECTS = frozenset({"BIS302", "BIS308"})


@dataclass(frozen=True, slots=True)
class AuditedSource:
    """The source of a run, unpacked in `folder`, and what the audit finds in it about randomness."""

    folder: Path
    findings: tuple[Finding, ...]


def audited_source(archive: Path, folder: Path) -> AuditedSource:
    """Unpack the source of a run into a folder, and audit it; nothing in it is run.

    Raises
    ------
    UnsafeArchive, EvidenceDamaged, StorageError
        It cannot be unpacked.
    """
    unpack(archive, folder)
    found = audit_project(folder, folder.name, Options(select=(_RANDOMNESS,))).findings
    return AuditedSource(folder, tuple(f for f in found if f.code.startswith(_RANDOMNESS)))


def findings_of(cause: Cause, source: AuditedSource) -> tuple[Finding, ...]:
    """What the audit finds about a cause.

    A finding belongs to it where one of its places lies within the finding; or where a name on that line was given its
    value by the statement in which the finding is, as in ``net = MLPClassifier()`` and ``net.fit(X, y)``.
    """
    names = _Names(source.folder)
    found: dict[Finding, None] = {}
    for place in cause.places:
        for finding in source.findings:
            if any(_covers(one, place) for one in (finding.place, *finding.related)) or (
                finding.code in _OF_OBJECTS and names.links(finding.place, place)
            ):
                found[finding] = None
    return tuple(found)


def with_findings(causes: Sequence[Cause], source: AuditedSource) -> tuple[Cause, ...]:
    """The causes with what the audit finds about them."""
    return tuple(
        replace(cause, findings=tuple(_as_kept(finding) for finding in findings_of(cause, source))) for cause in causes
    )


def _as_kept(finding: Finding) -> CauseFinding:
    place = finding.place
    return CauseFinding(
        code=finding.code,
        name=finding.name,
        message=finding.message,
        file=place.file,
        line=place.line,
        cell=place.cell + 1 if place.cell >= 0 else None,
        fixable=bool(finding.edits),
    )


def _cell_of(place: DrawPlace) -> int:
    """As the audit counts: from 0, and -1 outside of notebooks."""
    return -1 if place.cell is None else place.cell - 1


def _covers(found: Place, place: DrawPlace) -> bool:
    if (found.file, found.cell) != (place.file, _cell_of(place)):
        return False
    return found.line <= place.line <= max(found.line, found.end_line)


class _Names:
    """The names in the files of a project: which a line uses, and which the statement at a line gives a value."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trees: dict[tuple[str, int], ast.Module | None] = {}

    def links(self, finding: Place, place: DrawPlace) -> bool:
        """Whether a name that the line of `place` uses gets its value in the statement of `finding`."""
        if finding.file != place.file:
            return False
        used = self._tree(place.file, _cell_of(place))
        made = self._tree(finding.file, finding.cell)
        if used is None or made is None:
            return False
        return bool(set(_used(used, place.line)) & set(_assigned(made, finding.line)))

    def _tree(self, file: str, cell: int) -> ast.Module | None:
        if (file, cell) not in self._trees:
            self._trees[file, cell] = self._parsed(file, cell)
        return self._trees[file, cell]

    def _parsed(self, file: str, cell: int) -> ast.Module | None:
        try:
            text = (self._folder / file).read_text(encoding="utf-8")
            if cell < 0:
                return ast.parse(text)
            source = json_value(text)["cells"][cell]["source"]
            return parse_python(parse_cell(source if isinstance(source, str) else "".join(source)).python)
        except (OSError, ValueError, SyntaxError, RecursionError, LookupError, TypeError):
            return None


def _used(tree: ast.Module, line: int) -> Iterator[str]:
    """The names whose methods are called at a line, and those that a loop there goes through."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or node.lineno):
            called = node.func
            while isinstance(called, (ast.Attribute, ast.Subscript)):
                called = called.value
            if isinstance(called, ast.Name) and isinstance(node.func, ast.Attribute):
                yield called.id
            # What is handed over is used, too: cross_val_score(net, X, y).
            yield from (a.id for a in node.args[:1] if isinstance(a, ast.Name))
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            first = node.iter.lineno
            if first <= line <= (node.iter.end_lineno or first):
                yield from (n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name))


def _assigned(tree: ast.Module, line: int) -> Iterator[str]:
    """The names to which the statement at a line assigns."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.lineno <= line <= (node.end_lineno or node.lineno):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
