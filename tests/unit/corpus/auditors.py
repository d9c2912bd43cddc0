"""Auditors that stand in for the real one, and projects for them: what a project does to its auditor is in a file."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

from bis.corpus.projects import ProjectSource
from bis.model.progress import KEPT, Note, Silent, Step, Task
from bis.model.project_audit import Fact, ProjectAudit, Revision
from bis.report.text.progress_text import note_text

if TYPE_CHECKING:
    from pathlib import Path


def audit_text(folder: Path, name: str) -> ProjectAudit:
    """An audit that knows what is written in ``a.py``."""
    path = folder / "a.py"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    head = folder / ".git" / "HEAD"
    commit = head.read_text(encoding="ascii").strip() if head.exists() else ""
    return ProjectAudit(name, {"uses_mlflow": Fact("yes" if "mlflow" in text else "no")}, revision=Revision(commit))


def audit_as_told(folder: Path, name: str) -> ProjectAudit:
    """Do what the project's ``do`` says: crash, hang, talk, or just be slow."""
    path = folder / "do"
    told = path.read_text(encoding="utf-8") if path.exists() else ""
    if told == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if told == "crash once" and not (folder / "been here").exists():
        (folder / "been here").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if told == "raise":
        raise ZeroDivisionError("the auditor has a defect")
    if told == "hang":
        time.sleep(3600)
    if told == "lose the machine":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    if told == "slow":
        time.sleep(0.04)
    if told == "print":
        print("x" * 100_000)  # noqa: T201
        os.write(1, b"y" * 100_000)
    return audit_text(folder, name)


def nobody(folder: Path, name: str) -> ProjectAudit:
    """An audit of nothing, as quick as can be."""
    return ProjectAudit(name, {"uses_mlflow": Fact("no")})


def audit_slowly(folder: Path, name: str) -> ProjectAudit:
    """An audit that takes a while, for runs that are killed in the middle."""
    time.sleep(0.05)
    return audit_text(folder, name)


def make_projects(folder: Path, count: int, *, do: dict[int, str] | None = None) -> list[ProjectSource]:
    """Projects p000, p001, ...; every third uses MLflow."""
    sources = []
    for number in range(count):
        project = folder / f"p{number:03}"
        project.mkdir(parents=True)
        (project / "a.py").write_text("import mlflow\n" if number % 3 == 0 else "x = 1\n", encoding="utf-8")
        if do and number in do:
            (project / "do").write_text(do[number], encoding="utf-8")
        sources.append(ProjectSource(project.name, folder=project))
    return sources


def projects_of(path: Path) -> list[str]:
    """The names in a file of results, in alphabetical order."""
    return sorted(json.loads(line)["project"] for line in path.read_text(encoding="utf-8").splitlines())


class Notebook(Silent):
    """Writes down what it receives; notes as they are printed."""

    def __init__(self) -> None:
        self.total: int | None = -1
        self.names: list[str] = []
        self.kept_names: list[str] = []
        self.notes: list[str] = []

    def started(self, task: Task, total: int | None = None) -> None:
        """Note the total."""
        self.total = total

    def advanced(self, task: Task, step: Step) -> None:
        """Note the name."""
        (self.kept_names if step.code == KEPT else self.names).append(step.what)

    def noted(self, note: Note) -> None:
        """Note the note."""
        self.notes.append(note_text(note))
