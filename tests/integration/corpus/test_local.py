"""Audits in processes of this machine."""

from __future__ import annotations

import sys
import time
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from bis.corpus.audits.audit_outcomes import audit_of, failure_of
from bis.corpus.local import run_locally
from bis.corpus.projects import ProjectSource
from bis.errors import ExecutionError
from tests.unit.corpus.auditors import audit_as_told, audit_text, make_projects
from tests.unit.corpus.repositories import make_repository

if TYPE_CHECKING:
    from pathlib import Path

    from bis.corpus.project_outcomes import ProjectTask
    from bis.model.project_audit import ProjectAudit


def audited(
    sources: list[ProjectSource],
    clones: Path,
    *,
    auditor: ProjectTask[ProjectAudit] = audit_as_told,
    timeout_s: float = 60.0,
) -> dict[str, ProjectAudit]:
    """The audits by name, with two processes."""
    found = run_locally(
        iter(sources), task=auditor, clones=clones, workers=2, timeout_s=timeout_s, clone_timeout_s=60.0
    )
    return {outcome.source.name: audit_of(outcome) for outcome in found}


def test_all_projects_are_audited(tmp_path: Path) -> None:
    """Each one once, with what the auditor says."""
    sources = make_projects(tmp_path, 20)
    outcomes = audited(sources, tmp_path)
    assert sorted(outcomes) == [s.name for s in sources]
    values = {name: audit.facts["uses_mlflow"].value for name, audit in outcomes.items()}
    assert [values[f"p{n:03}"] for n in range(4)] == ["yes", "no", "no", "yes"]


def test_no_projects(tmp_path: Path) -> None:
    """An empty list has no outcomes, and starts no process."""
    assert audited([], tmp_path) == {}


def test_a_crash_costs_its_project_only(tmp_path: Path) -> None:
    """A project that ends its process twice is reported, one that does so once is audited, the others do not notice."""
    sources = make_projects(tmp_path, 8, do={1: "crash", 3: "crash once", 5: "raise"})
    outcomes = audited(sources, tmp_path)
    assert len(outcomes) == 8
    failures = {name: audit.problems[0] for name, audit in outcomes.items() if failure_of(audit)}
    assert {name: p.kind for name, p in failures.items()} == {"p001": "crashed", "p005": "crashed"}
    assert failures["p001"].detail == "its process crashed twice: its process was ended by signal 11"
    assert failures["p005"].detail == "its process crashed twice: ZeroDivisionError: the auditor has a defect"


def test_a_project_that_hangs_is_given_up(tmp_path: Path) -> None:
    """Its process is killed when its time is over; the others go on meanwhile."""
    sources = make_projects(tmp_path, 6, do={0: "hang", 4: "hang"})
    started = time.monotonic()
    outcomes = audited(sources, tmp_path, timeout_s=2.0)
    assert time.monotonic() - started < 20
    assert {name for name, audit in outcomes.items() if failure_of(audit) == "timeout"} == {"p000", "p004"}
    assert len(outcomes) == 6


def test_repositories_are_cloned_and_audited(tmp_path: Path) -> None:
    """Beside folders; one that cannot be cloned is reported."""
    first, _second = make_repository(tmp_path / "r", {"a.py": "import mlflow"}, {"a.py": ""})
    sources = [
        *make_projects(tmp_path / "p", 2),
        ProjectSource("old", url=(tmp_path / "r").as_uri(), commit=first),
        ProjectSource("new", url=(tmp_path / "r").as_uri()),
        ProjectSource("none", url=(tmp_path / "none").as_uri(), commit=first),
    ]
    outcomes = audited(sources, tmp_path / "c", auditor=audit_text)
    assert outcomes["old"].facts["uses_mlflow"].value == "yes"
    assert outcomes["old"].revision.commit == first
    assert outcomes["new"].facts["uses_mlflow"].value == "no"
    assert failure_of(outcomes["none"]) == "clone"
    assert outcomes["none"].revision.commit == first


def test_an_auditor_that_processes_cannot_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the run that fails, with the reason, and not each project."""
    here_only = ModuleType("here_only")
    exec("def auditor(folder, name): ...", vars(here_only))  # noqa: S102 (a function of a module that is in no file)
    monkeypatch.setitem(sys.modules, "here_only", here_only)
    with pytest.raises(ExecutionError, match="cannot be started: ModuleNotFoundError: No module named 'here_only'"):
        audited(make_projects(tmp_path, 2), tmp_path, auditor=here_only.auditor)


def test_leaving_early_ends_the_processes(tmp_path: Path) -> None:
    """Whoever stops reading (Ctrl-C) leaves nothing running, even where a project hangs."""
    sources = make_projects(tmp_path, 5, do={1: "hang"})
    found = run_locally(iter(sources), task=audit_as_told, clones=tmp_path, workers=2, timeout_s=60, clone_timeout_s=60)
    next(found)
    started = time.monotonic()
    found.close()
    assert time.monotonic() - started < 10
