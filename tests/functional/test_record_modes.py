"""Every way in which a run comes about is recorded, and what came too late is said to be partial."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.model.facets import EntryKind, Status
from bis.model.record import Mode, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.evidence.store import StoredRun
    from tests.functional.scene import Project

PROGRAMS = Path(__file__).parents[1] / "assets" / "modes"
MLPROJECT = """\
name: project
entry_points:
  main:
    parameters:
      x: {type: float, default: 1}
    command: "python project.py --x {x}"
"""


@pytest.fixture(scope="module")
def modes(new_project: Callable[..., Project]) -> Project:
    """A project with the programs of these tests."""
    project = new_project("modes")
    for program in PROGRAMS.glob("*.py"):
        project.add(program.name, program.read_text(encoding="utf-8"))
    project.add("table.csv", "a,b\n1,2\n3,4\n")
    project.add("MLproject", MLPROJECT)
    return project


def _python(project: Project, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A program without ``bis run``, in an environment in which bis is installed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project.folder, env=project.environ(**variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


def _latest(project: Project) -> StoredRun:
    return project.store.read(project.store.find("last"))


def _values(stored: StoredRun) -> dict[str, list[float]]:
    return {c.name: [float.fromhex(v) for v in c.values] for c in stored.record.outputs.metrics}


def test_client_in_ambient_mode(modes: Project) -> None:
    """A run made through `MlflowClient` is recorded from inside its process, with all steps."""
    assert _python(modes, "client.py").returncode == 0
    stored = _latest(modes)
    record = stored.record
    assert (record.mode, record.state) == (Mode.AMBIENT, State.FINISHED)
    assert _values(stored) == {"single": [0.5], "batch": [1.5, 2.5, 3.5]}
    assert (record.code.target, record.code.kind) == ("client.py", EntryKind.SCRIPT)
    assert {n for n, f in record.facets().items() if f.status is Status.PARTIAL} == {"data", "randomness", "outputs"}
    assert [f.path for f in record.data.files] == [], "what bis itself read is no data of the program"


@pytest.mark.parametrize("how", ["bis run", "ambient", "after an audit"])
def test_a_home_inside_the_project_is_no_part_of_it(new_project: Callable[..., Project], how: str) -> None:
    """Twice recorded with ``BIS_HOME=./kept``: the second snapshot has nothing of what the first one left there."""
    project = new_project(how)
    # `bis run` records any program; of its own accord only one that uses MLflow is recorded, which takes long to load.
    program = "client.py" if how == "ambient" else "plain.py"
    project.add(program, (PROGRAMS / program).read_text(encoding="utf-8"))
    project.add("table.csv", "a,b\n1,2\n3,4\n")
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    if how == "after an audit":
        assert project.bis("audit", ".", BIS_HOME="kept").code in {0, 1}
    for _ in range(2):
        if how == "ambient":
            assert _python(project, program, BIS_HOME="kept").returncode == 0
        else:
            project.record(program, BIS_HOME="kept")
    code = _latest(project).record.code
    assert (project.folder / "kept" / "sessions").is_dir()
    assert code.snapshot is not None
    assert [file.path for file in code.snapshot.files if file.path.startswith("kept")] == []
    assert [name for name in code.untracked if name.startswith("kept")] == []
    assert program in code.untracked


def test_switched_off(modes: Project) -> None:
    """BIS_RECORD=0: the run is there, and nothing of bis with it."""
    assert _python(modes, "client.py", BIS_RECORD="0").returncode == 0
    stored = _latest(modes)
    assert not stored.recorded
    assert [t for t in stored.tags if t.startswith("bis.")] == []


def test_each_run_of_a_program_finds_its_own_in_a_replay(modes: Project) -> None:
    """Four runs of one program: the replay of the third is compared with the third that the program begins."""
    done = modes.bis("run", "--json", "nested.py")
    runs = json.loads(done.out)["run_ids"]
    assert len(runs) == 4, done.err
    third = modes.store.read(runs[2])
    assert third.record.ordinal == 2
    replayed = modes.bis("replay", runs[2], "-n", "1", "--json")
    verdict = json.loads(replayed.out)
    assert verdict["level"] == "bitwise", replayed.err
    metrics = {m["name"]: m["values"] for m in verdict["outcomes"][0]["outputs"]["metrics"]}
    assert metrics == {"outer": [third.record.outputs.metrics[0].values[0]]}


def test_resumed_run(modes: Project) -> None:
    """A run that a second program takes up keeps the first one's record, and says so."""
    assert _python(modes, "begins.py").returncode == 0
    assert _python(modes, "resumes.py").returncode == 0
    stored = _latest(modes)
    assert _values(stored) == {"value": [1.0, 2.0]}
    assert (stored.record.sessions, stored.record.code.target) == (2, "begins.py")
    assert "resumes.py" in stored.record.notes[0]


def test_exception_that_mlflow_does_not_know_of(modes: Project) -> None:
    """MLflow says FINISHED; the record says what was raised, and the exit status is the program's."""
    done = modes.bis("run", "fails.py")
    assert done.code == 1
    assert "ValueError: the loss exploded" in done.err
    stored = modes.store.read(done.run_id)
    assert stored.status == "FINISHED"
    failure = stored.record.outputs.failure
    assert failure is not None
    assert (failure.stage, failure.message, failure.exit_code) == ("exception", "ValueError: the loss exploded", 1)
    assert stored.tags["bis.failure"] == "ValueError: the loss exploded"


def test_mlflow_run(modes: Project) -> None:
    """`mlflow run` starts the program in a process of its own: that one is recorded."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = _python(modes, "-m", "mlflow", "run", ".", "--env-manager", "local", "-P", "x=3", PATH=path)
    assert done.returncode == 0, done.stderr
    stored = _latest(modes)
    assert (stored.record.code.target, stored.record.code.argv) == ("project.py", ("--x", "3"))
    assert _values(stored) == {"x": [3.0]}


def test_program_without_mlflow(modes: Project) -> None:
    """It gets a run of its own, with what it printed, read and wrote; and it replays."""
    run_id = modes.record("plain.py", "--level", "2")
    stored = modes.store.read(run_id)
    record = stored.record
    assert "score" in (record.outputs.stdout or "")
    assert [f.path for f in record.data.files] == ["table.csv"]
    assert [f.path for f in record.outputs.files] == ["result.txt"]
    assert {n: f.reasons for n, f in record.facets().items() if f.status is not Status.RECORDED} == {}
    verdict = json.loads(modes.bis("replay", run_id, "-n", "2", "--json").out)
    assert verdict["level"] == "bitwise"
    changed = json.loads(modes.bis("replay", run_id, "-n", "1", "--set", "level=3", "--json").out)
    assert [d["what"] for d in changed["deviations"]] == ["argument level"]
    assert changed["level"] != "bitwise"
    assert (modes.folder / "result.txt").read_text(encoding="utf-8") != ""


def test_module(modes: Project) -> None:
    """`bis run -m package.module` runs and replays it as Python does."""
    package = modes.folder / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "train.py").write_text(
        "from package.numbers import value\nprint('value', value(), __name__)\n", encoding="utf-8"
    )
    (package / "numbers.py").write_text("import random\ndef value(): return random.random()\n", encoding="utf-8")
    run_id = modes.record("-m", "package.train")
    assert "__main__" in (modes.store.read(run_id).record.outputs.stdout or "")
    assert modes.bis("replay", run_id, "-n", "1").code == 0


def test_interactive_session(modes: Project) -> None:
    """A run begun in a Jupyter kernel is recorded with the cells in the order of execution, and replays."""
    program = modes.folder / "session.py"
    program.write_text(
        "import nbformat.v4 as v4\nfrom nbclient import NotebookClient\n"
        "cells = ['import random', 'import mlflow', 'with mlflow.start_run():\\n"
        '    mlflow.log_metric("q", random.random())\']\n'
        "NotebookClient(v4.new_notebook(cells=[v4.new_code_cell(c) for c in cells]), kernel_name='python3').execute()",
        encoding="utf-8",
    )
    assert _python(modes, "session.py").returncode == 0
    stored = _latest(modes)
    code = stored.record.code
    assert code.kind is EntryKind.INTERACTIVE
    firsts = [c.source.splitlines()[0] for c in code.cells]
    assert firsts == [
        "import random",
        "import mlflow",
        "with mlflow.start_run():",
    ]
    done = modes.bis("replay", stored.run_id, "-n", "1", "--json")
    assert json.loads(done.out)["level"] == "bitwise", done.err


def test_run_that_was_never_recorded(modes: Project) -> None:
    """It replays from the commit in its tags, where a clone is named, and the list of what is missing is long."""
    repository = modes.folder / "old"
    repository.mkdir()
    (repository / "old.py").write_text(
        "import mlflow\nwith mlflow.start_run(): mlflow.log_metric('m', 0.25)\n", encoding="utf-8"
    )
    git: list[Any] = ["git", "-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "old"]):
        subprocess.run([*git, *words], check=True)
    assert _python(modes, "old/old.py", BIS_RECORD="0").returncode == 0
    run_id = _latest(modes).run_id
    refused = modes.bis("replay", run_id)
    assert refused.code == 3
    refused.explains("only commit", "--source")
    done = modes.bis("replay", run_id, "--source", str(repository), "-n", "1", "--json")
    verdict = json.loads(done.out)
    assert verdict["level"] == "bitwise", done.err
    said = " ".join(s["text"] for s in verdict["statements"])
    for what in ("environment", "machine", "data", "randomness", "arguments", "uncommitted changes"):
        assert what in said
