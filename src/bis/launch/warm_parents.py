"""Warm parents, from outside: started for a program, asked for a fork for each replay, ended with the last one.

A parent serves one program in one folder, environment and hash seed; see `bis.instrument.warm_parent` for what it does.
It ends with the socket through which it is asked, so that nothing of it survives this process, however that ends.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bis.errors import ExecutionError
from bis.instrument.session_view import WARM_VARIABLE
from bis.instrument.warm_parent import NOT_FORKED
from bis.model.start import ColdReason

if TYPE_CHECKING:
    from bis.launch.process import Program
    from bis.model.start import Preload

_START_S = 300.0  # imports on a busy machine
_ANSWER_S = 30.0
_CHUNK = 65536
_MOST_SAID = 60_000  # what a pipe takes without a reader


class NoWarmParentError(Exception):
    """There is no parent for this program; `reason` says why. It can be started cold."""

    def __init__(self, reason: ColdReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ParentLostError(ExecutionError):
    """The parent ended while a replay ran: what that had done until then is of no use."""

    code = "parent-lost"


class WarmParent:
    """A process that has imported, and waits.

    Parameters
    ----------
    program : Program
        Its command, folder, environment and standard input are those of the forks.
    preload : Preload
        What it imports.

    Raises
    ------
    NoWarmParentError
        It cannot be started, or nothing may be forked from it.
    """

    def __init__(self, program: Program, preload: Preload) -> None:
        if {name.partition(".")[0] for name in preload.modules} & set(NOT_FORKED):
            raise NoWarmParentError(ColdReason.LIBRARY)
        self._said = b""
        self._channel, theirs = socket.socketpair()
        self._outputs: list[int] = []
        try:
            self._process = self._started(program, theirs)
        except OSError as error:
            self._channel.close()
            raise NoWarmParentError(ColdReason.FAILED) from error
        finally:
            theirs.close()
        try:
            self._import(preload)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    def living(self) -> bool:
        """Whether it waits for requests."""
        return self._process.poll() is None

    def fork(self, program: Program, stdout: int, stderr: int | None) -> ForkedProgram:
        """Start the program in a fork, with these streams.

        Raises
        ------
        ParentLostError
            It does not answer.
        """
        given = os.open(program.stdin or os.devnull, os.O_RDONLY)
        try:
            if self._said and stderr is not None:
                os.write(stderr, self._said)
            socket.send_fds(self._channel, [b'{"run":true}\n'], [given, stdout, stdout if stderr is None else stderr])
            answer = Answers(self._channel)
            pid = answer.next(_ANSWER_S).get("pid")
        except OSError as error:
            raise ParentLostError(f"the warm parent does not answer: {error}") from error
        finally:
            os.close(given)
        if not isinstance(pid, int):
            raise ParentLostError("the warm parent does not answer")
        return ForkedProgram(pid, answer)

    def close(self) -> None:
        """End it, and what it has forked."""
        self._channel.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for output in self._outputs:
            os.close(output)
        self._outputs = []

    def _started(self, program: Program, theirs: socket.socket) -> subprocess.Popen[bytes]:
        ends = [os.pipe(), os.pipe()]
        self._outputs = [reading for reading, _ in ends]
        given = os.open(program.stdin or os.devnull, os.O_RDONLY)
        try:
            return subprocess.Popen(
                program.command,
                cwd=program.cwd,
                env={**program.env, WARM_VARIABLE: str(theirs.fileno())},
                stdin=given,
                stdout=ends[0][1],
                stderr=ends[1][1],
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        finally:
            for number in (given, *(writing for _, writing in ends)):
                os.close(number)

    def _import(self, preload: Preload) -> None:
        request = json.dumps({"modules": list(preload.modules)}).encode() + b"\n"
        said = dict.fromkeys(self._outputs, b"")
        ready: dict[str, Any] = {}
        try:
            self._channel.sendall(request)
            answers = Answers(self._channel)
            end = time.monotonic() + _START_S
            while not ready and time.monotonic() < end:
                # Both streams are read while it imports: it would wait for a reader of a pipe that is full.
                waiting = select.select([self._channel.fileno(), *said], [], [], 1.0)[0]
                for output in said:
                    if output in waiting:
                        said[output] += os.read(output, _CHUNK)
                if self._channel.fileno() in waiting:
                    ready = answers.next(_ANSWER_S)
                    if not ready:
                        break
            for output in said:
                if select.select([output], [], [], 0)[0]:
                    said[output] += os.read(output, _CHUNK)
        except OSError as error:
            raise NoWarmParentError(ColdReason.FAILED) from error
        reason = _reason(ready, preload, printed=bool(said[self._outputs[0]]))
        if reason is not None:
            raise NoWarmParentError(reason)
        self._said = said[self._outputs[1]][:_MOST_SAID]


def _reason(ready: dict[str, Any], preload: Preload, *, printed: bool) -> ColdReason | None:
    if not ready:
        return ColdReason.FAILED
    reason = str(ready.get("reason", ""))
    if reason:
        return ColdReason.LIBRARY if reason in NOT_FORKED else ColdReason(reason)
    if printed:
        return ColdReason.PRINTS
    return ColdReason.VARIABLES if set(preload.variables) - set(ready.get("variables", ())) else None


class Answers:
    """The lines that come from a parent."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._text = b""
        self.ended = False

    def next(self, timeout_s: float | None) -> dict[str, Any]:
        """The next answer; empty where there is none in time, or (`ended`) there will be none."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while b"\n" not in self._text:
            left = None if end is None else max(end - time.monotonic(), 0)
            try:
                if not select.select([self._channel], [], [], left)[0]:
                    return {}
                data = self._channel.recv(_CHUNK)
            except (OSError, ValueError):  # it was closed
                data = b""
            if not data:
                self.ended = True
                return {}
            self._text += data
        line, _, self._text = self._text.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found


class ForkedProgram:
    """A program in a fork of a warm parent, with the methods of ``subprocess.Popen`` that `run_program` needs."""

    def __init__(self, pid: int, answers: Answers) -> None:
        self._pid = pid
        self._answers = answers
        self._code: int | None = None
        self.lost = False

    @property
    def pid(self) -> int:
        """The id of its process and of its group."""
        return self._pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, or the negative number of the signal that ended it; None while it runs."""
        return self._code

    def poll(self) -> int | None:
        """The same, found out now."""
        return self._code if self._code is not None else self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        code = self._code if self._code is not None else self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("a fork of a warm parent", timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Signal its process."""
        if self.poll() is None:
            os.kill(self._pid, sig)

    def kill(self) -> None:
        """End its process."""
        with suppress(ProcessLookupError):
            self.send_signal(signal.SIGKILL)

    def _look(self, timeout_s: float | None) -> int | None:
        answer = self._answers.next(timeout_s)
        if "status" in answer:
            self._code = os.waitstatus_to_exitcode(answer["status"])
        elif self._answers.ended:
            self.lost = True
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
            self._code = -signal.SIGKILL
        return self._code
