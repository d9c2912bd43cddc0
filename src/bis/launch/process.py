"""Running one program to its end: its output shown and kept, its time limited, nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bis.config import MIB
from bis.errors import ExecutionError
from bis.launch.kept_output import KeptOutput
from bis.launch.passed_signals import passing_signals
from bis.launch.session_processes import end_family
from bis.launch.standard_streams import is_closed, shown_on
from bis.launch.successor import ReadStream, Successor, succeeded
from bis.launch.watcher import Watcher
from bis.model.session import Exit

_CHUNK = 65536
_GRACE_S = 3.0
_AFTER_END_S = 0.5


@dataclass(frozen=True, slots=True)
class Program:
    """A command, its environment and its limits.

    `stdout` and `stderr` are the files that keep what it prints (the first `stdout_bytes` of each); without a file for
    it, stderr is that of bis. With `stderr_in_stdout` one pipe carries both, in the order in which they were written,
    and `stdout` keeps both. With `echo` its output also goes to that of bis, through a pseudo-terminal where that is a
    terminal, so that progress bars look as usual.
    With `own_group` it gets a process group of its own, and no input but the file `stdin`: replays are killed as a
    whole, and end with this process, however that ends. Without it, the program does not depend on this process: where
    this one is killed, another goes on to read what it prints, and keeps the lock with the descriptor `lock` until the
    program has ended.
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
    lock: int | None = None
    stderr_in_stdout: bool = False


class RunningProgram(Protocol):
    """A program that was started, with the methods of ``subprocess.Popen``."""

    @property
    def pid(self) -> int:
        """The id of its process, and with `own_group` of its group."""
        ...

    @property
    def returncode(self) -> int | None:
        """As of ``subprocess.Popen``, after its end."""
        ...

    def poll(self) -> int | None:
        """The same, found out now; None while it runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises ``subprocess.TimeoutExpired`` where that does not come in time."""
        ...

    def send_signal(self, sig: int) -> None:
        """Signal its process."""
        ...

    def kill(self) -> None:
        """End its process."""
        ...


# Starts a program whose output goes to these descriptors (the second is None where its stderr is that of bis).
Starter = Callable[[Program, int, "int | None"], RunningProgram]


def run_program(program: Program, starter: Starter | None = None) -> Exit:
    """Run `program` and wait for it.

    Parameters
    ----------
    program : Program
        What to run, and its limits.
    starter : callable, optional
        What starts it; by default a process is started for it.

    Raises
    ------
    ExecutionError
        It cannot be started.
    KeyboardInterrupt
        Ctrl-C, after the program (with `own_group`: and its children) was ended.
    """
    clock = time.monotonic()
    with ExitStack() as ends:
        streams: list[_CarriedStream] = []
        try:
            streams += _streams(program, ends)
            watcher = _watcher(program, ends) if starter is None else None
            # Before the program: this process may be killed as soon as that one runs.
            successor = ends.enter_context(_succeeded(program, streams))
            try:
                process = _start(program, streams, starter)
            except OSError:  # where one more process or descriptor is too many, the program comes first
                successor.end()
                process = _start(program, streams, starter)
        except OSError as error:
            raise ExecutionError(
                f"{program.command[0]} cannot be started in {program.cwd}: {error}",
                hint="Check that the interpreter and the folder exist and may be used.",
            ) from error
        finally:
            for stream in streams:
                os.close(stream.writing)
        if watcher is not None:
            watcher.watch(process.pid)
        try:
            successor.take_care_of(process.pid)
            # A replay is ended by any signal, since bis started it.
            with nullcontext() if program.own_group else passing_signals(process):
                timed_out = _forward(program, process, {s.reading: s.kept for s in streams}, clock, successor.end)
        finally:
            successor.end()
            _end(process, group=program.own_group)
            if watcher is not None:  # what left the group is of the replay, too
                end_family([process.pid], program.env.get("BIS_SPOOL", ""))
    code = process.wait()
    kept = {stream.name: stream.kept for stream in streams}
    return Exit(
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        timed_out=timed_out,
        ended_unix_s=time.time(),
        duration_s=time.monotonic() - clock,
        stdout_cut="stdout" in kept and kept["stdout"].cut,
        stdout_rest=kept["stdout"].rest if "stdout" in kept else None,
        stderr_rest=kept["stderr"].rest if "stderr" in kept else None,
        unshown=next((output.unshown for output in kept.values() if output.unshown), None),
    )


@dataclass(frozen=True, slots=True)
class _CarriedStream:
    """A stream of the program that is read here: both ends of what carries it, the file and what keeps it there."""

    name: str
    reading: int
    writing: int
    path: Path
    kept: KeptOutput


def _streams(program: Program, ends: ExitStack) -> list[_CarriedStream]:
    """The streams that are read; one that bis was started without the program has neither."""
    found: list[_CarriedStream] = []
    try:
        for name, path in (("stdout", program.stdout), ("stderr", program.stderr)):
            if name == "stderr" and program.stderr_in_stdout:
                continue
            if path is None or (program.echo and is_closed(name)):
                continue
            reading, writing = _ends(program, name)
            ends.callback(os.close, reading)
            # Before the program runs, which may write where it is.
            kept = KeptOutput(path, limit_bytes=program.stdout_bytes, echo=name if program.echo else "")
            ends.callback(kept.close)
            found.append(_CarriedStream(name, reading, writing, path, kept))
    except OSError:
        for stream in found:
            os.close(stream.writing)
        raise
    return found


def _succeeded(program: Program, streams: Sequence[_CarriedStream]) -> AbstractContextManager[Successor]:
    """Another process at hand for the case that this one is killed, but for a program that ends with this one."""
    if program.own_group:
        return nullcontext(Successor())
    told = [
        ReadStream(s.reading, shown_on(s.name) if program.echo else -1, program.stdout_bytes, str(s.path))
        for s in streams
    ]
    return succeeded(told, program.lock)


def _watcher(program: Program, ends: ExitStack) -> Watcher | None:
    """What ends a program with this process, however that ends; forks of a warm parent are ended by that."""
    if not program.own_group:
        return None
    watcher = Watcher(program.env.get("BIS_SPOOL", ""))
    ends.callback(watcher.close)
    return watcher


def _ends(program: Program, name: str) -> tuple[int, int]:
    """Two ends of what carries a stream: a pseudo-terminal where bis shows it on a terminal, else a pipe."""
    shown = getattr(sys, name)
    return _terminal(shown) if program.echo and os.name == "posix" and _is_terminal(shown) else os.pipe()


def _start(program: Program, streams: Sequence[_CarriedStream], starter: Starter | None) -> RunningProgram:
    writings = {stream.name: stream.writing for stream in streams}
    if program.stderr_in_stdout:
        writings["stderr"] = writings["stdout"]
    if starter is not None:
        return starter(program, writings["stdout"], writings.get("stderr"))
    given = None if program.stdin is None else program.stdin.open("rb")
    try:
        return subprocess.Popen(
            program.command,
            cwd=program.cwd,
            env=dict(program.env),
            stdin=given or (subprocess.DEVNULL if program.own_group else None),
            stdout=writings.get("stdout"),
            stderr=writings.get("stderr"),
            start_new_session=program.own_group,
            # A recorded program has what bis was given by its shell: `<(…)` is one. Those of bis are not inherited.
            close_fds=program.own_group,
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
    program: Program,
    process: RunningProgram,
    outputs: Mapping[int, KeptOutput],
    clock: float,
    give_up: Callable[[], None],
) -> bool:
    """Copy output until the program has ended; True where its time ran out.

    `give_up` is called where a stream cannot be shown any more: no other process must hold its reading end, either.

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
            if not data or outputs[reading].unshown is not None:
                open_ends.remove(reading)
                _close_pipe(reading)
                if outputs[reading].unshown is not None:
                    give_up()
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


def _close_pipe(reading: int) -> None:
    """Let the program's next write fail, as it would without bis: nobody reads it any more, or the disk is full.

    The descriptor stays, and is closed with the others.
    """
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, reading, inheritable=False)
    os.close(nowhere)


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


def _await(process: RunningProgram, program: Program, clock: float) -> bool:
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


def _end(process: RunningProgram, *, group: bool) -> None:
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


def _signal(process: RunningProgram, number: int, *, group: bool) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
