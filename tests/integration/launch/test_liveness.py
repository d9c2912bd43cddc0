"""Who is alive: locks of real processes, and process numbers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from bis.evidence import spool as spool_files
from bis.launch.liveness import is_alive, is_running
from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


def test_a_held_session_is_alive_until_its_process_dies(folder: Path, holder: subprocess.Popen[str]) -> None:
    """Even kill -9 of the launcher gives the session free, whatever its number is used for next."""
    assert is_alive(folder)
    holder.kill()
    holder.wait()
    assert not is_alive(folder)


def test_zombies_are_dead() -> None:
    """A process that ended and was not waited for does not run."""
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 10
        while is_running(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_running(process.pid)
    assert is_running(os.getpid())
