"""Namespaces of a user, of mounts, of the network and of shared memory: a view of the machine of the program's own.

Everything may be read and nothing written, but for what the rules say; what they cover is not there; the network is a
loopback of its own. No privilege is needed where the kernel lets users make user namespaces. The process stays what it
is: its id, its parent and its group, which a namespace of processes would change (programs draw seeds from their id).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

from bis.launch.sandbox.kernel_calls import MOUNT_SETATTR, MOVE_MOUNT, OPEN_TREE, mount, system_call, unshare
from bis.launch.sandbox.rules import DEVICES

TYPE_CHECKING = False  # typing is not loaded in the stage
if TYPE_CHECKING:
    from bis.launch.sandbox.rules import SandboxRules

_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x08000000, 0x10000000, 0x40000000
_HERE = -100  # AT_FDCWD
_CLONE, _RECURSIVE, _EMPTY_PATH = 1, 0x8000, 0x1000
_CLOSE_ON_EXEC = os.O_CLOEXEC
_MOVE_FROM_DESCRIPTOR = 4
_READ_ONLY, _NO_SETUID, _NO_DEVICES = 1, 2, 4
_ALL_PRIVATE = 0x4000 | 0x40000  # MS_REC | MS_PRIVATE
_LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("added", "removed", "propagation", "user")]


def enter(rules: SandboxRules) -> None:
    """Give this process, which has one thread, the view that the rules describe.

    Raises
    ------
    OSError
        The kernel refused.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(_NEW_USER | _NEW_MOUNTS | _NEW_IPC | (0 if rules.network else _NEW_NETWORK))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 (pathlib is not loaded)
            file.write(text)
    mount("none", "/", "", _ALL_PRIVATE)
    # All that is to be seen is taken hold of before anything is covered.
    stand_ins = [(target, _copy_of(source)) for target, source in rules.covered]
    shown = [(path, _copy_of(path)) for path in rules.shown if os.path.exists(path)]  # noqa: PTH110
    writable = [(path, _copy_of(path)) for path in rules.writable]
    devices = [
        (path, _copy_of(path))
        for path in (*(f"/dev/{name}" for name in DEVICES), *rules.devices)
        if os.path.exists(path)  # noqa: PTH110
    ]
    _change("/", added=_READ_ONLY, recursive=True)
    _make_devices(devices)
    for target, tree in stand_ins:
        _place(tree, target)
    for target, tree in shown:
        _change(tree, added=_READ_ONLY, recursive=True)
        _place(tree, target)
    for target, tree in writable:
        _place(tree, target)
    if not rules.network:
        _start_loopback()


def _copy_of(path: str) -> int:
    return system_call(OPEN_TREE, _HERE, ctypes.c_char_p(os.fsencode(path)), _CLONE | _RECURSIVE | _CLOSE_ON_EXEC)


def _change(what: str | int, *, added: int = 0, recursive: bool = False) -> None:
    attributes = _Attributes(added, 0, 0, 0)
    folder, path = (_HERE, os.fsencode(what)) if isinstance(what, str) else (what, b"")
    flags = (_RECURSIVE if recursive else 0) | (_EMPTY_PATH if not path else 0)
    system_call(
        MOUNT_SETATTR, folder, ctypes.c_char_p(path), flags, ctypes.byref(attributes), ctypes.sizeof(attributes)
    )


def _place(tree: int, target: str) -> None:
    system_call(
        MOVE_MOUNT, tree, ctypes.c_char_p(b""), _HERE, ctypes.c_char_p(os.fsencode(target)), _MOVE_FROM_DESCRIPTOR
    )
    os.close(tree)


def _make_devices(devices: list[tuple[str, int]]) -> None:
    """A /dev with what every program needs, and nothing that leads to a disk."""
    mount("tmpfs", "/dev", "tmpfs", _NO_SETUID, "mode=755")
    for path, tree in devices:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 (pathlib is not loaded)
        if os.path.isdir(f"/proc/self/fd/{tree}"):  # noqa: PTH112
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))
        _place(tree, path)
    for name, goal in (*_LINKS.items(), ("ptmx", "pts/ptmx")):
        os.symlink(goal, f"/dev/{name}")  # noqa: PTH211
    for name in ("pts", "shm"):
        os.mkdir(f"/dev/{name}")  # noqa: PTH102
    mount("devpts", "/dev/pts", "devpts", _NO_SETUID, "newinstance,ptmxmode=0666,mode=620")
    mount("tmpfs", "/dev/shm", "tmpfs", _NO_SETUID | _NO_DEVICES, "mode=1777")  # noqa: S108
    _change("/dev", added=_READ_ONLY)


def _start_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack("16xH14x", fcntl.ioctl(any_socket, _GET_FLAGS, request))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))
