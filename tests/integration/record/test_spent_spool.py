"""What stays of a session that was stored."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bis.evidence import spool as spool_files
from bis.evidence.session_secrets import keep_secrets
from bis.evidence.spool import read_exit, read_session, write_document
from bis.launch.liveness import release
from bis.model.facets import PrintedRest
from bis.model.record import Mode
from bis.model.session import Exit
from bis.record.spent_spool import remove_raw
from tests.unit.sessions import session_of

SECRET = "wombat-7f3a-narwhal"


def dead_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def spool(project: Path, *, mode: Mode = Mode.RUN, pid: int | None = None) -> Path:
    """A session's folder with a secret in all that it holds."""
    session = replace(session_of(project, "print(1)"), mode=mode, argv=("--token", SECRET))
    folder = Path(session.spool)
    write_document(folder / spool_files.SESSION, session)
    keep_secrets(folder, {"MY_TOKEN": SECRET}, session.argv)
    rest = PrintedRest(10, "d", SECRET)
    ended = Exit(0, None, timed_out=False, ended_unix_s=2.0, duration_s=1.0, stdout_rest=rest, stderr_rest=rest)
    write_document(folder / spool_files.EXIT, ended)
    for name in (
        "stdout.txt",
        "stderr.txt",
        "notebook.ipynb",
        "notebook.json",
        f"events-{pid or dead_process()}.jsonl",
    ):
        (folder / name).write_text(SECRET)
    (folder / spool_files.KEPT).mkdir()
    (folder / spool_files.KEPT / "0").write_text(SECRET)
    release(folder)
    return folder


def texts(folder: Path) -> str:
    """All files of a folder, one after the other."""
    return "".join(p.read_text() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("mode", [Mode.RUN, Mode.AMBIENT])
def test_nothing_raw_stays(project: Path, mode: Mode) -> None:
    """How it ended is still there, and what it was; a second time there is nothing to do."""
    folder = spool(project, mode=mode)
    assert SECRET in texts(folder)
    for _ in range(2):
        remove_raw(folder)
        assert SECRET not in texts(folder)
        assert read_session(folder).argv == ("--token", "[redacted]")
        ended = read_exit(folder)
        assert ended is not None
        assert (ended.exit_code, ended.stdout_rest) == (0, None)


def test_what_still_writes_is_left_its_files(project: Path) -> None:
    """A child that outlives the program has yet to be recorded."""
    running = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder = spool(project, pid=running.pid)
    remove_raw(folder)
    assert (folder / f"events-{running.pid}.jsonl").exists()
    running.communicate(b"\n")
    remove_raw(folder)
    assert SECRET not in texts(folder)


def test_files_are_for_the_user_alone(project: Path) -> None:
    """Also in a folder that others may enter."""
    folder = spool(project)
    assert (folder / spool_files.SESSION).stat().st_mode & 0o077 == 0
    assert (folder / spool_files.EXIT).stat().st_mode & 0o077 == 0
