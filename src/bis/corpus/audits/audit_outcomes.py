"""Audits as results of a corpus: one for each project, whether it could be audited or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.corpus.project_outcomes import ResultKind
from bis.model.project_audit import Problem, ProjectAudit, Revision
from bis.report.json.audit_json import from_line, to_line

if TYPE_CHECKING:
    from bis.corpus.project_outcomes import ProjectOutcome

AUDITS = "audits.jsonl"


def audit_of(outcome: ProjectOutcome[ProjectAudit]) -> ProjectAudit:
    """The audit, under the name and at the commit by which the corpus knows the project.

    Of a project that could not be audited it holds only the reason: it has no facts.
    """
    source, audit = outcome.source, outcome.result
    if isinstance(audit, Problem):
        return ProjectAudit(source.name, {}, problems=(audit,), revision=Revision(source.commit or ""))
    revision = audit.revision
    if source.commit and revision.commit != source.commit:
        revision = replace(revision, commit=source.commit)
    if audit.project != source.name or revision is not audit.revision:
        audit = replace(audit, project=source.name, revision=revision)
    return audit


def failure_of(audit: ProjectAudit) -> str:
    """The kind of problem for which a project was not audited at all; empty where it was."""
    whole = [p.kind for p in audit.problems if not p.file]
    return whole[0] if whole and not audit.facts else ""


def detail_of(audit: ProjectAudit) -> str:
    """Why a project was not audited at all; empty where it was."""
    return audit.problems[0].detail if failure_of(audit) else ""


def key_of(audit: ProjectAudit) -> tuple[str, str]:
    """Name and commit of the project."""
    return audit.project, audit.revision.commit


AUDIT_RESULTS = ResultKind(AUDITS, audit_of, to_line, from_line, key_of, failure_of, detail_of)
