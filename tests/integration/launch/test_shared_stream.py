"""Programs whose stdout and stderr are one stream (``2>&1``): real processes, files, pipes and terminals."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bis

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")

# `bis run` without the rest: what is kept, and how, is in the folder.
LAUNCHER = """
import os, sys
from pathlib import Path
from bis.launch.process import Program, run_program
from bis.launch.standard_streams import fill_closed, share_one_file
fill_closed()
folder, together = Path(sys.argv[1]), share_one_file()
(folder / "together").write_text(str(together))
ended = run_program(Program((sys.executable, "-c", sys.argv[2]), folder, dict(os.environ), folder / "out",
    stderr=folder / "err", stderr_in_stdout=together))
(folder / "ended").write_text(repr(ended))
"""
LINES = 1000
PROGRAM = f"""
import os
for number in range({LINES}):
    os.write(1, b"out %d\\n" % number)
    os.write(2, b"err %d\\n" % number)
"""
IN_CHILDREN = f"""
import subprocess, sys
for _ in range(2):
    subprocess.run([sys.executable, "-c", {PROGRAM!r}])
"""
# Each thread writes where the one before it has written last.
IN_THREADS = f"""
import os, threading
turns = [threading.Semaphore(1), threading.Semaphore(0)]
def write(which):
    for number in range({LINES}):
        turns[which].acquire()
        os.write(which + 1, b"%s %d\\n" % ((b"out", b"err")[which], number))
        turns[1 - which].release()
threads = [threading.Thread(target=write, args=(which,)) for which in (0, 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
IN_ORDER = [f"{word} {number}" for number in range(LINES) for word in ("out", "err")]


def started(folder: Path, code: str, **streams: object) -> subprocess.Popen[bytes]:
    """A launcher with these streams."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    command = [sys.executable, "-c", LAUNCHER, str(folder), code]
    return subprocess.Popen(command, env=environ, start_new_session=True, **streams)  # type: ignore[call-overload, no-any-return]


def shell(folder: Path, code: str, redirected: str) -> bytes:
    """What a launcher prints with these redirections, and what follows it."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    line = f'"$0" "$@" {redirected}'
    command = ["sh", "-c", line, sys.executable, "-c", LAUNCHER, str(folder), code]
    return subprocess.run(command, env=environ, cwd=folder, stdout=subprocess.PIPE, check=False, timeout=60).stdout


@pytest.mark.parametrize(
    ("code", "times"), [(PROGRAM, 1), (IN_CHILDREN, 2), (IN_THREADS, 1)], ids=["program", "children", "threads"]
)
def test_the_order_is_the_programs(tmp_path: Path, code: str, times: int) -> None:
    """In a file, which also holds what was there, and in what is kept; there is no file of stderr."""
    (tmp_path / "log").write_text("before\n")
    shell(tmp_path, code, ">> log 2>&1")
    assert (tmp_path / "log").read_text().splitlines() == ["before", *(IN_ORDER * times)]
    assert (tmp_path / "out").read_text().splitlines() == IN_ORDER * times
    assert not (tmp_path / "err").exists()


def test_the_order_holds_in_a_pipe(tmp_path: Path) -> None:
    """As of `2>&1 | tee log`; where its reader goes, the program is told on either stream."""
    assert shell(tmp_path, PROGRAM, "2>&1 | cat").decode().splitlines() == IN_ORDER
    (tmp_path / "ended").unlink()
    many = "import os\nwhile True:\n    os.write(2, b'err\\n'); os.write(1, b'out\\n')\n"
    assert shell(tmp_path, many, "2>&1 | head -3").decode().splitlines() == ["err", "out", "err"]
    deadline = time.monotonic() + 20
    while not (tmp_path / "ended").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "exit_code=1" in (tmp_path / "ended").read_text()


@pytest.mark.parametrize("redirected", ["> a 2> b", "2> b", "> a", ">&- 2>&-", "2>&-", ">&-", "> /dev/null 2>&1"])
def test_other_streams_are_two(tmp_path: Path, redirected: str) -> None:
    """Two files, closed ones, and those that nobody reads."""
    shell(tmp_path, "import os; os.fstat(0)", redirected)
    assert (tmp_path / "together").read_text() == "False"
    assert "exit_code=0" in (tmp_path / "ended").read_text()


def test_a_terminal_has_two_streams(tmp_path: Path) -> None:
    """Both are terminals of the program's own."""
    ours, theirs = pty.openpty()
    launcher = started(
        tmp_path, "import os; os.write(1, b'%d%d' % (os.isatty(1), os.isatty(2)))", stdout=theirs, stderr=theirs
    )
    assert launcher.wait(60) == 0
    assert ((tmp_path / "together").read_text(), (tmp_path / "out").read_text()) == ("False", "11")
    for number in (ours, theirs):
        os.close(number)


def test_it_goes_on_without_its_launcher(tmp_path: Path) -> None:
    """What it prints then is shown in its order, and kept."""
    code = (
        """
import os, time
from pathlib import Path
os.write(1, b"begun\\n")
Path("going").touch()
while not Path("go").exists():
    time.sleep(0.01)
time.sleep(0.2)
"""
        + PROGRAM
        + "\nPath('done').touch()\n"
    )
    log = tmp_path / "log"
    with log.open("wb") as file:
        launcher = started(tmp_path, code, stdout=file, stderr=file)
    deadline = time.monotonic() + 20
    while not (tmp_path / "going").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    (tmp_path / "go").touch()
    while len(log.read_text().splitlines()) < 2 * LINES:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (tmp_path / "done").exists()
    lines = [line for line in log.read_text().splitlines() if line != "begun"]
    assert lines == IN_ORDER
    assert [line for line in (tmp_path / "out").read_text().splitlines() if line != "begun"] == IN_ORDER
