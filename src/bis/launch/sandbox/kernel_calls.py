"""System calls that Python has no function for, by their numbers.

The numbers from 424 on are the same on all architectures; older ones are listed for x86_64 and aarch64.
"""

from __future__ import annotations

import ctypes
import os

OPEN_TREE = 428
MOVE_MOUNT = 429
MOUNT_SETATTR = 442
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446

# There is no sandbox on other systems, and nothing here is called.
_CLIB = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else ctypes.CDLL("kernel32")

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


def system_call(number: int, *arguments: object) -> int:
    """Call the kernel.

    Raises
    ------
    OSError
        It refused.
    """
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    found = _CLIB.syscall(ctypes.c_long(number), *given)
    if found < 0:
        _fail(f"system call {number}")
    return int(found)


def process_control(option: int, first: object = 0, second: object = 0) -> None:
    """``prctl``.

    Raises
    ------
    OSError
        It refused.
    """
    given = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in (first, second, 0, 0)]
    if _CLIB.prctl(option, *given) < 0:
        _fail(f"prctl {option}")


def unshare(flags: int) -> None:
    """``unshare``: namespaces of this process's own.

    Raises
    ------
    OSError
        It refused.
    """
    if _CLIB.unshare(flags) < 0:
        _fail("unshare")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """``mount``.

    Raises
    ------
    OSError
        It refused.
    """
    if _CLIB.mount(source.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode()) < 0:
        _fail(f"mount {kind or source} on {target}")


def set_capabilities_none() -> None:
    """Give up all capabilities that this process has, and could get back by starting a program."""
    for number in range(64):
        try:
            process_control(PR_CAPBSET_DROP, number)
        except OSError:  # there are no more
            break
    process_control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if _CLIB.capset(header, nothing) < 0:
        _fail("capset")


def _fail(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
