"""The result of one project of a corpus, whether it could be audited or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bis.corpus.projects import ProjectSource
from bis.model.project_audit import Problem, ProjectAudit, Revision

Auditor = Callable[[Path, str], ProjectAudit]

CRASHED, TIMEOUT, MISSING = "crashed", "timeout", "missing"


@dataclass(frozen=True, slots=True)
class ProjectOutcome:
    """A project with its audit."""

    source: ProjectSource
    audit: ProjectAudit


def succeeded(source: ProjectSource, audit: ProjectAudit) -> ProjectOutcome:
    """The audit, under the name and at the commit by which the corpus knows the project."""
    revision = audit.revision
    if source.commit and revision.commit != source.commit:
        revision = replace(revision, commit=source.commit)
    if audit.project != source.name or revision is not audit.revision:
        audit = replace(audit, project=source.name, revision=revision)
    return ProjectOutcome(source, audit)


def failed(source: ProjectSource, problem: Problem) -> ProjectOutcome:
    """An audit that knows nothing but why: it has no facts."""
    audit = ProjectAudit(source.name, {}, problems=(problem,), revision=Revision(source.commit or ""))
    return ProjectOutcome(source, audit)


def failure_of(audit: ProjectAudit) -> str:
    """The kind of problem for which a project was not audited at all; empty where it was."""
    whole = [p.kind for p in audit.problems if not p.file]
    return whole[0] if whole and not audit.facts else ""
