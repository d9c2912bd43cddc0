"""Folders of processes that were killed, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bis
from bis.launch.scratch_folder import remove_left, scratch_folder
from bis.launch.session_processes import end_processes_below

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes as Linux shows them")

# Has a folder, in which a program runs that outlives it.
HOST = """
import os, subprocess, sys, time
from bis.launch.scratch_folder import scratch_folder
with scratch_folder("bis-replay-") as folder:
    os.makedirs(os.path.join(folder, "0", "spool"))
    os.mkdir(os.path.join(folder, "0", "locked"), 0o500)
    env = {**os.environ, "BIS_SPOOL": os.path.join(folder, "0", "spool")}
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=env, start_new_session=True,
        stdout=subprocess.DEVNULL)
    print(folder, child.pid, flush=True)
    time.sleep(60)
"""


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, twenty seconds at most."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_there(pid: int) -> bool:
    """Whether a process lives."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for temporary files of its own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_is_there_for_a_while(place: Path) -> None:
    """It is removed in the end, with what was left in it, and nobody removes it before."""
    with scratch_folder("bis-replay-") as folder:
        assert remove_left() == ()
        inner = Path(folder, "inner")
        inner.mkdir(mode=0o500)
        assert Path(folder).stat().st_mode & 0o777 == 0o700
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(place: Path) -> None:
    """With the programs that run in it; folders of others stay."""
    foreign = [place / "bis-replay-other", place / "else"]
    for folder in foreign:
        folder.mkdir()
    (place / "else" / ".in-use").touch()
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1]), "TMPDIR": str(place)}
    host = subprocess.Popen([sys.executable, "-c", HOST], env=environ, stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    left, pid = host.stdout.readline().split()
    try:
        assert remove_left() == ()
        assert Path(left).is_dir()
        host.send_signal(signal.SIGKILL)
        host.communicate()
        assert is_there(int(pid))
        with scratch_folder("bis-explain-"):
            assert not Path(left).exists()
        until(lambda: not is_there(int(pid)))
        assert sorted(place.iterdir()) == sorted(foreign)
    finally:
        if is_there(int(pid)):
            os.kill(int(pid), signal.SIGKILL)


def test_only_processes_of_the_folder_are_ended(tmp_path: Path) -> None:
    """Those that record into it, and no other of the same beginning."""
    processes = tmp_path / "proc"
    for pid, spool in ((2**30 + 1, "/t/bis-a/0/spool"), (2**30 + 2, "/t/bis-ab/0/spool"), (2**30 + 3, "")):
        (processes / str(pid)).mkdir(parents=True)
        (processes / str(pid) / "environ").write_bytes(b"A=1\0BIS_SPOOL=" + spool.encode() + b"\0")
    (processes / "self").mkdir()
    assert end_processes_below(Path("/t/bis-a"), processes=processes) == 1
    assert end_processes_below(Path("/t/bis-a"), processes=tmp_path / "absent") == 0
