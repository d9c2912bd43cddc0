"""``bis run`` without its command line: whatever fails in the recording, the program runs and its status is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bis.config import Settings
from bis.errors import BisError, ExecutionError
from bis.evidence.store import EvidenceStore
from bis.launch.launcher import Entry
from bis.model.facets import EntryKind
from bis.record.recording import record_program
from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from pathlib import Path

# A process of its own: what is measured is how `bis run` would end.
RUN = """
import json, sys
from bis.config import Settings
from bis.model.facets import EntryKind
from bis.launch.launcher import Entry
from bis.record.recording import record_program
done = record_program(Entry(EntryKind.SCRIPT, "program.py"), Settings(), tracking_uri=sys.argv[1] or None, wait=True)
sys.stderr.write("\\n" + json.dumps([done.exit.exit_code, done.stored, done.problem, list(done.run_ids)]))
"""


def recorded(project: Path, text: str, uri: str = "", **variables: str) -> tuple[list[Any], str, str]:
    """Record a program in another process: [exit code, stored, problem, runs], its output, all of stderr."""
    (project / "program.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", RUN, uri],
        cwd=project,
        env=clean_environ(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stderr.splitlines()[-1])
    return answer, done.stdout, done.stderr


def sessions(home: Path) -> list[Path]:
    """The sessions that are there."""
    return sorted((home / "sessions").glob("*"))


def test_the_named_store_gets_the_run(project: Path, store_uri: str) -> None:
    """A program that does not use MLflow is stored where --tracking-uri says, and nowhere else."""
    (code, stored, problem, runs), out, _ = recorded(project, "print('hi')\nraise SystemExit(4)", store_uri)
    assert (code, stored, problem, out) == (4, True, "", "hi\n")
    run = EvidenceStore(store_uri).read(runs[0])
    assert run.record.outputs.exit_code == 4
    assert run.record.code.snapshot is not None
    assert not (project / "mlflow.db").exists()


def test_a_home_that_cannot_be_written_costs_the_recording_only(project: Path, home: Path) -> None:
    """The program runs, its status is kept, and one line says why nothing is recorded."""
    home.write_text("")
    (code, stored, problem, _), out, err = recorded(project, "print('hi')\nraise SystemExit(4)")
    assert (code, stored, out) == (4, False, "hi\n")
    assert "cannot be written" in problem
    assert "nothing is recorded" in err


def test_a_recorder_that_cannot_be_put_in_leaves_no_session(project: Path, home: Path) -> None:
    """A session in which nothing was recorded is not there for later commands to find."""
    home.mkdir()
    (home / "injection").write_text("")
    (code, stored, _, _), out, _ = recorded(project, "print('hi')")
    assert (code, stored, out) == (0, False, "hi\n")
    assert sessions(home) == []


def test_without_a_home_the_program_runs(project: Path) -> None:
    """A user without a home folder (a container's random one) runs programs all the same."""
    (code, stored, _, _), out, err = recorded(project, "print('hi')", BIS_HOME="~no-such-user/bis")
    assert (code, stored, out) == (0, False, "hi\n")
    assert "BIS_HOME" in err


def test_a_dead_store_leaves_the_status_and_the_session(project: Path, home: Path) -> None:
    """The evidence waits for the next command."""
    uri = "sqlite:////proc/no/such/mlflow.db"
    (code, stored, problem, _), _, _ = recorded(project, "raise SystemExit(4)", uri)
    assert (code, stored) == (4, False)
    assert "waits in" in problem
    assert len(sessions(home)) == 1


def test_a_session_that_vanishes_does_not_end_the_program(project: Path, home: Path) -> None:
    """A program that removes bis's own folder gets its status."""
    text = f"import shutil, os\nshutil.rmtree({str(home)!r})\nprint('still here')\nraise SystemExit(4)"
    (code, stored, problem, _), out, _ = recorded(project, text)
    assert (code, stored, out) == (4, False, "still here\n")
    assert problem


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as working directory of this process."""
    monkeypatch.chdir(project)
    return project


def test_recording_can_be_switched_off(here: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BIS_RECORD=0: the program runs as ever and nothing is written."""
    monkeypatch.setenv("BIS_RECORD", "0")
    (here / "a.py").write_text("import os\nraise SystemExit(6 if 'BIS_SPOOL' not in os.environ else 7)")
    done = record_program(Entry(EntryKind.SCRIPT, "a.py"), Settings())
    assert (done.exit.exit_code, done.session) == (6, None)
    assert not home.exists()
    (here / "a.ipynb").touch()
    with pytest.raises(BisError, match="cannot be run without"):
        record_program(Entry(EntryKind.NOTEBOOK, "a.ipynb"), Settings())


def test_a_program_that_does_not_start_leaves_no_session(
    here: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that cannot be started raises an error, and its session is removed."""
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    (here / "a.py").touch()
    with pytest.raises(ExecutionError, match="cannot be started"):
        record_program(Entry(EntryKind.SCRIPT, "a.py"), Settings())
    assert sessions(home) == []


@pytest.mark.skipif(os.name != "posix", reason="file names of bytes")
def test_arguments_of_any_bytes_are_passed_on(here: Path, store_uri: str) -> None:
    """Arguments that are not text in any encoding reach the program, and the record."""
    odd = os.fsdecode(b"caf\xe9")
    (here / "a.py").write_text("import sys, os\nraise SystemExit(os.fsencode(sys.argv[1]) != b'caf\\xe9')")
    done = record_program(
        Entry(EntryKind.SCRIPT, "a.py", (odd,)), Settings(), tracking_uri=store_uri, wait=True, echo=False
    )
    assert (done.exit.exit_code, done.problem) == (0, "")
    assert EvidenceStore(store_uri).read(done.run_ids[0]).record.code.argv == (odd,)
