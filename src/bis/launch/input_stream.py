"""The standard input that a program is given: what it is, and a copy of a file that the program may read.

A program that is recorded inherits the standard input of bis, and nothing is read on its behalf. What comes through a
pipe is copied by the recorder, as the program reads it; not what a child without a recorder takes out of it.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from bis.evidence.spool import STDIN
from bis.model.session import InputStream

if TYPE_CHECKING:
    from pathlib import Path

FILE, PIPE, TERMINAL, DEVICE, NOTHING = "file", "pipe", "terminal", "device", "nothing"
_FD = 0
_BLOCK = 1 << 20


def describe_input(limit_bytes: int) -> InputStream:
    """What standard input is at this moment; `limit_bytes` of it may be kept."""
    try:
        state = os.fstat(_FD)
    except OSError:  # it is closed
        return InputStream(NOTHING)
    if stat.S_ISREG(state.st_mode):
        kind = FILE
    elif stat.S_ISFIFO(state.st_mode) or stat.S_ISSOCK(state.st_mode):
        kind = PIPE
    elif os.isatty(_FD):
        kind = TERMINAL
    else:
        kind = NOTHING if _is_null(state) else DEVICE
    start = os.lseek(_FD, 0, os.SEEK_CUR) if kind == FILE else _waiting_bytes() if kind == PIPE else 0
    return InputStream(kind, state.st_dev, state.st_ino, start=start, limit_bytes=limit_bytes)


def copy_file(given: InputStream, folder: Path) -> None:
    """Copy the rest of the file that is standard input, up to a byte more than the limit.

    This is done before the program starts, which may change it. Raises OSError where the disk refuses.
    """
    if given.kind != FILE or os.name != "posix":
        return
    position, end = given.start, given.start + given.limit_bytes + 1
    with (folder / STDIN).open("wb") as copy:
        (folder / STDIN).chmod(0o600)
        while position < end and (block := os.pread(_FD, min(_BLOCK, end - position), position)):
            copy.write(block)
            position += len(block)


def was_read(given: InputStream | None) -> bool:
    """Whether somebody has read of the standard input, which the program shares with bis.

    Of a file the position moved; in a pipe is less than there was at the start.
    """
    if given is None or given.kind not in {FILE, PIPE}:
        return False
    with suppress(OSError):
        if given.kind == PIPE:
            return _waiting_bytes() < given.start
        return os.lseek(_FD, 0, os.SEEK_CUR) != given.start
    return False


def _waiting_bytes() -> int:
    """How much is in the pipe that is standard input; 0 where the system does not tell."""
    try:
        import fcntl  # POSIX only
        import termios

        return int.from_bytes(fcntl.ioctl(_FD, termios.FIONREAD, bytes(4)), sys.byteorder)
    except (ImportError, OSError):
        return 0


def _is_null(state: os.stat_result) -> bool:
    try:
        return state.st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116 (its name is a text)
    except OSError:
        return False
