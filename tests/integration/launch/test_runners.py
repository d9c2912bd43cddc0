"""The ways to run a session's program, and which is chosen."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis.config import Settings
from bis.launch.launcher import Entry, child_environment, new_session
from bis.launch.runners import Launch, NotebookRunner, ProcessRunner, Runner, runner_for
from bis.model.facets import EntryKind
from bis.model.progress import Silent, Step, Task
from bis.model.record import Mode
from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", list(EntryKind))
def test_notebooks_have_a_kernel_and_all_else_a_process(kind: EntryKind) -> None:
    """The choice is made by the kind of program."""
    runner: Runner = runner_for(kind)
    assert isinstance(runner, NotebookRunner if kind is EntryKind.NOTEBOOK else ProcessRunner)


class Cells(Silent):
    """Keeps what it receives."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep."""
        self.events.append((task, total))

    def advanced(self, task: Task, step: Step) -> None:
        """Keep."""
        self.events.append(step.what)

    def finished(self, task: Task) -> None:
        """Keep."""
        self.events.append(task)


@pytest.mark.slow
def test_the_cells_of_a_notebook_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of cells first, then each code cell by its number as it starts."""
    nbformat = pytest.importorskip("nbformat")
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    v4 = nbformat.v4
    cells = [v4.new_code_cell("a = 1"), v4.new_markdown_cell("text"), v4.new_code_cell("print(a)")]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
    entry = Entry(EntryKind.NOTEBOOK, "n.ipynb")
    session = new_session(entry, mode=Mode.RUN, cwd=tmp_path, project_root=tmp_path, settings=Settings())
    env = child_environment(session, clean_environ())
    observer = Cells()
    job = Launch(session=session, python=sys.executable, cwd=tmp_path, env=env, echo=False, observer=observer)
    ended = NotebookRunner().run(replace(job, timeout_s=120.0))
    assert ended.exit_code == 0
    assert observer.events == [(Task.CELLS, 3), "1", "3", Task.CELLS]
