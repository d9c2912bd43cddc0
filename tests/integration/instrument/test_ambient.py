"""Ambient mode: what can be known from the moment at which bis is loaded."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from bis.evidence.spool import read_events, read_session
from bis.evidence.store import EvidenceStore
from bis.instrument.ambient import interactive, module_argument
from bis.model.facets import EntryKind, Status
from bis.model.record import Mode
from tests.unit.sessions import clean_environ, sessions

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import mlflow, random, sys
mlflow.set_tracking_uri({uri!r})
random.seed(5)
with mlflow.start_run() as run:
    mlflow.log_metric("m", 0.1)
    mlflow.log_param("p", 1)
print(run.info.run_id)
raise SystemExit(3)
"""


def python(project: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run an interpreter in the project, which stores before it ends."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=clean_environ(**{"BIS_WAIT": "1", **variables}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_script_is_recorded_without_being_asked_for(project: Path, store_uri: str) -> None:
    """Metrics, params, seeds and code are in the run; what came too late is partial; the status is the program's."""
    (project / "train.py").write_text(PROGRAM.format(uri=store_uri))
    done = python(project, "train.py", "--lr", "1")
    assert done.returncode == 3, done.stderr
    record = EvidenceStore(store_uri).read(done.stdout.split()[-1]).record
    assert (record.mode, record.code.kind, record.code.target) == (Mode.AMBIENT, EntryKind.SCRIPT, "train.py")
    assert record.code.argv == ("--lr", "1")
    assert record.outputs.metrics[0].values == ((0.1).hex(),)
    assert record.parameters.values == {"p": "1"}
    assert [s.value for s in record.randomness.seeds] == ["5"]
    assert record.randomness.status is record.outputs.status is Status.PARTIAL
    assert record.outputs.exit_code is None


def test_storing_may_be_left_to_the_background(project: Path, home: Path, store_uri: str) -> None:
    """The program does not wait; the evidence comes."""
    (project / "train.py").write_text(PROGRAM.format(uri=store_uri))
    done = python(project, "train.py", BIS_WAIT="0")
    (folder,) = sessions(home)
    deadline = time.monotonic() + 60
    while not (folder / "stored.json").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert EvidenceStore(store_uri).read(done.stdout.split()[-1]).recorded


def test_a_process_without_runs_leaves_nothing(project: Path, home: Path) -> None:
    """Importing MLflow is not an experiment."""
    done = python(project, "-c", "import mlflow; open('x', 'w').close()")
    assert (done.returncode, done.stderr) == (0, "")
    assert not home.exists()


def test_modules_are_named_as_they_were_started(project: Path, home: Path, store_uri: str) -> None:
    """``python -m package.train`` replays as a module."""
    (project / "package").mkdir()
    (project / "package" / "train.py").write_text(PROGRAM.format(uri=store_uri))
    python(project, "-m", "package.train")
    (folder,) = sessions(home)
    session = read_session(folder)
    assert (session.kind, session.target) == (EntryKind.MODULE, "package.train")
    assert not [e for e in read_events(folder) if e["k"] == "failed"]


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("python -m pkg.train --lr 1", "pkg.train"),
        ("python -mpkg", "pkg"),
        ("python -X dev -W ignore -m pkg", "pkg"),
        ("python train.py -m x", ""),
        ("python -c pass -m x", ""),
        ("python - -m x", ""),
        ("python -u", ""),
        ("python", ""),
    ],
)
def test_the_command_line_tells_the_module(command: str, module: str) -> None:
    """Options of the interpreter are distinguished from those of the program."""
    assert module_argument(command.split()) == module


def test_this_is_no_notebook() -> None:
    """A test run is not interactive."""
    assert not interactive()
