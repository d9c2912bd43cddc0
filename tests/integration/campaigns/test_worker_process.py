"""Workers of a campaign that must be ended: nothing that they started goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from campaigns.worker_process import VARIABLE, WorkerProcess, end_all_with

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="environments of processes are read from /proc")

# A server in a session of its own, and what that starts; the worker says that they are there.
WORKER = """
import os, signal, subprocess, sys, time
{before}
sleeping = "import time; time.sleep(60)"
child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {{sleeping!r}}]); " + sleeping
subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
    os._exit(0)
time.sleep(0.3)
print("started", flush=True)
print("words", file=sys.stderr, flush=True)
{after}
"""


def left(folder: str) -> list[str]:
    """Processes that have the worker's folder in their environment."""
    entry = f"{VARIABLE}={folder}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if entry in (place / "environ").read_bytes():
                found.append(place.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "time.sleep(60)", id="one that hangs"),
        pytest.param("", "os.kill(os.getpid(), signal.SIGKILL)", id="one that was killed"),
        pytest.param("", "", id="one that forgot what it had started"),
    ],
)
def test_nothing_goes_on(before: str, after: str, tmp_path: Path) -> None:
    """Whatever session it is in, and whether the worker itself could still end it or not."""
    command = [sys.executable, "-c", WORKER.format(before=before, after=after)]
    started = time.monotonic()
    worker = WorkerProcess(command, tmp_path)
    assert list(worker.lines(1.5)) == ["started\n"]
    assert time.monotonic() - started < 20
    assert left(worker.folder) == []
    assert not Path(worker.folder).exists()
    assert worker.said == "words\n"
    assert bool(worker.code) == bool(after)


def test_others_go_on() -> None:
    """Processes of other workers are not touched."""
    other = WorkerProcess([sys.executable, "-c", "import time; time.sleep(0.5); print('done')"], Path())
    end_all_with(f"{VARIABLE}={other.folder}x")
    assert list(other.lines()) == ["done\n"]
    assert other.code == 0
