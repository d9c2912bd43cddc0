"""Outcomes of single projects."""

from __future__ import annotations

from bis.corpus.outcomes import CRASHED, failed, failure_of, succeeded
from bis.corpus.projects import ProjectSource
from bis.model.project_audit import Fact, Problem, ProjectAudit, Revision

COMMIT = "a" * 40
FACTS = {"uses_mlflow": Fact("no")}


def test_an_audit_stands_under_the_name_and_commit_of_the_list() -> None:
    """An auditor that sees no repository, or calls the project something else, does not break resuming."""
    outcome = succeeded(ProjectSource("o/n", url="x", commit=COMMIT), ProjectAudit("n", FACTS))
    assert (outcome.audit.project, outcome.audit.revision) == ("o/n", Revision(COMMIT))


def test_an_audit_that_fits_is_not_touched() -> None:
    """What git told of the years is kept."""
    audit = ProjectAudit("o/n", FACTS, revision=Revision(COMMIT, 2019, 2021))
    assert succeeded(ProjectSource("o/n", url="x", commit=COMMIT), audit).audit is audit


def test_failures_are_told_from_audits_with_problems() -> None:
    """A problem of one file is none of the project; a failure has no facts and says its kind."""
    bad_file = Problem("a.py", "syntax", "it is Python 2")
    assert failure_of(ProjectAudit("a", FACTS, problems=(bad_file,))) == ""
    outcome = failed(ProjectSource("a", url="x", commit=COMMIT), Problem("", CRASHED, "signal 11"))
    assert failure_of(outcome.audit) == CRASHED
    assert outcome.audit.revision.commit == COMMIT
