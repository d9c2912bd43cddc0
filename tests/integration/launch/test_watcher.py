"""Replays whose launcher is killed: nothing that they started goes on. Real processes and signals."""

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
from bis.launch.process import Program, run_program
from bis.launch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not list the processes of a session")
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

LAUNCHER = """
import os, sys, threading
from pathlib import Path
from bis.launch.process import Program, run_program
folder = Path(sys.argv[1])
env = {**os.environ, "BIS_SPOOL": sys.argv[1]}
program = Program((sys.executable, "-c", sys.argv[2]), folder, env, folder / "out", echo=False, own_group=True)
thread = threading.Thread(target=run_program, args=(program,))
thread.start()
thread.join()
"""
NOTEBOOK_LAUNCHER = """
import os, sys
from pathlib import Path
from bis.launch.notebook import run_notebook
folder = Path(sys.argv[1])
run_notebook(folder / "n.ipynb", python=sys.executable, env={**os.environ, "BIS_SPOOL": sys.argv[1]}, cwd=folder)
"""
# Each says its number in a file, and goes on.
PLAIN = "import os, time; from pathlib import Path; Path(f'pid-{os.getpid()}').touch(); time.sleep(100)"
KINDS = {
    "the program itself": "",
    "a thread's program": "import threading; threading.Thread(target=lambda: None).start()",
    "a child": "import subprocess, sys; subprocess.Popen([sys.executable, '-c', PLAIN])",
    "a child without variables": "import subprocess, sys; subprocess.Popen([sys.executable, '-c', PLAIN], env={})",
    "workers of a pool": (
        "import multiprocessing as m\npool = m.get_context('fork').Pool(2)\npool.map_async(exec, [PLAIN, PLAIN])"
    ),
    "a grandchild by double fork, with a session of its own": (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n    exec(PLAIN)"
    ),
    "a child in a session of its own, without variables": (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', PLAIN], env={}, start_new_session=True)"
    ),
    "one that ignores signals": "import signal\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)",
    "a shell's background": (
        "import os, sys, shlex; os.system(f'(setsid {sys.executable} -c {shlex.quote(PLAIN)} &) >/dev/null')"
    ),
}


def started(folder: Path, launcher: str, *words: str) -> subprocess.Popen[bytes]:
    """A launcher as a process of its own."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-c", launcher, str(folder), *words], env=environ)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def said(folder: Path) -> list[int]:
    """The processes that have begun."""
    return [int(path.name.partition("-")[2]) for path in folder.glob("pid-*")]


def living(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@linux
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_outlives_a_launcher_that_is_killed(kind: str, tmp_path: Path) -> None:
    """Nor where it ran the program in a thread."""
    more = {"workers of a pool": 2, "the program itself": 0, "a thread's program": 0, "one that ignores signals": 0}
    launcher = started(tmp_path, LAUNCHER, f"PLAIN = {PLAIN!r}\n{KINDS[kind]}\nexec(PLAIN)")
    until(lambda: len(said(tmp_path)) == 1 + more.get(kind, 1))
    launcher.kill()
    launcher.wait()
    until(lambda: not any(living(pid) for pid in said(tmp_path)))


@linux
@pytest.mark.parametrize("ends", [True, False])
def test_nothing_outlives_a_replay(ends: bool, tmp_path: Path) -> None:
    """Whether it ends or is ended by a time limit: what left its group goes with it."""
    code = (
        f"import subprocess, sys, time; from pathlib import Path\nPLAIN = {PLAIN!r}\n"
        "subprocess.Popen([sys.executable, '-c', PLAIN], start_new_session=True)\n"
        f"while not list(Path().glob('pid-*')): time.sleep(0.05)\n{'' if ends else 'time.sleep(100)'}"
    )
    env = {**os.environ, "BIS_SPOOL": str(tmp_path)}
    command = (sys.executable, "-c", code)
    ended = run_program(
        Program(command, tmp_path, env, tmp_path / "out", echo=False, own_group=True, timeout_s=None if ends else 2.0)
    )
    assert ended.timed_out is not ends
    assert len(said(tmp_path)) == 1
    until(lambda: not any(living(pid) for pid in said(tmp_path)))


@linux
def test_nothing_outlives_a_notebook_whose_launcher_is_killed(tmp_path: Path) -> None:
    """Its kernel watches for that itself; what a cell started does not."""
    from bis.model.facets import Cell
    from bis.notebooks.document import notebook_from_cells, write_notebook

    code = (
        f"import subprocess, sys, time\nPLAIN = {PLAIN!r}\n"
        "subprocess.Popen([sys.executable, '-c', PLAIN], start_new_session=True, env={})\ntime.sleep(100)"
    )
    write_notebook(notebook_from_cells((Cell(0, code),)), tmp_path / "n.ipynb")
    launcher = started(tmp_path, NOTEBOOK_LAUNCHER)
    until(lambda: len(said(tmp_path)) == 1)
    launcher.kill()
    launcher.wait()
    until(lambda: not any(living(pid) for pid in said(tmp_path)))


@posix
def test_what_has_ended_well_leaves_no_watcher(tmp_path: Path) -> None:
    """Nor is anything ended that belongs to others."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"], start_new_session=True)
    launcher = started(tmp_path, LAUNCHER, "print(1)")
    assert launcher.wait(30) == 0
    assert other.poll() is None
    watcher = Watcher(str(tmp_path))
    watcher.watch(other.pid)
    watcher.close()
    watcher.close()
    time.sleep(0.2)
    assert other.poll() is None
    other.send_signal(signal.SIGKILL)
    other.wait()
