"""Running one program to its end: its output shown and kept, its time limited, nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bis.config import MIB
from bis.errors import ExecutionError
from bis.model.session import Exit

_CHUNK = 65536
_GRACE_S = 3.0


@dataclass(frozen=True, slots=True)
class Program:
    """A command with its surroundings.

    `stdout` is the file that keeps what it prints (the first `stdout_bytes` of it). With `echo` its output also goes
    to ours, through a pseudo-terminal where ours is a terminal, so that progress bars look as they do without bis.
    With `own_group` it gets a process group of its own, and no input: replays are killed as a whole.
    """

    command: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdout: Path
    stdout_bytes: int = 10 * MIB
    echo: bool = True
    own_group: bool = False
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
    terminal = program.echo and sys.stdout.isatty() and os.name == "posix"
    reading, writing = _terminal() if terminal else os.pipe()
    started = time.time()
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
    timed_out = False
    try:
        timed_out = _forward(program, process, reading, clock)
    except KeyboardInterrupt:
        _end(process, group=program.own_group)
        raise
    finally:
        os.close(reading)
        _end(process, group=program.own_group)
    code = process.returncode
    return Exit(
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        timed_out=timed_out,
        ended_unix_s=time.time(),
        duration_s=max(time.time() - started, 0.0),
    )


def _start(program: Program, writing: int) -> subprocess.Popen[bytes]:
    stderr = None if program.stderr is None else program.stderr.open("wb")
    try:
        return subprocess.Popen(
            program.command,
            cwd=program.cwd,
            env=dict(program.env),
            stdin=subprocess.DEVNULL if program.own_group else None,
            stdout=writing,
            stderr=stderr,
            start_new_session=program.own_group,
        )
    finally:
        if stderr is not None:
            stderr.close()


def _terminal() -> tuple[int, int]:
    import pty
    import termios

    reading, writing = pty.openpty()
    attributes = termios.tcgetattr(writing)
    attributes[1] &= ~termios.OPOST  # what is kept should hold the program's own line endings
    termios.tcsetattr(writing, termios.TCSANOW, attributes)
    with suppress(OSError, AttributeError):
        termios.tcsetwinsize(writing, termios.tcgetwinsize(sys.stdout.fileno()))  # type: ignore[attr-defined,unused-ignore]
    return reading, writing


def _forward(program: Program, process: subprocess.Popen[bytes], reading: int, clock: float) -> bool:
    """Copy output until the program has ended; True where its time ran out.

    A child that the program left running may hold the pipe open for ever: half a second after the program's own end
    nobody listens any more.
    """
    kept = 0
    ended_at: float | None = None
    previous = None if program.own_group else _ignore_interrupts()
    try:
        with program.stdout.open("wb") as copy:
            while True:
                ready, _, _ = select.select([reading], [], [], 0.05)
                if ready:
                    try:
                        data = os.read(reading, _CHUNK)
                    except OSError:  # a pseudo-terminal says so when its other end is closed
                        data = b""
                    if not data:
                        return _await(process, program, clock)
                    kept += _keep(copy, data, program.stdout_bytes - kept)
                    if program.echo:
                        _show(data)
                elif process.poll() is not None:
                    ended_at = ended_at or time.monotonic()
                    if time.monotonic() - ended_at > 0.5:
                        return False
                if program.timeout_s is not None and time.monotonic() - clock > program.timeout_s:
                    _end(process, group=program.own_group)
                    return True
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)


def _await(process: subprocess.Popen[bytes], program: Program, clock: float) -> bool:
    left = None if program.timeout_s is None else max(program.timeout_s - (time.monotonic() - clock), 0)
    try:
        process.wait(left)
    except subprocess.TimeoutExpired:
        _end(process, group=program.own_group)
        return True
    return False


def _keep(copy: object, data: bytes, room: int) -> int:
    part = data[: max(room, 0)]
    with suppress(OSError):  # a full disk costs the copy, not the program's output
        copy.write(part)  # type: ignore[attr-defined]
        copy.flush()  # type: ignore[attr-defined]
    return len(data)


def _show(data: bytes) -> None:
    with suppress(OSError, ValueError):  # whoever read our output has gone: the program goes on
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _ignore_interrupts() -> Any:
    """Ctrl-C is for the program, which shares our terminal; how it takes it is its own affair."""
    try:
        return signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: nothing to ignore
        return None


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
