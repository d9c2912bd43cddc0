"""Outcomes of single projects."""

from __future__ import annotations

from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS, audit_of, failure_of
from bis.corpus.project_outcomes import CRASHED, ProjectOutcome
from bis.corpus.projects import ProjectSource
from bis.model.project_audit import Fact, Problem, ProjectAudit, Revision

COMMIT = "a" * 40
FACTS = {"uses_mlflow": Fact("no")}


def test_an_audit_stands_under_the_name_and_commit_of_the_list() -> None:
    """An auditor that sees no repository, or calls the project something else, does not break resuming."""
    audit = audit_of(ProjectOutcome(ProjectSource("o/n", url="x", commit=COMMIT), ProjectAudit("n", FACTS)))
    assert (audit.project, audit.revision) == ("o/n", Revision(COMMIT))


def test_an_audit_that_fits_is_not_touched() -> None:
    """What git told of the years is kept."""
    audit = ProjectAudit("o/n", FACTS, revision=Revision(COMMIT, 2019, 2021))
    assert audit_of(ProjectOutcome(ProjectSource("o/n", url="x", commit=COMMIT), audit)) is audit


def test_failures_are_told_from_audits_with_problems() -> None:
    """A problem of one file is none of the project; a failure has no facts and says its kind."""
    bad_file = Problem("a.py", "syntax", "it is Python 2")
    assert failure_of(ProjectAudit("a", FACTS, problems=(bad_file,))) == ""
    failed = audit_of(ProjectOutcome(ProjectSource("a", url="x", commit=COMMIT), Problem("", CRASHED, "signal 11")))
    assert failure_of(failed) == CRASHED
    assert failed.revision.commit == COMMIT


def test_audits_are_written_and_read_again() -> None:
    """As one line each, and found again under the name and commit of the project."""
    audit = ProjectAudit("o/n", FACTS, revision=Revision(COMMIT))
    assert AUDIT_RESULTS.from_line(AUDIT_RESULTS.to_line(audit)) == audit
    assert AUDIT_RESULTS.key_of(audit) == ("o/n", COMMIT)
