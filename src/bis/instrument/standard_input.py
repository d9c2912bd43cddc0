"""Standard input as the program reads it: a copy of each piece, taken where it is read.

What a program does not read stays where it is, for the next reader (a shell's loop, for one). So nothing is read ahead
here. A regular file needs no copy: the launcher sees from the position in it whether it was read.
"""

from __future__ import annotations

import os
import sys
from _io import BufferedReader, FileIO, TextIOWrapper

from bis.instrument.entropy.wrapping import disguise

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bis.instrument.fence import Fence
    from bis.instrument.own_work import OwnWork
    from bis.instrument.session_view import SessionView

COPY = "stdin.bin"
PIPE, TERMINAL = "pipe", "terminal"
_FD = 0
# Other names for it: what is read under them is not copied.
_NAMES = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


class StandardInputCopy:
    """Copies what is read from the standard input of the session, in this process.

    Parameters
    ----------
    session : SessionView
        Says what its standard input is, and how much of it may be kept.
    fence, busy
        Keep failures, and bis's own files, from the program.
    note : callable
        Receives once each: "read" (it was read), "cut" (not all was kept), "other" (in a way that cannot be copied).
    """

    def __init__(self, session: SessionView, fence: Fence, busy: OwnWork, note: Callable[[str], None]) -> None:
        given: dict[str, Any] = session.stdin or {}
        self._kind = given.get("kind", "")
        self._identity = (given.get("device"), given.get("inode"))
        self._room = int(given.get("limit_bytes", 0))
        self._path = os.path.join(session.spool, COPY)  # noqa: PTH118 (pathlib is not loaded)
        self._fence, self._busy, self._note = fence, busy, note
        self._noted: set[str] = set()

    def attach(self) -> None:
        """Begin to copy, where this process has the standard input of the session and it is a pipe or a terminal."""
        if self._kind not in {PIPE, TERMINAL} or not self._is_ours() or sys.stdin is None:
            return
        old: Any = sys.stdin
        if (
            type(old) is not TextIOWrapper
            or type(old.buffer) is not BufferedReader
            or type(old.buffer.raw) is not FileIO
        ):
            return
        with self._busy:
            raw = _raw_file(self.take)
        size = getattr(old.buffer.raw, "_blksize", 8192)  # as the interpreter does
        new = TextIOWrapper(
            BufferedReader(raw, size), old.encoding, old.errors, newline=None if os.name == "nt" else "\n"
        )
        new.mode = old.mode  # type: ignore[misc]  # as the interpreter sets it
        if sys.__stdin__ is old:
            sys.__stdin__ = new  # type: ignore[misc]  # whose type is final
        sys.stdin = new
        self._old = old  # which would close the descriptor with its end
        if self._kind == PIPE:
            os.read = disguise(self._reading(os.read), os.read, module="os")

    def opened(self, path: Any) -> None:
        """See an opening of a file that may be the standard input under another name."""
        if self._kind and "other" not in self._noted and (path == _FD or path in _NAMES) and self._is_ours():
            self._say("other")

    def take(self, data: Any) -> None:
        """Keep a piece that was read."""
        if data:
            with self._busy:
                self._fence.run("standard input", self._keep, data)

    def _keep(self, data: Any) -> None:
        if not self._is_ours():  # the program put something else in its place
            return
        self._say("read")
        if self._kind != PIPE or "cut" in self._noted:
            return
        copy = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            held = os.fstat(copy).st_size  # with what other processes of the program have read
            if held + len(data) > self._room or os.write(copy, data) < len(data):
                self._say("cut")
        finally:
            os.close(copy)

    def _say(self, how: str) -> None:
        if how not in self._noted:
            self._noted.add(how)
            self._note(how)

    def _is_ours(self) -> bool:
        try:
            state = os.fstat(_FD)
        except OSError:
            return False
        return (state.st_dev, state.st_ino) == self._identity

    def _reading(self, original: Any) -> Any:
        take = self.take

        def read(fd: Any, length: Any, /) -> Any:
            data = original(fd, length)
            if fd == _FD:
                take(data)
            return data

        return read


def _raw_file(take: Callable[[Any], None]) -> Any:
    """The descriptor as a file that hands on what is read of it. It looks like the one in whose place it is."""

    class Copied(FileIO):
        def readinto(self, buffer: Any, /) -> Any:
            number = FileIO.readinto(self, buffer)
            if number:
                take(bytes(memoryview(buffer).cast("B")[:number]))
            return number

        def read(self, size: Any = -1, /) -> Any:
            if size is None or size < 0:
                return self.readall()
            data = FileIO.read(self, size)
            take(data)
            return data

        def readall(self) -> Any:
            data = FileIO.readall(self)
            take(data)
            return data

    Copied.__name__ = Copied.__qualname__ = "FileIO"
    Copied.__module__ = FileIO.__module__
    raw = Copied(_FD, "rb", closefd=False)
    raw.name = "<stdin>"  # as the interpreter sets it
    return raw
