"""Warm parents: real interpreters that import, wait and fork, and what becomes of replays where they cannot."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.evidence.spool import read_events
from bis.launch.launcher import child_environment, write_session
from bis.launch.runners import Launch, command_of, program_of
from bis.launch.warm_parents import NoWarmParentError, ParentLostError
from bis.launch.warm_runner import WarmRunner
from bis.launch.warm_slots import WarmSlot
from bis.model.record import Mode
from bis.model.session import Exit, Quarantine
from bis.model.start import ColdReason, Preload
from tests.unit.sessions import clean_environ, described_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks after imports are safe on Linux only")

# What a started interpreter decides over, and what a fork of one that has imported could have wrong.
PROGRAM = """
import os, random, sys, secrets, threading, tempfile, uuid
import shipped
print(__name__, os.path.basename(__file__), __spec__, sys.argv, len(sys._current_frames()), sys._getframe().f_back)
print(sys.path[0] == os.getcwd(), os.getpid() == os.getpgrp(), threading.current_thread() is threading.main_thread())
print(random.random(), secrets.token_hex(4), uuid.uuid4(), shipped.DRAWN, shipped.OWN.random(), set("warm"))
print(os.path.basename(tempfile.mktemp()), sys.stdin.read(), [n for n in os.environ if n.startswith("BIS_W")])
if len(sys.argv) > 1:
    sys.exit(int(sys.argv[1]))
"""
SHIPPED = """
import random, secrets, sys, tempfile
DRAWN = secrets.token_hex(4)
OWN = random.Random()
NAME = tempfile.mktemp()
sys.stderr.write("shipped is imported\\n")
"""


class Place:
    """A place for warm replays of one program, with a package that is installed beside it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.slot = WarmSlot(base / "slot")
        self.installed = base / "installed"
        self.installed.mkdir()

    def install(self, **modules: str) -> None:
        """Install modules."""
        for name, text in modules.items():
            (self.installed / f"{name}.py").write_text(text, encoding="utf-8")

    def job(self, folder: Path, text: str, argv: Sequence[str] = (), *, confined: bool = True) -> Launch:
        """A replay in this folder, which is made anew."""
        shutil.rmtree(folder, ignore_errors=True)
        cwd = folder / "workspace"
        cwd.mkdir(parents=True)
        (folder / "tmp").mkdir()
        (cwd / "program.py").write_text(text, encoding="utf-8")
        (folder.parent / "input").write_text("given", encoding="utf-8")
        quarantine = Quarantine(str(folder / "quarantine"), writable=(str(folder),))
        session = write_session(
            described_session(
                cwd,
                mode=Mode.REPLAY,
                target="program.py",
                argv=tuple(argv),
                spool=str(folder / "spool"),
                quarantine=quarantine if confined else None,
                hash_seed="5",
            )
        )
        environ = clean_environ(TMPDIR=str(folder / "tmp"))
        environ["PYTHONPATH"] = os.pathsep.join((str(self.installed), environ["PYTHONPATH"]))
        return Launch(
            session=session,
            python=sys.executable,
            cwd=cwd,
            env=child_environment(session, environ),
            echo=False,
            own_group=True,
            stdin=folder.parent / "input",
            timeout_s=60,
        )

    def warm(self, text: str, *modules: str, argv: Sequence[str] = (), variables: Sequence[str] = ()) -> Exit:
        """Run a program in a fork of a parent that has imported these modules."""
        job = self.job(self.slot.folder, text, argv)
        return self.slot.run(program_of(job), job.session, Preload(modules, tuple(variables)))

    def cold(self, text: str, argv: Sequence[str] = ()) -> tuple[int, str, str, list[str]]:
        """Run it in a process of its own: exit code, output, errors, and the kinds of what was noted."""
        job = self.job(self.base / "cold", text, argv)
        with (self.base / "input").open("rb") as given:
            done = subprocess.run(
                command_of(job.session, job.python), cwd=job.cwd, env=job.env, stdin=given, capture_output=True,
                text=True, check=False, timeout=60, start_new_session=True,
            )  # fmt: skip
        return done.returncode, done.stdout, done.stderr, kinds(Path(job.session.spool))

    def said(self) -> tuple[str, str]:
        """What the last warm replay printed."""
        spool = self.slot.folder / "spool"
        return (spool / "stdout.txt").read_text("utf-8"), (spool / "stderr.txt").read_text("utf-8")


def kinds(spool: Path) -> list[str]:
    """The kinds of what was noted, without files that were looked for or compiled on the way."""
    return sorted(e["k"] for e in read_events(spool) if e["k"] not in {"open", "variable", "made"})


def trace(spool: Path) -> object:
    """The draws of a replay."""
    return next(e["trace"] for e in read_events(spool) if e["k"] == "entropy")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place, closed in the end."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    made = Place(tmp_path)
    yield made
    made.slot.close()


def living(pid: int) -> bool:
    """Whether a process is there, and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def parents_of(place: Place) -> list[int]:
    """The processes of the parents of a place."""
    return [p.pid for p in place.slot._parents.values()]


def test_a_fork_is_as_a_process_of_its_own(place: Place) -> None:
    """Draws, also those at import, streams, stack, arguments, groups and exit codes are the same, in every fork."""
    place.install(shipped=SHIPPED)
    code, out, err, noted = place.cold(PROGRAM, ["7"])
    expected = trace(place.base / "cold" / "spool")
    for _ in range(3):
        ended = place.warm(PROGRAM, "shipped", argv=["7"])
        assert ended.exit_code == code == 7
        assert place.said() == (out, err)
        spool = place.slot.folder / "spool"
        assert trace(spool) == expected
        assert kinds(spool) == noted
    assert len(parents_of(place)) == 1


def test_tracebacks_are_those_of_a_process_of_its_own(place: Place) -> None:
    """An exception that nothing catches is printed from the script on, and is what the recorder notes."""
    place.install(shipped=SHIPPED)
    program = "import shipped\ndef inner():\n    raise RuntimeError('no')\ninner()\n"
    code, _, err, _ = place.cold(program)
    ended = place.warm(program, "shipped")
    assert ended.exit_code == code == 1
    assert place.said()[1].replace(str(place.slot.folder), "F") == err.replace(str(place.base / "cold"), "F")
    (noted,) = [e for e in read_events(place.slot.folder / "spool") if e["k"] == "exception"]
    assert "sitecustomize" not in noted["traceback"]


def test_modules_are_found_as_in_a_process_of_its_own(place: Place) -> None:
    """A module of the program is loaded in the fork, and made anew it is the new one."""
    place.install(shipped="")
    program = "import shipped, own\nprint(own.VALUE)\n"
    for value in ("1", "2"):
        job = place.job(place.slot.folder, program)
        (Path(job.cwd) / "own.py").write_text(f"VALUE = {value}\n", encoding="utf-8")
        place.slot.run(program_of(job), job.session, Preload(("shipped",)))
        assert place.said()[0] == f"{value}\n"


def test_forks_are_confined(place: Place) -> None:
    """What a replay may not write is refused in a fork: the audit hook and the wrapper of databases are in force."""
    place.install(shipped="import sqlite3\n")
    outside = place.base / "outside"
    outside.write_text("as it was", encoding="utf-8")
    program = f"""
import shipped, sqlite3
for write in (lambda: open({str(outside)!r}, "w"), lambda: sqlite3.connect({str(place.base / "db")!r})):
    try:
        write()
    except PermissionError as error:
        print("refused")
"""
    place.warm(program, "shipped")
    assert place.said()[0] == "refused\nrefused\n"
    assert outside.read_text("utf-8") == "as it was"
    assert not (place.base / "db").exists()


def test_a_fork_without_its_confinement_does_not_begin(place: Place) -> None:
    """A session that is not the one that the parent was made for is not run, and the parent is not used again."""
    place.install(shipped="")
    place.warm("print(1)\n", "shipped")
    job = place.job(place.slot.folder, "open('made', 'w')\n")
    document = Path(job.session.spool) / "session.json"
    document.write_text(document.read_text("utf-8").replace('"writable"', '"unwritable"'), encoding="utf-8")
    with pytest.raises(ParentLostError):
        place.slot.run(program_of(job), job.session, Preload(("shipped",)))
    assert not (Path(job.cwd) / "made").exists()
    with pytest.raises(NoWarmParentError):
        place.warm("print(1)\n", "shipped")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("print('hello')", ColdReason.PRINTS),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "threads"),
        ("import tempfile\nFILE = tempfile.NamedTemporaryFile(delete=False)", ColdReason.TEMPORARY_FILES),
        ("import sys\nsys.modules['jax'] = sys", ColdReason.LIBRARY),
        ("import os\nos._exit(3)", ColdReason.FAILED),
    ],
)
def test_what_cannot_be_forked_is_started_cold(place: Place, text: str, reason: str) -> None:
    """The reason is known, the program runs, and the parent is not tried again."""
    place.install(shipped=text)
    job = place.job(place.slot.folder, "print('ran')\n")
    runner = WarmRunner(place.slot, Preload(("shipped",)))
    assert runner.run(job).exit_code == 0
    assert runner.reason is not None
    assert runner.reason.value == reason
    assert place.said()[0] == "ran\n"
    assert parents_of(place) == []


def test_jax_is_not_even_tried(place: Place) -> None:
    """A program that loads a library which cannot be forked starts no parent."""
    with pytest.raises(NoWarmParentError) as error:
        place.warm("print(1)\n", "jax.numpy")
    assert error.value.reason is ColdReason.LIBRARY


def test_variables_that_the_program_sets_make_it_cold(place: Place) -> None:
    """Those that imports set are as in a cold start; of others it is not known when they are set."""
    place.install(shipped="import os\nos.environ['OMP_NUM_THREADS'] = '1'\n")
    assert place.warm("import shipped\n", "shipped", variables=["OMP_NUM_THREADS"]).exit_code == 0
    with pytest.raises(NoWarmParentError) as error:
        place.warm("import shipped\n", "shipped", variables=["MKL_NUM_THREADS"])
    assert error.value.reason is ColdReason.VARIABLES


def test_a_parent_that_is_killed_loses_its_replay(place: Place) -> None:
    """The fork does not outlive it, and its outcome is none."""
    place.install(shipped="")
    program = "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(60)\n"
    with pytest.raises(ParentLostError):
        place.warm(program, "shipped")
    with pytest.raises(NoWarmParentError) as error:
        place.warm("print(1)\n", "shipped")
    assert error.value.reason is ColdReason.LOST


def test_time_runs_out_in_a_fork_too(place: Place) -> None:
    """The fork, and what it has started, is ended; the parent serves the next."""
    place.install(shipped="")
    place.warm("print(1)\n", "shipped")
    job = place.job(place.slot.folder, "import os, time\nos.fork()\ntime.sleep(60)\n")
    program = program_of(job)
    ended = place.slot.run(replace(program, timeout_s=0.5), job.session, Preload(("shipped",)))
    assert ended.timed_out
    assert place.warm("print(2)\n", "shipped").exit_code == 0
    assert len(parents_of(place)) == 1


def test_nothing_is_left_where_bis_is_killed(place: Place) -> None:
    """A parent and its fork end with the process that asked for them, however that ends."""
    place.install(shipped="")
    job = place.job(
        place.slot.folder, "import os, time\nopen('pid', 'w').write(f'{os.getpid()} {os.getppid()}')\ntime.sleep(60)\n"
    )
    host = os.fork()
    if host == 0:
        try:
            place.slot.run(program_of(job), job.session, Preload(("shipped",)))
        finally:
            os._exit(0)
    told = Path(job.cwd) / "pid"
    _until(lambda: told.exists() and len(told.read_text("utf-8").split()) == 2)
    pids = [int(pid) for pid in told.read_text("utf-8").split()]
    assert all(living(pid) for pid in pids)
    os.kill(host, signal.SIGKILL)
    os.waitpid(host, 0)
    _until(lambda: not any(living(pid) for pid in pids))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
