"""Forks of this process: what they are given, what they let go, how they end."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
from typing import IO, TYPE_CHECKING

import pytest

from bis._audit.forked_process import ForkedProcess, can_fork, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("forkable")


@pytest.fixture
def talk() -> Iterator[IO[bytes]]:
    """What a fork prints."""
    with tempfile.TemporaryFile("a+b") as file:
        yield file


def said(file: IO[bytes]) -> str:
    """What was printed."""
    file.seek(0)
    return file.read().decode()


def test_cores() -> None:
    """There is at least one."""
    assert cores() >= 1


def test_a_process_with_a_second_thread_is_not_forked() -> None:
    """What that thread holds would be held for good in the fork."""
    assert can_fork()
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    assert not can_fork()
    ended.set()
    thread.join()


def test_it_has_what_was_loaded_here_and_answers(talk: IO[bytes]) -> None:
    """No import, no pickling; it ends with its function, and with the pipe through which it is asked."""
    known = object()

    def serve(source: IO[bytes], answers: IO[bytes]) -> None:
        for line in source:
            answers.write(line.upper() + str(id(known)).encode() + b"\n")

    process = ForkedProcess(serve, talk)
    process.stdin.write(b"a\n")
    assert process.stdout.readline() == b"A\n"
    assert process.stdout.readline().strip() == str(id(known)).encode()
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def test_what_it_prints_is_kept_apart(talk: IO[bytes], capfd: pytest.CaptureFixture[str]) -> None:
    """By Python or by C, and not what this process had not written yet."""

    def serve(_source: IO[bytes], _answers: IO[bytes]) -> None:
        print("printed")  # noqa: T201
        os.write(1, b"written\n")
        os.system("echo by a program")  # noqa: S605

    sys.stdout.write("of this process")
    process = ForkedProcess(serve, talk)
    assert process.wait() == 0
    process.close()
    assert sorted(said(talk).split()) == sorted(b"printed written by a program".decode().split())
    assert capfd.readouterr().out == "of this process"


@pytest.mark.parametrize(
    ("end", "code", "last"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), -11, ""),
        (lambda: 1 / 0, 1, "ZeroDivisionError: division by zero"),
        (lambda: sys.exit(3), 1, "SystemExit: 3"),
    ],
)
def test_how_it_ends(talk: IO[bytes], end: Callable[[], object], code: int, last: str) -> None:
    """By a signal or an error; nothing of this process is cleaned up there."""
    cleaned = []

    def serve(_source: IO[bytes], _answers: IO[bytes]) -> None:
        end()

    try:
        process = ForkedProcess(serve, talk)
        assert process.wait() == code
        process.close()
    finally:
        cleaned.append(os.getpid())
    assert cleaned == [os.getpid()]
    assert [last] == (said(talk).splitlines()[-1:] or [""])


def test_it_holds_nothing_that_is_open_here(talk: IO[bytes], tmp_path: Path) -> None:
    """Neither a lock nor a pipe, but what it is to keep; a number of a closed file leads nowhere."""
    lock = (tmp_path / "lock").open("ab")
    fcntl.flock(lock, fcntl.LOCK_EX)
    kept, ahead = os.pipe()

    def serve(source: IO[bytes], answers: IO[bytes]) -> None:
        os.write(lock.fileno(), b"from the fork")
        answers.write(os.read(kept, 4) + b"\n")
        source.read()

    process = ForkedProcess(serve, talk, keep=(kept,))
    os.write(ahead, b"kept")
    assert process.stdout.readline() == b"kept\n"
    lock.close()
    with (tmp_path / "lock").open("ab") as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert (tmp_path / "lock").read_bytes() == b""
    process.close()
    os.close(kept)
    os.close(ahead)


def test_signals_of_this_process_are_not_for_it(talk: IO[bytes]) -> None:
    """Its handlers are the usual ones, and it has a session of its own."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)

    def serve(source: IO[bytes], answers: IO[bytes]) -> None:
        answers.write(b"%d\n" % (os.getsid(0) == os.getpid()))
        source.read()

    try:
        process = ForkedProcess(serve, talk)
        assert process.stdout.readline() == b"1\n"
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == -signal.SIGTERM
        process.close()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_waiting_has_an_end(talk: IO[bytes]) -> None:
    """Where it goes on, that is said; then it can be killed."""

    def serve(source: IO[bytes], _answers: IO[bytes]) -> None:
        source.read()

    process = ForkedProcess(serve, talk)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.02)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.kill()
    process.close()


def test_a_process_without_streams(tmp_path: Path) -> None:
    """Where this process was started with all three closed, the pipes have their numbers."""
    program = (
        "import os, sys, pathlib\n"
        "os.closerange(0, 3)\n"
        "from bis._audit.forked_process import ForkedProcess\n"
        "talk = open(sys.argv[1], 'a+b')\n"
        "def serve(source, answers): answers.write(source.readline())\n"
        "process = ForkedProcess(serve, talk)\n"
        "process.stdin.write(b'a\\n')\n"
        "pathlib.Path(sys.argv[2]).write_bytes(process.stdout.readline())\n"
        "sys.exit(process.wait())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "talk"), str(tmp_path / "answer")]
    assert subprocess.run(command, check=False).returncode == 0
    assert (tmp_path / "answer").read_bytes() == b"a\n"
