"""Where a program is in its repository, and what the audit finds in it that bears on repeatability."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.single_project import AuditChoices, audit_path
from bis.launch.project_root import find_toplevel
from bis.model.facets import EntryKind

if TYPE_CHECKING:
    from bis.model.project_audit import Finding
    from bis.model.record import Record

_ON_RANDOMNESS = ("BIS3",)


def file_of(record: Record) -> str:
    """The program's file from the root of its repository; empty for a module, and for what lies elsewhere."""
    code = record.code
    if code.kind not in {EntryKind.SCRIPT, EntryKind.NOTEBOOK} or not code.project_root:
        return ""
    path = Path(code.project_root, code.target)
    top = find_toplevel(path.parent) or Path(code.project_root)
    relative = Path(os.path.relpath(path, top)).as_posix()
    return "" if relative.startswith("..") else relative


def suspects_in(record: Record) -> tuple[Finding, ...]:
    """Findings about randomness in the project of a run, where it is on this machine; nothing of it is run."""
    root = Path(record.code.project_root)
    if not record.code.project_root or not root.is_dir():
        return ()
    top = find_toplevel(root) or root
    audited = audit_path(root, AuditChoices(select=_ON_RANDOMNESS, baseline=""))
    return audited.below(Path(os.path.relpath(root, top)).as_posix()).findings
