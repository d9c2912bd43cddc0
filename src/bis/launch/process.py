"""Running one program to its end: its output shown and kept, its time limited, nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bis.config import MIB
from bis.errors import ExecutionError
from bis.launch.kept_output import KeptOutput
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

    `stdout` and `stderr` are the files that keep what it prints (the first `stdout_bytes` of each); without a file for
    it, stderr is that of bis. With `echo` its output also goes to that of bis, through a pseudo-terminal where that is
    a terminal, so that progress bars look as usual.
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
    streams = ["stdout"] if program.stderr is None else ["stdout", "stderr"]
    ends = [_ends(program, name) for name in streams]
    readers = [reading for reading, _ in ends]
    clock = time.monotonic()
    try:
        process = _start(program, *(writing for _, writing in ends))
    except OSError as error:
        for reading in readers:
            os.close(reading)
        raise ExecutionError(
            f"{program.command[0]} cannot be started in {program.cwd}: {error}",
            hint="Check that the interpreter and the folder exist and may be used.",
        ) from error
    finally:
        for _, writing in ends:
            os.close(writing)
    files = [program.stdout] if program.stderr is None else [program.stdout, program.stderr]
    kept = [
        KeptOutput(path, limit_bytes=program.stdout_bytes, echo=name if program.echo else "")
        for path, name in zip(files, streams, strict=True)
    ]
    try:
        with _signals_for(process, program):
            timed_out = _forward(program, process, dict(zip(readers, kept, strict=True)), clock)
    finally:
        for reading, output in zip(readers, kept, strict=True):
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
        stdout_cut=kept[0].cut,
        stdout_rest=kept[0].rest,
        stderr_rest=kept[1].rest if len(kept) > 1 else None,
    )


def _ends(program: Program, name: str) -> tuple[int, int]:
    """Two ends of what carries a stream: a pseudo-terminal where bis shows it on a terminal, else a pipe."""
    shown = getattr(sys, name)
    return _terminal(shown) if program.echo and os.name == "posix" and _is_terminal(shown) else os.pipe()


def _start(program: Program, stdout: int, stderr: int | None = None) -> subprocess.Popen[bytes]:
    given = None if program.stdin is None else program.stdin.open("rb")
    try:
        return subprocess.Popen(
            program.command,
            cwd=program.cwd,
            env=dict(program.env),
            stdin=given or (subprocess.DEVNULL if program.own_group else None),
            stdout=stdout,
            stderr=stderr,
            start_new_session=program.own_group,
        )
    finally:
        if given is not None:
            given.close()


def _terminal(shown: Any) -> tuple[int, int]:
    import pty
    import termios

    reading, writing = pty.openpty()
    attributes = termios.tcgetattr(writing)
    attributes[1] &= ~termios.OPOST  # what is kept should hold the program's own line endings
    termios.tcsetattr(writing, termios.TCSANOW, attributes)
    _copy_size(shown.fileno(), writing)
    return reading, writing


def _copy_size(source: int, target: int) -> None:
    """Give a terminal the size of another: what the program draws should fit."""
    import fcntl
    import termios

    with suppress(OSError):  # termios.tcsetwinsize came with Python 3.11
        fcntl.ioctl(target, termios.TIOCSWINSZ, fcntl.ioctl(source, termios.TIOCGWINSZ, b"\0" * 8))


def _forward(
    program: Program, process: subprocess.Popen[bytes], outputs: Mapping[int, KeptOutput], clock: float
) -> bool:
    """Copy output until the program has ended; True where its time ran out.

    A child that the program left running may hold a pipe open for ever: half a second after the program's own end
    its output is shown by a process of its own, and no longer kept.
    """
    ended_at: float | None = None
    late = 0
    open_ends = list(outputs)
    while True:
        ready, _, _ = select.select(open_ends, [], [], 0.05)
        came = 0
        for reading in ready:
            data = _read(reading)
            if data:
                outputs[reading].take(data)
                came += len(data)
            else:
                open_ends.remove(reading)
        if not open_ends:
            return _await(process, program, clock)
        if process.poll() is not None:
            ended_at = ended_at or time.monotonic()
            late += came
            # No pipe holds more.
            if late > MIB * len(outputs) or (not ready and time.monotonic() - ended_at > _AFTER_END_S):
                _hand_over(program, open_ends, list(outputs))
                return False
        elif program.timeout_s is not None and time.monotonic() - clock > program.timeout_s:
            _end(process, group=program.own_group)
            return True


def _read(reading: int) -> bytes:
    try:
        return os.read(reading, _CHUNK)
    except OSError:  # how a pseudo-terminal reports that its other end is closed
        return b""


def _hand_over(program: Program, open_ends: Sequence[int], all_ends: Sequence[int]) -> None:
    """Go on to show what children of the program print, which would otherwise die of a closed pipe."""
    if program.echo and not program.own_group:
        for reading in open_ends:
            to_stderr = " >&2" if reading != all_ends[0] else ""
            with suppress(OSError):
                # Ctrl-C, which is for the program, must not end it before those children.
                command = ["sh", "-c", f"trap '' INT QUIT; exec cat{to_stderr}"]
                subprocess.Popen(command, stdin=reading, stderr=None if to_stderr else subprocess.DEVNULL)


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
