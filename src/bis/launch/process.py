"""Running one program to its end: its output shown and kept, its time limited, nothing left behind."""

from __future__ import annotations

import codecs
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bis.config import MIB
from bis.errors import ExecutionError
from bis.launch.muting import mute
from bis.model.session import Exit

_CHUNK = 65536
_GRACE_S = 3.0
_AFTER_END_S = 0.5
# Signals that others send to bis, since they do not know of the program. Ctrl-C and Ctrl-\ reach it from the terminal.
_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_FROM_TERMINAL = ("SIGINT", "SIGQUIT")


@dataclass(frozen=True, slots=True)
class Program:
    """A command, its environment and its limits.

    `stdout` is the file that keeps what it prints (the first `stdout_bytes` of it). With `echo` its output also goes
    to that of bis, through a pseudo-terminal where that is a terminal, so that progress bars look as usual.
    With `own_group` it gets a process group of its own, and no input but the file `stdin`: replays are killed as a
    whole.
    """

    command: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdout: Path
    stdout_bytes: int = 10 * MIB
    echo: bool = True
    own_group: bool = False
    stdin: Path | None = None
    timeout_s: float | None = None
    stderr: Path | None = None


def run_program(program: Program) -> Exit:
    """Run `program` and wait for it.

    Raises
    ------
    ExecutionError
        It cannot be started.
    KeyboardInterrupt
        Ctrl-C, after the program (with `own_group`: and its children) was ended.
    """
    terminal = program.echo and os.name == "posix" and _is_terminal(sys.stdout)
    reading, writing = _terminal() if terminal else os.pipe()
    clock = time.monotonic()
    try:
        process = _start(program, writing)
    except OSError as error:
        os.close(reading)
        raise ExecutionError(
            f"{program.command[0]} cannot be started in {program.cwd}: {error}",
            hint="Check that the interpreter and the folder exist and may be used.",
        ) from error
    finally:
        os.close(writing)
    output = _Output(program)
    try:
        with _signals_for(process, program):
            timed_out = _forward(program, process, reading, output, clock)
    finally:
        os.close(reading)
        output.close()
        _end(process, group=program.own_group)
    code = process.returncode
    return Exit(
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        timed_out=timed_out,
        ended_unix_s=time.time(),
        duration_s=time.monotonic() - clock,
        stdout_cut=output.cut,
    )


def _start(program: Program, writing: int) -> subprocess.Popen[bytes]:
    stderr = None if program.stderr is None else program.stderr.open("wb")
    given = None if program.stdin is None else program.stdin.open("rb")
    try:
        return subprocess.Popen(
            program.command,
            cwd=program.cwd,
            env=dict(program.env),
            stdin=given or (subprocess.DEVNULL if program.own_group else None),
            stdout=writing,
            stderr=stderr,
            start_new_session=program.own_group,
        )
    finally:
        if given is not None:
            given.close()
        if stderr is not None:
            stderr.close()


def _terminal() -> tuple[int, int]:
    import pty
    import termios

    reading, writing = pty.openpty()
    attributes = termios.tcgetattr(writing)
    attributes[1] &= ~termios.OPOST  # what is kept should hold the program's own line endings
    termios.tcsetattr(writing, termios.TCSANOW, attributes)
    _copy_size(sys.stdout.fileno(), writing)
    return reading, writing


def _copy_size(source: int, target: int) -> None:
    """Give a terminal the size of another: what the program draws should fit."""
    import fcntl
    import termios

    with suppress(OSError):  # termios.tcsetwinsize came with Python 3.11
        fcntl.ioctl(target, termios.TIOCSWINSZ, fcntl.ioctl(source, termios.TIOCGWINSZ, b"\0" * 8))


class _Output:
    """Keeps what a program prints, and shows it; neither may fail: a full disk or a closed pipe costs the copy only."""

    def __init__(self, program: Program) -> None:
        self._room = program.stdout_bytes
        self._echo = program.echo
        self._copy: IO[bytes] | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.cut = False
        try:
            self._copy = program.stdout.open("wb", buffering=0)  # so that closing has nothing left to write
        except OSError:
            self.cut = True

    def take(self, data: bytes) -> None:
        """Keep and show a piece of output."""
        if self._copy is not None:
            part = data[: self._room]
            try:
                written = self._copy.write(part) if part else 0
            except OSError:
                written = 0
            self._room -= written
            if written < len(data):
                self.cut = True
                self.close()
        if self._echo:
            self._show(data)

    def close(self) -> None:
        """Stop keeping output."""
        if self._copy is not None:
            with suppress(OSError):
                self._copy.close()
            self._copy = None

    def _show(self, data: bytes) -> None:
        stream: Any = sys.stdout
        try:
            if hasattr(stream, "buffer"):
                stream.buffer.write(data)
            elif stream is not None:  # a notebook's stdout takes text only
                stream.write(self._decoder.decode(data))
            stream.flush()
        except (OSError, ValueError):  # the reader of the output of bis has gone: the program goes on
            self._echo = False
            mute(stream)


def _forward(program: Program, process: subprocess.Popen[bytes], reading: int, output: _Output, clock: float) -> bool:
    """Copy output until the program has ended; True where its time ran out.

    A child that the program left running may hold the pipe open for ever: half a second after the program's own end
    its output is shown by a process of its own, and no longer kept.
    """
    ended_at: float | None = None
    late = 0
    while True:
        ready, _, _ = select.select([reading], [], [], 0.05)
        if ready:
            try:
                data = os.read(reading, _CHUNK)
            except OSError:  # how a pseudo-terminal reports that its other end is closed
                data = b""
            if not data:
                return _await(process, program, clock)
            output.take(data)
        if process.poll() is not None:
            ended_at = ended_at or time.monotonic()
            late += len(data) if ready else 0
            if late > MIB or (not ready and time.monotonic() - ended_at > _AFTER_END_S):  # no pipe holds more
                _hand_over(program, reading)
                return False
        elif program.timeout_s is not None and time.monotonic() - clock > program.timeout_s:
            _end(process, group=program.own_group)
            return True


def _hand_over(program: Program, reading: int) -> None:
    """Go on to show what children of the program print, which would otherwise die of a closed pipe."""
    if program.echo and not program.own_group:
        with suppress(OSError):
            # Ctrl-C, which is for the program, must not end it before those children.
            command = ["sh", "-c", "trap '' INT QUIT; exec cat"]
            subprocess.Popen(command, stdin=reading, stderr=subprocess.DEVNULL)


def _await(process: subprocess.Popen[bytes], program: Program, clock: float) -> bool:
    left = None if program.timeout_s is None else max(program.timeout_s - (time.monotonic() - clock), 0)
    try:
        process.wait(left)
    except subprocess.TimeoutExpired:
        _end(process, group=program.own_group)
        return True
    return False


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(os.isatty(stream.fileno()))
    except (AttributeError, OSError, ValueError):  # none at all, a notebook's, one in memory, a closed one
        return False


@contextmanager
def _signals_for(process: subprocess.Popen[bytes], program: Program) -> Iterator[None]:
    """Leave Ctrl-C to the program, which shares the terminal, and pass on signals that are sent to bis alone.

    A replay is ended by either, since bis started it.
    """
    before: dict[int, Any] = {}

    def pass_on(number: int, _frame: object) -> None:
        _signal(process, number, group=False)

    def leave(_number: int, _frame: object) -> None:
        """Do nothing. Unlike SIG_IGN, this cannot be overtaken by a signal, which Python would report as an error."""

    if not program.own_group and threading.current_thread() is threading.main_thread():
        for name in (*_FROM_TERMINAL, *_PASSED_ON):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) not in {signal.SIG_IGN, None}:
                before[number] = signal.signal(number, leave if name in _FROM_TERMINAL else pass_on)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes], *, group: bool) -> None:
    """End the program, gently then not; with `group` also whatever it left running."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM, group=group)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
    if group:
        _signal(process, signal.SIGKILL, group=True)
    if process.poll() is None:
        process.kill()
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int, *, group: bool) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
