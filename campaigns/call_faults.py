"""Faults at a chosen system call of a real process: it fails, is half done, or is the last that the process makes.

The kernel asks this process about each call by which another one changes files (seccomp's user notifications),
whichever library makes it: Python, SQLite, zlib. So faults can be put at every step, one after the other, as SQLite's
own tests do, without a changed library and without privileges. Calls that change nothing below the watched folders are
let pass.

Linux on x86_64 and aarch64.
"""

from __future__ import annotations

import array
import ctypes
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bis.launch.sandbox.kernel_calls import PR_SET_NO_NEW_PRIVS, process_control, system_call
from campaigns.forks import work_and_end

if TYPE_CHECKING:
    from collections.abc import Callable

# For each architecture: its name to the kernel, `seccomp`, and the calls that change files, by what their path is taken
# from: a descriptor, the first argument, or a folder's descriptor and the second argument.
_NUMBERS: dict[str, tuple[int, int, dict[int, str]]] = {
    "x86_64": (
        0xC000003E,
        317,
        {
            **dict.fromkeys((1, 18), "write"),
            **dict.fromkeys((20, 40, 74, 75, 77, 285), "descriptor"),
            **dict.fromkeys((82, 83, 85, 87), "path"),
            **dict.fromkeys((258, 263, 264, 316), "folder"),
            257: "open",
        },
    ),
    "aarch64": (
        0xC00000B7,
        277,
        {
            **dict.fromkeys((64, 68), "write"),
            **dict.fromkeys((66, 71, 82, 83, 46, 47), "descriptor"),
            **dict.fromkeys((34, 35, 38, 276), "folder"),
            56: "open",
        },
    ),
}
_POSITIONED = {18, 68}  # pwrite64
_NEW_LISTENER, _FILTER_MODE = 8, 1
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _OPEN_FLAGS_AT = 0, 4, 32
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_REQUEST = struct.Struct("<QIIiIQ6Q")
_REPLY = struct.Struct("<QqiI")
_CONTINUE = 1
_PIDFD_GETFD = 438
_CHANGING = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_RDWR | os.O_APPEND
_LONGEST_PATH = 4096

KILL, TORN, TORN_KILL = "kill", "torn", "torn-kill"
ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EROFS")
HOWS = (*ERRORS, KILL, TORN, TORN_KILL)
FIRST, OTHERS = "first", "children"  # the process that was started, and those that it starts


@dataclass(frozen=True, slots=True)
class CallFault:
    """What goes wrong at the call number `step` (from 1) of a process.

    `how` is an error number by its name, ``kill``, ``torn`` (half is written, then the disk is full) or ``torn-kill``.
    `lasting` faults go on, for all processes: the disk stays full. `role` is the process: the ``first``, or one of its
    ``children``.
    """

    role: str
    step: int
    how: str
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.how}{' from' if self.lasting else ' at'} call {self.step} of the {self.role}"


@dataclass(slots=True)
class Watched:
    """How a watched process ended: its status as of `os.waitstatus_to_exitcode`, what it printed.

    `steps` has the number of calls of each role, `hit` what the fault met. `hung` where it had to be ended.
    """

    code: int = 0
    out: bytes = b""
    err: bytes = b""
    hung: bool = False
    seconds: float = 0.0
    hit: str = ""
    steps: Counter[str] = field(default_factory=Counter)


class _Instructions(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def why_not_here() -> str:
    """Why no faults can be put into calls on this machine; empty where they can."""
    if sys.platform != "linux" or os.uname().machine not in _NUMBERS:
        return "faults in system calls need Linux on x86_64 or aarch64"
    done = watched(lambda: 0, Path(os.devnull), Path(os.devnull), (), None, limit_s=20)
    return "" if done.code == 0 else "the kernel refuses a listener for system calls"


def _listener() -> int:
    """Have the kernel ask about the calls of this process and all that it starts; the descriptor by which it asks."""
    architecture, seccomp, calls = _NUMBERS[os.uname().machine]
    plain = [number for number, kind in calls.items() if kind != "open"]
    [opening] = [number for number, kind in calls.items() if kind == "open"]
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_EQUAL, 0, 3, opening),
        (_LOAD, 0, 0, _OPEN_FLAGS_AT),
        (_ANY_BIT, len(plain) + 2, 0, _CHANGING),
        (_RETURN, 0, 0, _ALLOW),
        *((_EQUAL, len(plain) - index, 0, number) for index, number in enumerate(plain)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ASK),
    ]
    packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
    program = _Instructions(len(code), packed)
    process_control(PR_SET_NO_NEW_PRIVS, 1)
    return system_call(seccomp, _FILTER_MODE, _NEW_LISTENER, ctypes.byref(program))


def watched(
    work: Callable[[], int],
    out: Path,
    err: Path,
    places: tuple[Path, ...],
    fault: CallFault | None,
    *,
    limit_s: float = 60.0,
) -> Watched:
    """Do `work` in a fork of this process, in a session of its own, with one fault; wait for it and all that it starts.

    Parameters
    ----------
    work : callable
        Gives the exit status of the fork.
    out, err : Path
        Where the fork and its children print.
    places : tuple of Path
        The folders in which calls count, absolute and without links.
    fault : CallFault or None
        What goes wrong.
    limit_s : float
        After so many seconds it is taken to hang, and ended.
    """
    ours, theirs = socket.socketpair()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _become(work, out, err, theirs)
    theirs.close()
    done = Watched()
    with closing(ours):
        listener = _received(ours)
    try:
        if listener is not None:
            _Supervisor(listener, pid, tuple(str(p) for p in places), fault, done).serve(started + limit_s)
        code = _waited(pid, started + limit_s, done)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        if listener is not None:
            os.close(listener)
    done.code = code
    done.seconds = time.monotonic() - started
    if out.is_file():
        done.out, done.err = out.read_bytes(), err.read_bytes()
    return done


def _waited(pid: int, deadline: float, done: Watched) -> int:
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            done.hung = True
            os.killpg(pid, signal.SIGKILL)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        time.sleep(0.002)


def _become(work: Callable[[], int], out: Path, err: Path, channel: socket.socket) -> NoReturn:
    """The fork: streams of its own, the filter, the work, the end. Never returns."""

    def filtered() -> int:
        os.setsid()
        listener = _listener()
        channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener]))])
        os.close(listener)
        channel.close()
        return work()

    work_and_end(filtered, out, err)


def _received(channel: socket.socket) -> int | None:
    """The listener that the fork sent; None where the kernel refused one."""
    _, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(4))
    for _, _, data in ancillary:
        return int(array.array("i", data[:4])[0])
    return None


@dataclass(slots=True)
class _Supervisor:
    """Answers the kernel, until no process is left that it could ask about."""

    listener: int
    pid: int
    places: tuple[str, ...]
    fault: CallFault | None
    done: Watched
    groups: dict[int, int] = field(default_factory=dict)

    def serve(self, deadline: float) -> None:
        poll = select.poll()
        poll.register(self.listener, select.POLLIN)
        while True:
            for _, event in poll.poll(100):
                if event & select.POLLIN:
                    self._answer()
                elif event & (select.POLLHUP | select.POLLERR):
                    return
            if time.monotonic() > deadline:
                self.done.hung = True
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                return

    def _answer(self) -> None:
        request = bytearray(_REQUEST.size)
        try:
            fcntl.ioctl(self.listener, _RECEIVE, request, True)  # noqa: FBT003 - it is written to
        except OSError:  # who asked was killed
            return
        call, thread, _, number, _, _, *arguments = _REQUEST.unpack(request)
        value, error = 0, 0
        goes_on = _CONTINUE
        with suppress(OSError):  # who asked was killed
            found = self._met(thread, number, arguments)
            if found is not None:
                value, error = found
                goes_on = 0
        with suppress(OSError):
            fcntl.ioctl(self.listener, _ANSWER, bytearray(_REPLY.pack(call, value, -error, goes_on)), True)  # noqa: FBT003

    def _met(self, thread: int, number: int, arguments: list[int]) -> tuple[int, int] | None:
        """What the call gives instead (value, error number); None where it is to go on."""
        kind = _NUMBERS[os.uname().machine][2][number]
        process = self._group(thread)
        path = _path_of(process, kind, arguments)
        if not path.startswith(self.places):
            return None
        role = FIRST if process == self.pid else OTHERS
        self.done.steps[role] += 1
        fault, step = self.fault, self.done.steps[role]
        first = fault is not None and fault.role == role and fault.step == step
        if fault is None or not (first or (fault.lasting and self.done.hit)):
            return None
        if first:
            self.done.hit = f"{kind} {path}"
        return self._act(fault, kind, number, process, arguments, first=first)

    def _act(
        self, fault: CallFault, kind: str, number: int, process: int, arguments: list[int], *, first: bool
    ) -> tuple[int, int] | None:
        half = 0
        if fault.how in {TORN, TORN_KILL} and first and kind == "write":
            half = _write_half(process, arguments, positioned=number in _POSITIONED)
        if fault.how in {KILL, TORN_KILL}:
            os.kill(process, signal.SIGKILL)
            return None
        if half:
            return half, 0
        return 0, errno.ENOSPC if fault.how == TORN else int(getattr(errno, fault.how))

    def _group(self, thread: int) -> int:
        """The process of a thread."""
        found = self.groups.get(thread)
        if found is None:
            status = Path(f"/proc/{thread}/status").read_text(encoding="utf-8")
            found = self.groups[thread] = int(status.partition("\nTgid:")[2].split()[0])
        return found


def _path_of(process: int, kind: str, arguments: list[int]) -> str:
    if kind in {"write", "descriptor"}:
        return os.readlink(f"/proc/{process}/fd/{arguments[0] & 0xFFFFFFFF}")  # noqa: PTH115 - called for every write
    at_folder = kind in {"folder", "open"}
    name = os.fsdecode(_memory(process, arguments[1 if at_folder else 0], _LONGEST_PATH).partition(b"\0")[0])
    if name.startswith("/"):
        return name
    folder = ctypes.c_int(arguments[0]).value if at_folder else -100
    base = f"/proc/{process}/cwd" if folder == -100 else f"/proc/{process}/fd/{folder}"
    return f"{os.readlink(base)}/{name}"  # noqa: PTH115 - as above


def _memory(process: int, address: int, size: int) -> bytes:
    """What is at an address of a process, up to the end of its page where less can be read."""
    memory = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    try:
        try:
            return os.pread(memory, size, address)
        except OSError:
            return os.pread(memory, 4096 - address % 4096, address)
    finally:
        os.close(memory)


def _write_half(process: int, arguments: list[int], *, positioned: bool) -> int:
    """Write the first half of what a process is writing, in its place; how much that was (0: it had one byte)."""
    half = arguments[2] // 2
    if not half:
        return 0
    handle = os.pidfd_open(process)
    try:
        target = system_call(_PIDFD_GETFD, handle, arguments[0], 0)
    finally:
        os.close(handle)
    try:
        data = _memory(process, arguments[1], half)
        return os.pwrite(target, data, arguments[3]) if positioned else os.write(target, data)
    finally:
        os.close(target)
