"""Standard streams that bis was started without (``>&-``): of cron jobs, daemons and supervisors.

What a process opens next gets the number of a closed stream, and what is printed then goes there. So bis puts the null
device in the place of a closed stream, for itself: the programs that it starts do not have the stream, either.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

_NAMES = ("stdin", "stdout", "stderr")
_filled: set[str] = set()


def fill_closed() -> None:
    """Put the null device in the place of each closed stream; called once, first, by the command."""
    if os.name != "posix":
        return
    for number, name in enumerate(_NAMES):
        if not _is_open(number):
            # The lowest number that is free, which is this one. A program that is started does not inherit it.
            if os.open(os.devnull, os.O_RDWR) != number:
                return
            _filled.add(name)
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def is_closed(name: str) -> bool:
    """Whether bis was started without the stream of this name in `sys`, so that a program is to have none, either."""
    if name in _filled:
        return True
    return os.name == "posix" and getattr(sys, name) is None and not _is_open(_NAMES.index(name))


def shown_on(name: str) -> int:
    """The descriptor behind the stream of this name in `sys`; -1 where that has none (a notebook's, one in memory)."""
    try:
        return int(getattr(sys, name).fileno())
    except (AttributeError, OSError, ValueError):
        return -1


def share_one_file() -> bool:
    """Whether stdout and stderr are the same pipe, file or socket (``2>&1``): then they have one order.

    Two terminals are none: a program that has no terminal, as in a replay, writes in another order. Nor is the null
    device, where nobody sees an order.
    """
    if os.name != "posix" or is_closed("stdout") or is_closed("stderr"):
        return False
    numbers = [shown_on("stdout"), shown_on("stderr")]
    try:
        if -1 in numbers or any(map(os.isatty, numbers)):
            return False
        found = [os.fstat(number) for number in numbers]
        return os.path.samestat(*found) and not os.path.samestat(found[0], os.stat(os.devnull))  # noqa: PTH116
    except OSError:
        return False


def warn(text: str) -> None:
    """Write a line on stderr, where there is one and somebody reads it."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"bis: {text}\n")
        sys.stderr.flush()


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError as error:
        return error.errno != errno.EBADF
    return True
