"""Who is alive: locks of real processes, and process numbers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bis.evidence import spool as spool_files
from bis.launch.liveness import hold, is_alive, is_locked, lock, release, unlock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session's folder, made two minutes ago."""
    made = tmp_path / spool_files.SESSION
    made.write_text("{}")
    os.utime(made, (time.time() - 120,) * 2)
    return tmp_path


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
    """A missing folder does not count as locked."""
    with pytest.raises(OSError, match="No such file"):
        lock(tmp_path / "gone" / "x")


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
