"""Programs run to their end: real processes, pipes, pseudo-terminals and signals."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bis
from bis.errors import ExecutionError
from bis.launch.process import Program, run_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.session import Exit

posix = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")

# A launcher as a process of its own: `bis run` without the rest. Prints how the program ended on stderr.
LAUNCHER = """
import os, sys
from pathlib import Path
from bis.launch.process import Program, run_program
ended = run_program(Program((sys.executable, "-c", sys.argv[2]), Path.cwd(), dict(os.environ), Path(sys.argv[1])))
sys.stderr.write(f"ended {ended.exit_code} {ended.signal}\\n")
"""


def run(tmp_path: Path, code: str, **options: object) -> Exit:
    """Run a program of one line in this process."""
    command = (sys.executable, "-c", code)
    chosen = {"echo": False, **options}
    return run_program(Program(command, tmp_path, dict(os.environ), tmp_path / "out", **chosen))  # type: ignore[arg-type]


def launched(tmp_path: Path, code: str, **options: object) -> subprocess.Popen[bytes]:
    """Start a launcher in a process group of its own."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    command = [sys.executable, "-c", LAUNCHER, str(tmp_path / "out"), code]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, env=environ, cwd=tmp_path, start_new_session=True, **pipes)  # type: ignore[call-overload, no-any-return]


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_output_and_status_are_kept(tmp_path: Path) -> None:
    """What a program prints is in the file, its exit status in the answer."""
    ended = run(tmp_path, "print('hello'); raise SystemExit(7)")
    assert (tmp_path / "out").read_text() == "hello\n"
    assert (ended.exit_code, ended.signal, ended.timed_out, ended.stdout_cut) == (7, None, False, False)
    assert 0 < ended.duration_s < 60


@posix
def test_death_by_signal_is_told_from_a_status(tmp_path: Path) -> None:
    """A killed program has a signal and no exit status."""
    ended = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (ended.exit_code, ended.signal) == (None, 9)


def test_output_beyond_the_limit_is_said_to_be_cut(tmp_path: Path) -> None:
    """The first bytes are kept; that there were more is noted."""
    ended = run(tmp_path, "print('x' * 300_000)", stdout_bytes=1000)
    assert (tmp_path / "out").read_bytes() == b"x" * 1000
    assert ended.stdout_cut


def test_what_goes_to_stderr_is_kept_apart(tmp_path: Path) -> None:
    """Each stream has a file and a limit of its own."""
    code = "import sys; print('out'); sys.stderr.write('e' * 2000)"
    ended = run(tmp_path, code, stdout_bytes=1000, stderr=tmp_path / "err")
    assert (tmp_path / "out").read_text() == "out\n"
    assert (tmp_path / "err").read_text() == "e" * 1000
    assert ended.stdout_rest is None
    assert ended.stderr_rest is not None
    assert ended.stderr_rest.size_bytes == 2000


def test_output_of_exactly_the_limit_is_not_cut(tmp_path: Path) -> None:
    """The limit itself still fits."""
    ended = run(tmp_path, "print('x' * 999)", stdout_bytes=1000)
    assert (tmp_path / "out").stat().st_size == 1000
    assert not ended.stdout_cut


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_costs_the_copy_only(tmp_path: Path) -> None:
    """The program runs to its own end where its output cannot be kept."""
    (tmp_path / "out").symlink_to("/dev/full")
    ended = run(tmp_path, "print('x' * 100_000); open('done', 'w').close(); raise SystemExit(4)")
    assert ended.exit_code == 4
    assert ended.stdout_cut
    assert (tmp_path / "done").exists()


def test_missing_folder_costs_the_copy_only(tmp_path: Path) -> None:
    """A session whose folder has vanished does not end the program."""
    program = Program(
        (sys.executable, "-c", "print(1)"), tmp_path, dict(os.environ), tmp_path / "no" / "out", echo=False
    )
    ended = run_program(program)
    assert (ended.exit_code, ended.stdout_cut) == (0, True)


def test_unknown_interpreter_is_explained(tmp_path: Path) -> None:
    """What cannot be started is an error that names it."""
    with pytest.raises(ExecutionError, match="no-such-python"):
        run_program(Program(("no-such-python",), tmp_path, {}, tmp_path / "out", echo=False))


def test_time_limit_ends_the_program(tmp_path: Path) -> None:
    """A program that takes too long is ended, and that is said; what it printed before is kept."""
    ended = run(tmp_path, "import time; print('begun', flush=True); time.sleep(60)", timeout_s=1.0, own_group=True)
    assert ended.timed_out
    assert ended.signal == signal.SIGTERM
    assert (tmp_path / "out").read_text() == "begun\n"


@posix
def test_own_group_leaves_no_child_behind(tmp_path: Path) -> None:
    """Children of a replay that outlive it are ended with it."""
    code = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    run(tmp_path, code, own_group=True)
    child = int((tmp_path / "out").read_text())
    until(lambda: _is_dead(child))


def _is_dead(pid: int) -> bool:
    """Whether a process has ended (a zombie that is not waited for has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        with contextlib.suppress(OSError):
            os.kill(pid, 0)
            return False
        return True


@posix
def test_children_may_print_after_the_program(tmp_path: Path) -> None:
    """A child that the program left running prints to our output as without bis, and does not die of a closed pipe."""
    child = "import time; time.sleep(2.5); print('late', flush=True); open('alive', 'w').close()"
    process = launched(
        tmp_path, f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]); print(1)"
    )
    started = time.monotonic()
    process.wait(10)
    assert time.monotonic() - started < 2.4  # nobody waited for the child
    shown, told = process.communicate(timeout=10)
    assert shown == b"1\nlate\n"
    assert told == b"ended 0 None\n"
    assert (tmp_path / "alive").exists()


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_signals_to_the_launcher_reach_the_program(tmp_path: Path, number: signal.Signals) -> None:
    """`timeout`, `docker stop` and batch systems know the launcher only: the program gets what they send."""
    code = (
        f"import signal, time; signal.signal({int(number)}, lambda *a: (print('got', a[0], flush=True), exit(5)));"
        "open('ready', 'w').close(); time.sleep(60)"
    )
    process = launched(tmp_path, code)
    until((tmp_path / "ready").exists)
    process.send_signal(number)
    shown, told = process.communicate(timeout=10)
    assert (shown, told) == (f"got {int(number)}\n".encode(), b"ended 5 None\n")


@posix
def test_ctrl_c_is_the_programs_affair(tmp_path: Path) -> None:
    """A program that catches Ctrl-C and goes on is waited for, and its status kept."""
    code = (
        "import time\ntry:\n open('ready', 'w').close(); time.sleep(60)\n"
        "except KeyboardInterrupt:\n print('saved', flush=True); raise SystemExit(3)"
    )
    process = launched(tmp_path, code)
    until((tmp_path / "ready").exists)
    os.killpg(process.pid, signal.SIGINT)
    shown, told = process.communicate(timeout=10)
    assert (shown, told) == (b"saved\n", b"ended 3 None\n")


@posix
@pytest.mark.parametrize("goes", ["on", "away"])
def test_interrupts_of_the_launcher_alone_reach_the_program_once(tmp_path: Path, goes: str) -> None:
    """`kill -INT` of bis interrupts the program, also a second time, and Ctrl-C after it once."""
    code = (
        "import time\nfor i in range(3):\n try:\n  open(f'ready{i}', 'w').close(); time.sleep(60)\n"
        " except KeyboardInterrupt:\n  print('interrupted', i, flush=True)\n"
        f"{'raise SystemExit(3)' if goes == 'on' else 'raise KeyboardInterrupt'}"
    )
    process = launched(tmp_path, code)
    for i in range(2):
        until((tmp_path / f"ready{i}").exists)
        process.send_signal(signal.SIGINT)
    until((tmp_path / "ready2").exists)
    os.killpg(process.pid, signal.SIGINT)
    shown, told = process.communicate(timeout=10)
    assert shown == b"interrupted 0\ninterrupted 1\ninterrupted 2\n"
    assert told.endswith(b"ended 3 None\n" if goes == "on" else b"ended None 2\n")


@posix
def test_ignored_interrupts_stay_ignored(tmp_path: Path) -> None:
    """In the background of a shell script, and under `nohup`, they are for nobody."""
    process = launched(
        tmp_path,
        "import time; open('ready', 'w').close(); time.sleep(1); print('end')",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    until((tmp_path / "ready").exists)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == (b"end\n", b"ended 0 None\n")


@posix
@pytest.mark.parametrize(
    "ending", ["while True: print('y' * 50)", "import time\nwhile True: print(1, flush=True); time.sleep(0.01)"]
)
def test_reader_that_goes_away_ends_the_program(tmp_path: Path, ending: str) -> None:
    """`bis run endless.py | head -1` ends as `python endless.py | head -1` does: the program's next write fails."""
    process = launched(tmp_path, ending)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert b"BrokenPipeError" in said
    assert said.endswith(b"ended 1 None\n")
    assert process.wait(10) == 0
    assert (tmp_path / "out").read_text()


@posix
def test_reader_of_one_stream_that_goes_away_leaves_the_other(tmp_path: Path) -> None:
    """What goes to standard error is still shown, and a program that prints nothing more is left alone."""
    code = (
        "import sys, time\nprint('first', flush=True)\n"
        "try:\n while True: print('more', flush=True); time.sleep(0.01)\n"
        "except BrokenPipeError:\n sys.stderr.write('goes on\\n'); sys.stderr.flush(); import os; os._exit(4)"
    )
    process = launched(tmp_path, code)
    assert process.stdout is not None
    assert process.stdout.readline() == b"first\n"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b"goes on\nended 4 None\n"
    process.stderr.close()
    assert process.wait(10) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_behind_our_output_is_told(tmp_path: Path) -> None:
    """What could not be shown is in the answer, and what was printed is kept."""
    with Path("/dev/full").open("w", encoding="utf-8") as full, contextlib.redirect_stdout(full):
        ended = run(tmp_path, "import os; os.write(1, b'x\\n')", echo=True)
        with contextlib.suppress(OSError):
            full.flush()
    assert ended.unshown == os.strerror(errno.ENOSPC)
    assert (tmp_path / "out").read_text() == "x\n"


def test_text_streams_are_written_to(tmp_path: Path) -> None:
    """Where our stdout takes text only (a notebook's) the program's output is decoded, across chunks too."""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        ended = run(tmp_path, "import sys; sys.stdout.buffer.write('naïve ✓\\n'.encode())", echo=True)
    assert ended.exit_code == 0
    assert shown.getvalue() == "naïve ✓\n"


@posix
def test_terminal_is_a_terminal_for_the_program(tmp_path: Path) -> None:
    """Where we print to a terminal so does the program, of the same size, and its line endings are kept as they are."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 123, 0, 0))
    code = "import sys, os; print(sys.stdout.isatty(), os.get_terminal_size(1))"
    process = launched(tmp_path, code, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    assert process.wait(10) == 0
    shown = os.read(ours, 1000)
    os.close(ours)
    assert shown == b"True os.terminal_size(columns=123, lines=33)\r\n"
    assert (tmp_path / "out").read_bytes() == b"True os.terminal_size(columns=123, lines=33)\n"


@posix
def test_a_recorded_program_has_the_descriptors_that_bis_was_given(tmp_path: Path) -> None:
    """As of a shell's ``<(…)``, and of a batch system; none of bis itself, and a replay has none of them."""
    reading, writing = os.pipe()
    private = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(reading, True)
    try:
        os.write(writing, b"given")
        os.close(writing)
        code = (
            f"import os\nprint(os.read({reading}, 9) if os.path.exists('/dev/fd/{reading}') else 'none', "
            f"os.path.exists('/dev/fd/{private}'))"
        )
        assert run(tmp_path, code).exit_code == 0
        assert (tmp_path / "out").read_text() == "b'given' False\n"
        assert run(tmp_path, code, own_group=True).exit_code == 0
        assert (tmp_path / "out").read_text() == "none False\n"
    finally:
        os.close(reading)
        os.close(private)
