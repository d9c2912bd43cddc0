"""Audits in processes of this machine."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from bis.corpus.audits.audit_outcomes import audit_of, failure_of
from bis.corpus.local import work_locally
from bis.corpus.project_outcomes import ProjectOutcome, ProjectWork, result_of
from bis.corpus.projects import ProjectSource
from bis.errors import ExecutionError
from bis.model.project_audit import ProjectAudit
from tests.unit.corpus.auditors import audit_as_told, audit_text, make_projects
from tests.unit.corpus.repositories import make_repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bis.corpus.project_outcomes import ProjectTask


def nothing() -> None:
    """Load nothing: all is there."""


@pytest.fixture(params=["forked", "started"])
def load(request: pytest.FixtureRequest) -> Callable[[], object] | None:
    """What makes the processes forks, or interpreters that are started."""
    if request.param != "forked":
        return None
    request.getfixturevalue("forkable")
    return nothing


def audited(
    sources: list[ProjectSource],
    clones: Path,
    *,
    auditor: ProjectTask[ProjectAudit] = audit_as_told,
    timeout_s: float = 60.0,
    load: Callable[[], object] | None = None,
) -> dict[str, ProjectAudit]:
    """The audits by name, with two processes."""
    found = work_locally(
        iter(sources),
        work=ProjectWork(auditor, result_of),
        clones=clones,
        workers=2,
        timeout_s=timeout_s,
        clone_timeout_s=60.0,
        load=load,
    )
    return {outcome.source.name: audit_of(outcome) for outcome in found}  # type: ignore[arg-type]  # audits or problems


def test_all_projects_are_audited(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """Each one once, with what the auditor says."""
    sources = make_projects(tmp_path, 20)
    outcomes = audited(sources, tmp_path, load=load)
    assert sorted(outcomes) == [s.name for s in sources]
    values = {name: audit.facts["uses_mlflow"].value for name, audit in outcomes.items()}
    assert [values[f"p{n:03}"] for n in range(4)] == ["yes", "no", "no", "yes"]


def test_no_projects(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """An empty list has no outcomes, and starts no process."""
    assert audited([], tmp_path, load=load) == {}


def test_a_crash_costs_its_project_only(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """A project that ends its process twice is reported, one that does so once is audited, the others do not notice."""
    sources = make_projects(tmp_path, 8, do={1: "crash", 3: "crash once", 5: "raise"})
    outcomes = audited(sources, tmp_path, load=load)
    assert len(outcomes) == 8
    failures = {name: audit.problems[0] for name, audit in outcomes.items() if failure_of(audit)}
    assert {name: p.kind for name, p in failures.items()} == {"p001": "crashed", "p005": "crashed"}
    assert failures["p001"].detail == "its process crashed twice: its process was ended by signal 11"
    assert failures["p005"].detail == "its process crashed twice: ZeroDivisionError: the auditor has a defect"


def test_a_project_that_hangs_is_given_up(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """Its process is killed when its time is over; the others go on meanwhile."""
    sources = make_projects(tmp_path, 6, do={0: "hang", 4: "hang"})
    started = time.monotonic()
    outcomes = audited(sources, tmp_path, timeout_s=2.0, load=load)
    assert time.monotonic() - started < 20
    assert {name for name, audit in outcomes.items() if failure_of(audit) == "timeout"} == {"p000", "p004"}
    assert len(outcomes) == 6


def test_repositories_are_cloned_and_audited(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """Beside folders; one that cannot be cloned is reported."""
    first, _second = make_repository(tmp_path / "r", {"a.py": "import mlflow"}, {"a.py": ""})
    sources = [
        *make_projects(tmp_path / "p", 2),
        ProjectSource("old", url=(tmp_path / "r").as_uri(), commit=first),
        ProjectSource("new", url=(tmp_path / "r").as_uri()),
        ProjectSource("none", url=(tmp_path / "none").as_uri(), commit=first),
    ]
    outcomes = audited(sources, tmp_path / "c", auditor=audit_text, load=load)
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


def test_leaving_early_ends_the_processes(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """Whoever stops reading (Ctrl-C) leaves nothing running, even where a project hangs."""
    sources = make_projects(tmp_path, 5, do={1: "hang"})
    work = ProjectWork(audit_as_told, result_of)
    found = work_locally(
        iter(sources), work=work, clones=tmp_path, workers=2, timeout_s=60, clone_timeout_s=60, load=load
    )
    next(found)
    started = time.monotonic()
    found.close()
    assert time.monotonic() - started < 10


def identity(folder: Path, name: str) -> ProjectAudit:
    """An audit that says in which process it was made, and of which parent."""
    time.sleep(0.02)
    return ProjectAudit(f"{os.getpid()} {os.getppid()} {LOADED}", {})


def of(outcome: ProjectOutcome[ProjectAudit]) -> str:
    """What it says; it is made in the process, too."""
    return f"{outcome.result.project} {os.getpid()}" if isinstance(outcome.result, ProjectAudit) else "a problem"


LOADED: list[int] = []


@pytest.mark.usefixtures("forkable")
def test_forks_have_what_was_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first project, here; no more processes are made than there are projects."""
    monkeypatch.setattr(f"{__name__}.LOADED", [])
    work = ProjectWork(identity, of)
    counts = []
    for projects in (1, 9):
        found = work_locally(
            iter(make_projects(tmp_path / f"{projects}", projects)),
            work=work,
            clones=tmp_path,
            workers=2,
            timeout_s=60,
            clone_timeout_s=60,
            load=lambda: LOADED.append(os.getpid()),
        )
        said = [str(outcome.result).split(" ", 2) for outcome in found]
        assert {parent for _process, parent, _rest in said} == {str(os.getpid())}
        assert all(rest.endswith(f"{os.getpid()}] {process}") for process, _parent, rest in said)
        counts.append(len({process for process, _parent, _rest in said}))
    assert counts == [1, 2]
    assert [os.getpid()] * 2 == LOADED


@pytest.mark.usefixtures("forkable")
def test_nothing_is_loaded_for_nothing(tmp_path: Path) -> None:
    """Nor where this process cannot be forked: then each process loads for itself, and the work is done."""
    assert audited([], tmp_path, load=lambda: pytest.fail("there is nothing to do")) == {}
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        sources = make_projects(tmp_path, 2)
        assert len(audited(sources, tmp_path, load=lambda: pytest.fail("a process with threads"))) == 2
    finally:
        ended.set()
        thread.join()


def test_projects_that_wait_behind_one_that_fails_are_done(tmp_path: Path, load: Callable[[], object] | None) -> None:
    """A quick process has one project ahead: that one is not lost with it, nor blamed."""
    sources = make_projects(tmp_path, 40, do={10: "crash", 11: "raise", 20: "hang", 30: "crash once"})
    outcomes = audited(sources, tmp_path, timeout_s=2.0, load=load)
    failures = {name: failure_of(audit) for name, audit in outcomes.items() if failure_of(audit)}
    assert len(outcomes) == 40
    assert failures == {"p010": "crashed", "p011": "crashed", "p020": "timeout"}
