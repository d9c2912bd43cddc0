"""Events become facets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.config import Settings
from bis.evidence import spool as spool_files
from bis.evidence.redaction import Redactor
from bis.evidence.spool import write_document
from bis.instrument.events import EventWriter
from bis.launch.launcher import child_environment
from bis.model.facets import EntryKind, Status
from bis.model.record import Mode, State
from bis.model.session import Exit
from bis.record.assembly import assemble, randomness_of, texts, written_files
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


def test_what_was_not_prepared_is_missing(folder: Path) -> None:
    """Code and packages that were not written are missing, with what was told about it."""
    EventWriter(folder).write("failed", what="code", why="OSError: full")
    record = assemble(read_sightings(folder), RUN)
    assert record.code.status is record.environment.status is Status.MISSING
    assert "OSError: full" in record.code.reasons[0]
    assert record.tracking_scheme == "sqlite"


def test_params_of_a_run_that_others_began_are_partial(folder: Path) -> None:
    """Not all of them were seen."""
    EventWriter(folder).write("param", run_id=RUN.run_id, key="lr", value="1")
    seen = read_sightings(folder)
    assert assemble(seen, RUN).parameters.values == {"lr": "1"}
    assert assemble(seen, RUN).parameters.status is Status.RECORDED
    assert assemble(seen, replace(RUN, how="resumed")).parameters.status is Status.PARTIAL
    assert assemble(seen, None).parameters.values == {}


def test_artifacts_elsewhere_have_no_digest(folder: Path, tmp_path: Path) -> None:
    """Those on this machine are digested, the others listed, and the facet says how many."""
    near = tmp_path / "near.txt"
    near.write_text("x")
    outputs = assemble(read_sightings(folder), RUN, artifacts=(("a", 1, near), ("b", 7, None))).outputs
    assert [(f.path, f.size_bytes, bool(f.digest)) for f in outputs.artifacts] == [("a", 1, True), ("b", 7, False)]
    assert any(r.startswith("1 artifacts are not on this machine") for r in outputs.reasons)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": Mode.AMBIENT, "serve": False}, "entropy was not served"),
        ({"serve": False}, "switched off"),
        ({"hash_seed": None}, "PYTHONHASHSEED"),
    ],
)
def test_randomness_that_cannot_be_repeated_is_partial(project: Path, changes: dict[str, Any], words: str) -> None:
    """Each reason is given, and a root that was not served is not named."""
    session = replace(session_of(project), **changes)
    folder = Path(session.spool)
    write_document(folder / spool_files.SESSION, session)
    randomness = randomness_of(read_sightings(folder))
    assert randomness.status is Status.PARTIAL
    assert any(words in r for r in randomness.reasons)
    assert (randomness.root is not None) is session.serve


def test_written_files_are_results_only(project: Path, folder: Path) -> None:
    """Stores and caches are none, nor is what vanished or lies outside of the project."""
    writer = EventWriter(folder)
    names = ("out.txt", "mlflow.db", "mlflow.db-wal", "mlruns/0/x", "__pycache__/a.pyc", "gone.txt")
    for name in names:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name != "gone.txt":
            path.write_text(name)
        writer.write("open", path=str(path), mode="w", size=0, mtime_ns=0)
    writer.write("open", path=str(project / "program.py"), mode="r", size=0, mtime_ns=0)
    writer.write("open", path=os.devnull, mode="w", size=0, mtime_ns=0)
    assert [f.path for f in written_files(read_sightings(folder))] == ["out.txt"]


def test_cells_of_an_interactive_session_are_its_code(project: Path) -> None:
    """The latest list of executed cells counts; without any the facet is partial."""
    session = replace(session_of(project), mode=Mode.AMBIENT, kind=EntryKind.INTERACTIVE, target="")
    folder = Path(session.spool)
    write_document(folder / spool_files.SESSION, session)
    (folder / spool_files.CODE).write_text(json.dumps({"status": "recorded", "kind": "interactive"}))
    assert assemble(read_sightings(folder), RUN).code.status is Status.PARTIAL
    for sources in (["a = 1"], ["a = 1", "a"]):
        EventWriter(folder).write("cells", sources=sources)
    assert [c.source for c in assemble(read_sightings(folder), RUN).code.cells] == ["a = 1", "a"]


def test_texts_are_redacted() -> None:
    """A value of a secret variable goes, the rest stays."""
    assert texts(Redactor({"DB_PASSWORD": "abcdefgh12"}))("x abcdefgh12 y") == "x [redacted] y"
