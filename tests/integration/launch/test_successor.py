"""Programs whose launcher is killed: real processes, pipes and pseudo-terminals."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bis
from bis.launch import process, successor
from bis.launch.liveness import hold, is_alive, release
from bis.launch.process import Program, run_program

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")

LAUNCHER = """
import os, sys
from pathlib import Path
from bis.launch.liveness import hold, held_lock
from bis.launch.process import Program, run_program
folder = Path(sys.argv[1])
hold(folder)
run_program(Program((sys.executable, "-u", "-c", sys.argv[2]), folder, dict(os.environ), folder / "out",
    stderr=folder / "err", stdout_bytes=int(sys.argv[3]), lock=held_lock(folder)))
"""
# Prints lines until it is told to stop, whatever happens to what it prints to, and leaves its last word in a file.
PROGRAM = """
import os, sys, time
from pathlib import Path
for number in range(400):
    print(f"line {number}")
    print(f"note {number}", file=sys.stderr)
    if number == 20:
        Path("going").touch()
    if Path("stop").exists() and number > 40:
        break
    time.sleep(0.01)
Path("last").write_text(str(number))
"""


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def started(folder: Path, limit_bytes: int = 1 << 20, **streams: int) -> subprocess.Popen[bytes]:
    """A launcher that has the program running."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    command = [sys.executable, "-c", LAUNCHER, str(folder), PROGRAM, str(limit_bytes)]
    launcher = subprocess.Popen(command, env=environ, start_new_session=True, **streams)  # type: ignore[call-overload]
    until((folder / "going").exists)
    return launcher  # type: ignore[no-any-return]


def stop(folder: Path) -> int:
    """Let the program end; the number of its last line."""
    (folder / "stop").touch()
    until((folder / "last").exists)
    until(lambda: (folder / "last").read_text() != "")
    return int((folder / "last").read_text())


def lines(word: str, last: int) -> list[str]:
    """What the program prints."""
    return [f"{word} {number}" for number in range(last + 1)]


def test_a_program_survives_its_killed_launcher(tmp_path: Path) -> None:
    """What it prints is shown and kept to the end, and the session counts as going on until then."""
    launcher = started(tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    assert is_alive(tmp_path)
    last = stop(tmp_path)
    out, err = launcher.communicate(timeout=20)
    assert launcher.returncode == -signal.SIGKILL
    assert last >= 40
    # Of what the launcher had read when it was killed a piece may be shown and not kept, or neither.
    for word, shown, name in (("line", out, "out"), ("note", err, "err")):
        kept = (tmp_path / name).read_text().splitlines()
        assert set(lines(word, last)) - set(shown.decode().splitlines()) <= set(lines(word, 60)[20:])
        assert kept[:20] == lines(word, 19)
        assert kept[-1] == f"{word} {last}"
    (tmp_path / "session.json").write_text("{}")
    os.utime(tmp_path / "session.json", (0, 0))
    until(lambda: not is_alive(tmp_path))


def test_only_so_much_is_kept_after_the_launcher(tmp_path: Path) -> None:
    """The limit of what is kept holds."""
    launcher = started(tmp_path, 300, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    launcher.kill()
    last = stop(tmp_path)
    out, _ = launcher.communicate(timeout=20)
    assert out.decode().splitlines()[-1] == f"line {last}"
    assert (tmp_path / "out").stat().st_size <= 300


def test_the_reader_may_be_gone_too(tmp_path: Path) -> None:
    """Where nobody reads what the launcher showed, the program goes on, and what it prints is kept."""
    launcher = started(tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    launcher.kill()
    assert launcher.stdout is not None
    assert launcher.stderr is not None
    launcher.stdout.close()
    launcher.stderr.close()
    launcher.wait()
    last = stop(tmp_path)
    until(lambda: (tmp_path / "out").read_text().endswith(f"line {last}\n"))


def test_a_terminal_goes_on_being_one(tmp_path: Path) -> None:
    """On a pseudo-terminal the program does not die of its end, either."""
    reading, writing = pty.openpty()
    launcher = started(tmp_path, stdout=writing, stderr=writing)
    launcher.kill()
    launcher.wait()
    last = stop(tmp_path)
    os.close(writing)
    shown = b""
    while f"line {last}".encode() not in shown:
        shown += os.read(reading, 65536)
    os.close(reading)
    until(lambda: (tmp_path / "out").read_text().endswith(f"line {last}\n"))


def test_no_successor_stays_after_an_ordinary_end(tmp_path: Path) -> None:
    """It ends with the program, before the launcher goes on."""
    hold(tmp_path)
    try:
        run_program(
            Program((sys.executable, "-c", "print(1)"), tmp_path, dict(os.environ), tmp_path / "out", echo=False)
        )
    finally:
        release(tmp_path)
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists() and _readable(path)]
    assert not [c for c in commands if successor.__file__.encode() in c and str(tmp_path).encode() in c]


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_where_none_can_be_started_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, it is as without bis: nothing helps a program whose reader is gone."""

    def refuse(*_args: object) -> None:
        raise BlockingIOError(11, "no process to be had")

    monkeypatch.setattr(successor, "_start", refuse)
    command = (sys.executable, "-c", "print(1)")
    ended = run_program(Program(command, tmp_path, dict(os.environ), tmp_path / "out", echo=False))
    assert ended.exit_code == 0
    assert (tmp_path / "out").read_text() == "1\n"


# The launcher is stopped at the moment at which the program is there, and killed before it could do anything else.
KILLED_AT_ONCE = """
import os, signal
from bis.launch import process
start = process._start
def started(*given):
    made = start(*given)
    os.kill(os.getpid(), signal.SIGKILL)
    return made
process._start = started
"""


@pytest.mark.parametrize(
    ("before", "words"),
    [
        pytest.param("", "['first', 'second', 'third']", id="which prints for a while"),
        pytest.param("import time; time.sleep(0.5)\n", "['first', 'second', 'third']", id="which prints late"),
        pytest.param("", "['x' * 100_000] * 5", id="which prints more than a pipe holds"),
    ],
)
def test_a_launcher_killed_as_soon_as_the_program_is_there(tmp_path: Path, before: str, words: str) -> None:
    """Nobody was told of the program yet; what it prints is shown and kept to the end all the same."""
    program = (
        f"{before}import sys, time\nfor word in {words}:\n    print(word)\n    print(word[:5], file=sys.stderr)\n"
        "    time.sleep(0.05)\nopen('last', 'w').write('1')\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    command = [sys.executable, "-c", KILLED_AT_ONCE + LAUNCHER, str(tmp_path), program, "1000000"]
    done = subprocess.run(command, env=environ, start_new_session=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "last").read_text() == "1"
    expected = "".join(f"{word}\n" for word in eval(words))  # noqa: S307 - a literal of this test
    assert done.stdout.decode() == expected
    assert (tmp_path / "out").read_text() == expected
    assert (tmp_path / "err").read_text() == done.stderr.decode()
    (tmp_path / "session.json").write_text("{}")
    os.utime(tmp_path / "session.json", (0, 0))
    until(lambda: not is_alive(tmp_path))


def test_a_launcher_killed_before_the_program_leaves_nobody(tmp_path: Path) -> None:
    """There is no output to wait for: the process that would read it ends."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    killed = KILLED_AT_ONCE.replace("made = start(*given)", "made = None")
    command = [sys.executable, "-c", killed + LAUNCHER, str(tmp_path), "", "1000"]
    done = subprocess.run(command, env=environ, start_new_session=True, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")  # else its output would have stayed open


def test_where_there_is_one_process_too_few_the_program_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is started without a successor, and no descriptor of one is left."""
    tried = []
    start = process._start

    def refuse_once(*given: object) -> object:
        tried.append(len(list(Path("/proc/self/fd").glob("*"))))
        if len(tried) == 1:
            raise BlockingIOError(11, "no process to be had")
        return start(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(process, "_start", refuse_once)
    command = (sys.executable, "-c", "print(1)")
    ended = run_program(Program(command, tmp_path, dict(os.environ), tmp_path / "out", echo=False))
    assert ended.exit_code == 0
    assert (tmp_path / "out").read_text() == "1\n"
    assert len(tried) == 2
    assert tried[1] <= tried[0]
