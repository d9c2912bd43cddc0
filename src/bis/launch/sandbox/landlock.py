"""Landlock: what a process, and all that it starts, may do with files, the network and other processes. No privilege.

What it cannot refuse: times, modes and owners of files; sockets that are not TCP; sockets of other programs that have
a name in the file system.
"""

from __future__ import annotations

import ctypes
import os
import stat

from bis.launch.sandbox.kernel_calls import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    system_call,
)
from bis.launch.sandbox.rules import DEVICES

TYPE_CHECKING = False  # typing is not loaded in the stage
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.launch.sandbox.rules import SandboxRules

LEAST_VERSION = 3  # before that, files could be emptied
SCOPES_VERSION = 6

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
_READ = EXECUTE | READ_FILE | READ_DIR
_MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_WRITE = WRITE_FILE | _MAKE_AND_REMOVE | _REFER | _TRUNCATE
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE
_BIND_AND_CONNECT_TCP = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3
_BENEATH = 1
# The program's own: descriptors, terminals, semaphores and memory that processes share.
_WRITABLE_DEVICES = (*(f"/dev/{name}" for name in DEVICES), "/dev/ptmx", "/dev/pts", "/dev/shm")  # noqa: S108
_KERNEL_FOLDERS = ("/proc", "/sys")


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def landlock_version() -> int:
    """The version of its interface in this kernel; 0 where there is none."""
    try:
        return system_call(LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def restrict(rules: SandboxRules, *, alone: bool) -> None:
    """Restrict this process. It must have given up new privileges.

    Parameters
    ----------
    rules : SandboxRules
        What it may do.
    alone : bool
        Whether nothing else enforces the rules: then it also restricts what may be read, and the network.

    Raises
    ------
    OSError
        The kernel refused, or does not have it.
    """
    version = landlock_version()
    handled = (_WRITE | _READ) if alone else _WRITE
    cut = version >= 4 and alone and not rules.network
    scoped = _ABSTRACT_SOCKETS_AND_SIGNALS if version >= SCOPES_VERSION else 0
    wanted = _Ruleset(handled, _BIND_AND_CONNECT_TCP if cut else 0, scoped)
    size = 24 if version >= SCOPES_VERSION else (16 if version >= 4 else 8)
    ruleset = system_call(LANDLOCK_CREATE_RULESET, ctypes.byref(wanted), size, 0)
    try:
        for path in rules.writable if alone else (*rules.writable, *(f for f, _ in rules.covered)):
            _allow(ruleset, path, handled)
        for path in (*_WRITABLE_DEVICES, *rules.devices):
            _allow(ruleset, path, handled)
        if alone:
            _allow(ruleset, "/dev", READ_DIR)
            for path in (*uncovered((f for f, _ in rules.covered), _entries), *rules.shown):
                _allow(ruleset, path, _READ)
        system_call(LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def uncovered(covered: Iterable[str], entries: object) -> list[str]:
    """All paths that have none of the covered ones below them, and do not lie in one: the fewest that say so.

    `entries` lists a folder.
    """
    listed = entries
    hidden = {os.path.normpath(folder) for folder in (*covered, "/dev")}
    above = {"/"}
    for folder in hidden:
        parts = folder.strip("/").split("/")
        above |= {"/" + "/".join(parts[:n]) for n in range(1, len(parts))}
    found = []
    for folder in sorted(above):
        if any(folder == h or folder.startswith(h.rstrip("/") + "/") for h in hidden):
            continue
        for name in listed(folder):  # type: ignore[operator]  # Callable would load collections.abc in the stage
            path = folder.rstrip("/") + "/" + name
            if path not in hidden and path not in above:
                found.append(path)
    return sorted(found)


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 (pathlib is not loaded)
    except OSError:
        return []


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        number = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there needs no rule
        return
    try:
        if not stat.S_ISDIR(os.fstat(number).st_mode):
            rights &= _OF_FILES
        if rights:
            rule = _Beneath(rights, number)
            system_call(LANDLOCK_ADD_RULE, ruleset, _BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(number)
