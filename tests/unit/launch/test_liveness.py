"""Who is alive: locks of real processes, and process numbers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.evidence import spool as spool_files
from bis.launch.liveness import hold, is_alive, is_locked, is_running, lock, release, unlock
from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session's folder, made two minutes ago."""
    made = tmp_path / spool_files.SESSION
    made.write_text("{}")
    os.utime(made, (time.time() - 120,) * 2)
    return tmp_path


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the session."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom bis.launch.liveness import hold\n"
        "hold(Path(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        env=clean_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with process:
        yield process
        process.kill()


def test_a_lock_is_taken_once(tmp_path: Path) -> None:
    """The second taker gets none until the first gives it back."""
    first = lock(tmp_path / "x")
    assert first is not None
    assert lock(tmp_path / "x") is None
    unlock(first)
    again = lock(tmp_path / "x")
    assert again is not None
    unlock(again)


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """No folder is not "somebody has it"."""
    with pytest.raises(OSError, match="No such file"):
        lock(tmp_path / "gone" / "x")


def test_a_held_session_is_alive_until_its_process_dies(folder: Path, holder: subprocess.Popen[str]) -> None:
    """Even kill -9 of the launcher gives the session free, whatever its number is used for next."""
    assert is_alive(folder)
    holder.kill()
    holder.wait()
    assert not is_alive(folder)


def test_releasing_says_that_nothing_more_comes(folder: Path) -> None:
    """A process that goes on (a notebook that called `bis.run`) gives the session free."""
    hold(folder)
    assert is_alive(folder)
    release(folder)
    release(folder)
    assert not is_alive(folder)


def test_a_program_outlives_its_launcher(folder: Path) -> None:
    """A session without a launcher lives as long as one of the processes that write to it."""
    events = folder / f"events-{os.getpid()}.jsonl"
    events.write_text("")
    assert is_alive(folder)
    (folder / spool_files.EXIT).write_text("{}")
    assert not is_alive(folder)


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs Linux")
def test_a_reused_number_is_another_process(folder: Path) -> None:
    """A process that began after the last event was written is not the one that wrote it."""
    events = folder / f"events-{os.getpid()}.jsonl"
    events.write_text("")
    os.utime(events, (1e9, 1e9))
    assert not is_alive(folder)


def test_a_session_without_events_is_young_or_dead(folder: Path) -> None:
    """Between the session and its first event there is a moment."""
    assert not is_alive(folder)
    os.utime(folder / spool_files.SESSION)
    assert is_alive(folder)


def test_zombies_are_dead() -> None:
    """A process that ended and that nobody waited for does not run."""
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 10
        while is_running(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_running(process.pid)
    assert is_running(os.getpid())


def test_looking_at_a_lock_leaves_no_file(tmp_path: Path) -> None:
    """Whoever only wants to know changes nothing, and takes nothing from whoever holds it."""
    place = tmp_path / "a.lock"
    assert not is_locked(place)
    assert list(tmp_path.iterdir()) == []
    held = lock(place)
    assert held is not None
    assert is_locked(place)
    unlock(held)
    assert not is_locked(place)
