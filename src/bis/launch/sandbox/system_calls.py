"""A filter of system calls, for what Landlock alone cannot refuse: sockets that are not TCP, and modes of files.

Changes of modes, owners, times and attributes are not made, and said to be: refusing them would end programs that copy
a file, and a path cannot be looked at here. They would be harmless in the program's own folder, and are missing there.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from bis.launch.sandbox.kernel_calls import PR_SET_SECCOMP, process_control

_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_X32 = 0x40000000
_UNIX, _NETLINK = 1, 16

# For each architecture: its name to the kernel, `socket`, and the calls that change modes, owners, times, attributes.
_TABLES = {
    "x86_64": (0xC000003E, 41, (90, 91, 92, 93, 94, 132, 188, 189, 190, 197, 198, 199, 235, 260, 261, 268, 280)),
    "aarch64": (0xC00000B7, 198, (5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 88)),
}
_ON_ALL = (452, 463, 466, 469)  # fchmodat2, setxattrat, removexattrat, file_setattr
_IO_URING_SETUP = 425  # its requests are not seen by filters


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def filters_here() -> bool:
    """Whether the numbers of this architecture are known."""
    return os.uname().machine in _TABLES


def filter_program(machine: str, *, network: bool) -> bytes:
    """The instructions, for an architecture."""
    architecture, socket, changes = _TABLES[machine]
    answers = [(number, 0) for number in (*changes, *_ON_ALL)] + [(_IO_URING_SETUP, errno.ENOSYS)]
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for number, answer in answers:
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | answer)]
    if not network:
        code += [
            (_EQUAL, 0, 4, socket),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_EQUAL, 2, 0, _UNIX),
            (_EQUAL, 1, 0, _NETLINK),
            (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
        ]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def filter_calls(*, network: bool) -> None:
    """Filter the calls of this process and of all that it starts. It must have given up new privileges.

    Raises
    ------
    OSError
        The kernel refused.
    """
    instructions = filter_program(os.uname().machine, network=network)
    program = _Program(len(instructions) // 8, instructions)
    process_control(PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))
