"""The filter of system calls, run as the kernel runs it."""

from __future__ import annotations

import errno
import struct

import pytest

from bis.launch.sandbox.system_calls import filter_program

ALLOWED = 0x7FFF0000
X86_64, AARCH64, I386 = 0xC000003E, 0xC00000B7, 0x40000003
STREAM_SOCKET, DATAGRAM = 2, 2


def answer(code: bytes, *, architecture: int, number: int, first: int = 0) -> int:
    """What a program of the classic packet filter returns for a system call."""
    data = {0: number, 4: architecture, 16: first}
    instructions = list(struct.iter_unpack("=HBBI", code))
    place = value = 0
    while True:
        operation, when_true, when_false, operand = instructions[place]
        place += 1
        if operation == 0x06:
            return int(operand)
        if operation == 0x20:
            value = data[operand]
        else:
            holds = value == operand if operation == 0x15 else value >= operand
            place += when_true if holds else when_false


def refused(number: int) -> int:
    """The answer that gives this error."""
    return 0x00050000 | number


@pytest.mark.parametrize(
    ("machine", "architecture", "socket", "chmod"),
    [("x86_64", X86_64, 41, 90), ("aarch64", AARCH64, 198, 52)],
)
def test_what_is_filtered(machine: str, architecture: int, socket: int, chmod: int) -> None:
    """Sockets but those of this machine, changes of modes, and what filters cannot see; nothing else."""
    code = filter_program(machine, network=False)

    def of(number: int, first: int = 0) -> int:
        return answer(code, architecture=architecture, number=number, first=first)

    assert of(socket, 1) == of(socket, 16) == ALLOWED  # of the file system, and routes
    for family in (2, 10, 17, 38, 40):
        assert of(socket, family) == refused(errno.EAFNOSUPPORT)
    assert of(chmod) == refused(0)
    assert of(452) == refused(0)
    assert of(425) == refused(errno.ENOSYS)
    assert of(0) == of(257) == ALLOWED


def test_other_architectures_are_no_way_around() -> None:
    """A program of 32 bits has other numbers, and one of x32 has a bit more in each."""
    code = filter_program("x86_64", network=False)
    assert answer(code, architecture=I386, number=359, first=2) == refused(errno.EPERM)
    assert answer(code, architecture=X86_64, number=0x40000000 | 41, first=2) == refused(errno.ENOSYS)


def test_with_the_network_sockets_are_free() -> None:
    """And modes are not."""
    code = filter_program("x86_64", network=True)
    assert answer(code, architecture=X86_64, number=41, first=2) == ALLOWED
    assert answer(code, architecture=X86_64, number=90) == refused(0)
