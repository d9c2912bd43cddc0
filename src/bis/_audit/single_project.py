"""The audit of one project, as it is asked for: its folder, its settings, its baseline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.audit_options import Options
from bis._audit.baseline import read_baseline, without_known, write_baseline
from bis._audit.changed_lines import changed_since
from bis._audit.forked_process import cores
from bis.config import Settings, file_of_project, home, load_settings, make_home
from bis.errors import UsageError

if TYPE_CHECKING:
    from bis._audit.fixes import Repair
    from bis.model.project_audit import ProjectAudit


@dataclass(frozen=True, slots=True)
class AuditChoices:
    """What the user chose for an audit; see `bis.audit`."""

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    exclude: Sequence[str] = ()
    baseline: str | None = None
    cache: bool = True
    since: str | None = None


def project_folder(path: Path) -> Path:
    """The folder of the project that `path` is audited as.

    A folder is one itself. A file belongs to the nearest folder above it that has a repository or a pyproject.toml,
    else to its own.
    """
    if path.is_dir():
        return path
    folder = path.resolve().parent
    marks = (".git", "pyproject.toml")
    return next((f for f in (folder, *folder.parents) if any((f / mark).exists() for mark in marks)), folder)


def audit_path(path: Path, choices: AuditChoices) -> ProjectAudit:
    """Audit a project's folder, or a file of it: then only what concerns the file is kept.

    Raises
    ------
    UsageError
        There is no such folder or file, no such rule or commit, or the baseline is invalid.
    """
    if not path.exists():
        raise UsageError(f"there is no folder or file {path}", hint="Name a project's folder: bis audit .")
    from bis._audit.auditor import audit_project  # late, as the rules and fixes below: a corpus has its own processes

    root = project_folder(path)
    settings = load_settings(root)
    if choices.cache:
        with suppress(OSError):  # costs time, not the audit
            make_home()
    options = replace(auditor_options(choices, settings), processes=cores())
    audited = audit_project(root, root.resolve().name, options)
    if not path.is_dir():
        name = path.resolve().relative_to(root.resolve()).as_posix()
        audited = replace(
            audited,
            calls=tuple(call for call in audited.calls if call.place.file == name),
            findings=tuple(finding for finding in audited.findings if finding.place.file == name),
        )
    baseline = choices.baseline
    if baseline is None and settings.baseline:
        baseline = str(file_of_project(settings.baseline, root, setting="baseline"))
    if baseline:
        known = read_baseline(Path(baseline))
        audited = replace(audited, findings=without_known(audited.findings, known, _from(Path(baseline), root)))
    if choices.since is not None:
        audited = replace(audited, findings=changed_since(choices.since, root).of(audited.findings))
    return audited


def auditor_options(choices: AuditChoices, settings: Settings) -> Options:
    """What the auditor is to do, by the choices of the user and the settings of the project.

    Raises
    ------
    UsageError
        There is no such rule.
    """
    select = tuple(code.upper() for code in choices.select or settings.select)
    ignore = tuple(code.upper() for code in (*choices.ignore, *settings.ignore))
    unknown = _unknown((*select, *ignore))
    if unknown:
        named = set(unknown) & {code.upper() for code in (*settings.select, *settings.ignore)}
        where = " ([tool.bis] in pyproject.toml)" if named else ""
        raise UsageError(f"no rule has the code {', '.join(unknown)}{where}", hint="See: bis rule")
    return Options(
        select,
        ignore,
        (*choices.exclude, *settings.exclude),
        settings.max_file_mib,
        home() / "audit" if choices.cache else None,
    )


def _unknown(codes: tuple[str, ...]) -> list[str]:
    if not codes:
        return []
    from bis._audit.rules.documentation import unknown_codes

    return unknown_codes(codes)


def repairs_of(path: Path, audited: ProjectAudit, *, write: bool = False) -> list[Repair]:
    """What the files of a project would be with all safe fixes made; with `write`, they are made."""
    from bis._audit import fixes

    root = project_folder(path)
    made = fixes.repairs(root, audited.findings)
    if write:
        fixes.apply(root, made)
    return made


def list_findings(path: Path, audits: Sequence[ProjectAudit], roots: Sequence[Path] = ()) -> int:
    """Write the findings of all audits to the baseline `path`; returns their number.

    Raises
    ------
    UsageError
        There are not as many `roots` as `audits`.
    """
    if roots and len(roots) != len(audits):
        raise UsageError(f"{len(audits)} audits and {len(roots)} roots: expected one root for each audit")
    folders = [_from(path, project_folder(root)) for root in roots] or [""] * len(audits)
    listed = [audited.below(folder) for folder, audited in zip(folders, audits, strict=True)]
    return write_baseline(path, [finding for audited in listed for finding in audited.findings])


def _from(baseline: Path, root: Path) -> str:
    """A project's folder as one sees it from the folder of a baseline."""
    return Path(os.path.relpath(root.resolve(), baseline.absolute().parent.resolve())).as_posix()
