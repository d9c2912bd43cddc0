"""The audit of one project, as the processes of a corpus are given it: what audits is loaded where it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bis._audit.audit_options import Options
    from bis.model.project_audit import ProjectAudit


def audit_task(folder: Path, name: str, *, options: Options) -> ProjectAudit:
    """Audit the project in a folder; see `bis._audit.auditor.audit_project`."""
    from bis._audit.auditor import audit_project

    return audit_project(folder, name, options)


def load_audit() -> None:
    """Load what audits now: processes that are forked afterwards have it."""
    import bis._audit.auditor
    import bis._audit.fix_trials  # noqa: F401 (importing is all that this does)
