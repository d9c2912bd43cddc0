"""Events become facets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.config import Settings
from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.launch.launcher import child_environment
from bis.model.facets import Status
from bis.model.record import Mode, State
from bis.model.session import Exit
from bis.record.assembly import assemble
from bis.record.observed_session import SeenRun, read_sightings
from bis.record.preparation import prepare
from tests.unit.sessions import clean_environ, session_of

if TYPE_CHECKING:
    from bis.model.record import Record
RUN = SeenRun("a" * 32, "created", "0", "sqlite:///x.db", 0, 1.0)


def record_of(project: Path, text: str, **variables: str) -> Record:
    """The record of a real program."""
    session = session_of(project, text)
    prepare(session, Settings())
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=project,
        env=child_environment(session, clean_environ(**variables)),
        capture_output=True,
        check=False,
    )
    folder = Path(session.spool)
    (folder / spool_files.STDOUT).write_bytes(done.stdout)
    code = done.returncode
    ended = Exit(code if code >= 0 else None, -code if code < 0 else None, False, 5.0, 1.0)
    write_document(folder / spool_files.EXIT, ended)
    return assemble(read_sightings(folder), None)


def test_a_real_program_becomes_a_record(project: Path) -> None:
    """Every facet of a plain seeded program is recorded, but that it began no run."""
    (project / "data.csv").write_text("1,2\n")
    text = "import random\nrandom.seed(3)\nprint(open('data.csv').read())\nopen('out.txt', 'w').write('x')\n"
    record = record_of(project, text)
    assert (record.mode, record.state, record.tracking_scheme) == (Mode.RUN, State.FINISHED, "")
    assert [f.path for f in record.data.files] == ["data.csv"]
    assert [(s.api, s.value, s.file, s.line) for s in record.randomness.seeds] == [
        ("random.seed", "3", "program.py", 2)
    ]
    assert [f.path for f in record.outputs.files] == ["out.txt"]
    assert record.outputs.stdout == "1,2\n\n"
    statuses = {name: facet.status for name, facet in record.facets().items()}
    assert statuses == dict.fromkeys(statuses, Status.RECORDED), [f.reasons for f in record.facets().values()]


def test_modules_from_elsewhere_join_the_snapshot(project: Path, tmp_path: Path) -> None:
    """A module that was imported from outside of the project is kept with its source."""
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "mine.py").write_text("X = 1\n")
    record = record_of(project, f"import sys\nsys.path.append({str(lib)!r})\nimport mine\n")
    snapshot = record.code.snapshot
    assert snapshot is not None
    assert snapshot.external
    assert any(f.path.endswith("mine.py") for f in snapshot.files)


def test_a_killed_program_says_so_in_every_facet_it_cuts(project: Path) -> None:
    """What was seen until then is there; the facets that need an end are partial."""
    record = record_of(project, "import os, signal\nopen('a.txt', 'w').close()\nos.kill(os.getpid(), signal.SIGKILL)")
    assert record.state is State.KILLED
    assert record.outputs.failure is not None
    assert record.outputs.failure.stage == "killed"
    assert record.machine.status is record.randomness.status is record.outputs.status is Status.PARTIAL


def test_secrets_are_taken_out_of_what_was_printed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of secret variables do not appear in any text of the record."""
    monkeypatch.setenv("MY_API_KEY", "hunter2hunter2")
    record = record_of(
        project, "import os\nprint(os.environ['MY_API_KEY'])\nraise ValueError(os.environ['MY_API_KEY'])"
    )
    assert record.outputs.stdout == "[redacted]\n"
    assert record.outputs.failure is not None
    assert "hunter2" not in record.outputs.failure.message + record.outputs.failure.traceback


@pytest.fixture
def folder(project: Path) -> Path:
    """The spool of an ended program without events of its own."""
    return Path(session_of(project, "print(1)").spool)
