"""Worker processes for replays: they end with the process that they work for, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bis

if TYPE_CHECKING:
    from collections.abc import Callable

# The worker says its id, and works: it counts as one that runs a replay where `busy` is true.
PROGRAM = """
import os, sys, time
from pathlib import Path

def work(place, busy):
    from bis._replay import execution
    if busy:
        execution._RUNNING.append(True)
    try:
        Path(place, "pid").write_text(f"{os.getpid()} ")
        if busy:
            time.sleep(60)
    finally:
        Path(place, "cleaned").touch()
        if busy:
            execution._RUNNING.pop()

if __name__ == "__main__":
    from bis._replay.executors import replay_processes
    with replay_processes(1) as pool:
        pool.submit(work, sys.argv[1], sys.argv[2] == "busy")
        time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
@pytest.mark.parametrize("state", ["busy", "idle"])
def test_workers_end_with_a_process_that_is_killed(state: str, tmp_path: Path) -> None:
    """One that replays cleans up before; one that waits for work would else wait for ever."""
    (tmp_path / "main.py").write_text(PROGRAM, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    host = subprocess.Popen([sys.executable, "main.py", str(tmp_path), state], cwd=tmp_path, env=environ)
    told = tmp_path / "pid"
    _until(lambda: told.exists() and told.read_text("utf-8").endswith(" "))
    worker = int(told.read_text("utf-8"))
    host.send_signal(signal.SIGKILL)
    host.wait()
    _until(lambda: not _living(worker))
    assert (tmp_path / "cleaned").exists()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _living(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
