"""The first thing in a recorded interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bis.evidence import spool as spool_files
from bis.launch.launcher import child_environment
from bis.model.session import Quarantine
from tests.unit.sessions import clean_environ, record, session_of


def test_the_recorder_is_there_before_the_program(project: Path) -> None:
    """It is active, knows the session, and a second start changes nothing."""
    text = (
        "from bis.instrument import bootstrap\nfirst = bootstrap.active()\nbootstrap.start()\n"
        "assert bootstrap.active() is first and first.is_main\nprint(first.session.session)"
    )
    ran = record(project, text)
    assert ran.out.strip() == ran.session.session
    assert len(ran.all("process")) == 1


def test_nothing_that_costs_time_is_loaded(project: Path) -> None:
    """Of bis only the instrument and the version; of the standard library nothing that takes a millisecond to load."""
    (project / "program.py").write_text("import sys\nprint(*sorted(sys.modules))")
    bare = subprocess.run(
        [sys.executable, "program.py"], cwd=project, env=clean_environ(), capture_output=True, text=True, check=True
    )
    ran = record(project, (project / "program.py").read_text())
    more = set(ran.out.split()) - set(bare.stdout.split())
    ours = {name for name in more if name.startswith("bis.") and not name.startswith("bis.instrument")}
    assert ours == {"bis._version"}
    slow = {"collections", "contextlib", "dataclasses", "enum", "functools", "hashlib", "importlib.util", "inspect"}
    slow |= {"json", "pathlib", "re", "subprocess", "tempfile", "threading", "traceback", "typing", "warnings"}
    assert more & slow == set()
    libraries = {"joblib", "keras", "numpy", "tensorflow", "torch"}
    assert more & {f"bis.instrument.entropy.sources.{name}" for name in libraries} == set()


def test_entropy_is_served_from_the_root(project: Path) -> None:
    """Two programs with one root draw the same; with another root, others."""
    text = "import os, random, json\nprint(json.dumps([os.urandom(4).hex(), random.random()]))"
    (project / "program.py").write_text(text)
    drawn = []
    first, other = session_of(project), session_of(project)
    for session in (first, first, other):
        done = subprocess.run(
            [sys.executable, "program.py"],
            cwd=project,
            env=child_environment(session, clean_environ()),
            capture_output=True,
            text=True,
            check=True,
        )
        drawn.append(json.loads(done.stdout))
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_damaged_session_costs_the_recording_only(project: Path) -> None:
    """The program runs, and one line reports the failure."""
    session = session_of(project, "print('hi')")
    (Path(session.spool) / spool_files.SESSION).write_text("{")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=project,
        env=child_environment(session, clean_environ()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "hi\n")
    (line,) = done.stderr.splitlines()
    assert "your program goes on" in line


def test_a_replay_may_write_its_own_folders_only(project: Path, tmp_path: Path) -> None:
    """Elsewhere is refused before it happens, and noted."""
    outside = Path(__file__).parent / "written-by-a-replay.txt"
    session = session_of(project, quarantine=Quarantine(str(tmp_path / "q")))
    spool_files.write_document(Path(session.spool) / spool_files.SESSION, session)
    (project / "program.py").write_text(f"open('inside.txt', 'w').close()\nopen({str(outside)!r}, 'w').close()")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=project,
        env={**child_environment(session, clean_environ()), "TMPDIR": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PermissionError" in done.stderr
    assert not outside.exists()
    assert (project / "inside.txt").exists()
    events = spool_files.read_events(Path(session.spool))
    assert [e["path"] for e in events if e["k"] == "wrote-outside"] == [str(outside)]
