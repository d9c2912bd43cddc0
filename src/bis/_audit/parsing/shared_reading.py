"""The files of a large project, read by several processes.

Reading a file needs no other file. Forks of this process take the files in turn with it, the large ones first, and hand
the modules back at the end: that takes a third of the time in which they are read.
"""

from __future__ import annotations

import os
import pickle
import struct
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING

from bis._audit.forked_process import ForkedProcess, can_fork
from bis._audit.parsing.reading import read_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bis._audit.parsing.ir import Module

LEAST_BYTES = 500_000  # of code, read in a tenth of a second: from there on forks gain more than they cost
_NOTEBOOK = 12  # a notebook of so many bytes costs what a script of one does: the rest is outputs
_TURN = struct.Struct("=I")
_MOST_TURNS = 4096  # what fits into a pipe
_LENGTH = struct.Struct("=Q")


def read_modules(
    files: Sequence[str], sizes: Mapping[str, int], take: Callable[[str], bytes], *, processes: int = 1
) -> list[Module]:
    """Read files, in their order.

    Parameters
    ----------
    files : sequence of str
        Paths in the project.
    sizes : mapping of str to int
        Bytes of each.
    take : callable
        Gives the content of a file, once in each process.
    processes : int
        How many may work on them, this one included; they do where the files are large enough together.
    """
    costs = {file: sizes[file] // (_NOTEBOOK if file.endswith(".ipynb") else 1) for file in files}
    if processes < 2 or len(files) < 2 or sum(costs.values()) < LEAST_BYTES or not can_fork():
        return [_read(file, take) for file in files]
    order = sorted(range(len(files)), key=lambda number: -costs[files[number]])
    size = -(-len(order) // _MOST_TURNS)
    portions = [order[start : start + size] for start in range(0, len(order), size)]
    found = _Sharing(portions, files, take).run(min(processes, len(portions)) - 1)
    return [found[number] if number in found else _read(file, take) for number, file in enumerate(files)]


def _read(file: str, take: Callable[[str], bytes]) -> Module:
    return read_module(take(file), is_notebook=file.endswith(".ipynb"), file=file)


class _Sharing:
    """Portions of the files, each of which is for the process that takes it first."""

    def __init__(self, portions: list[list[int]], files: Sequence[str], take: Callable[[str], bytes]) -> None:
        self._portions = portions
        self._files = files
        self._take = take
        self._turns, ahead = os.pipe()  # its reader gets a number that nobody else gets
        os.write(ahead, b"".join(_TURN.pack(turn) for turn in range(len(portions))))
        os.close(ahead)

    def run(self, forks: int) -> dict[int, Module]:
        """The modules by the number of their file; what a fork that has ended early owes is missing."""
        with ExitStack() as stack:
            stack.callback(os.close, self._turns)
            nowhere = stack.enter_context(open(os.devnull, "wb"))  # noqa: PTH123 (no file)
            others = []
            for _ in range(forks):
                try:
                    others.append(stack.enter_context(_Fork(self._serve, nowhere, self._turns)))
                except OSError:  # no more processes: fewer will do
                    break
            found = dict(self._mine())
            for other in others:
                found.update(other.modules())
        return found

    def _mine(self) -> Iterator[tuple[int, Module]]:
        """Read portions until there are no more."""
        while taken := os.read(self._turns, _TURN.size):
            for number in self._portions[_TURN.unpack(taken)[0]]:
                yield number, _read(self._files[number], self._take)

    def _serve(self, _source: IO[bytes], answers: IO[bytes]) -> None:
        # One by one: pickle takes twice the time where it has to remember all objects of all files.
        pickled = [pickle.dumps(one, protocol=pickle.HIGHEST_PROTOCOL) for one in self._mine()]
        with open(answers.fileno(), "wb", closefd=False) as whole:
            for content in pickled:
                whole.write(_LENGTH.pack(len(content)))
                whole.write(content)


class _Fork:
    """A fork that reads files, and is ended with the block."""

    def __init__(self, serve: Callable[[IO[bytes], IO[bytes]], None], talk: IO[bytes], turns: int) -> None:
        self._process = ForkedProcess(serve, talk, keep=(turns,))

    def __enter__(self) -> _Fork:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.close()

    def modules(self) -> Iterator[tuple[int, Module]]:
        """What it has read, when it has read all."""
        with open(self._process.stdout.fileno(), "rb", closefd=False) as answers:
            while len(head := answers.read(_LENGTH.size)) == _LENGTH.size:
                content = answers.read(_LENGTH.unpack(head)[0])
                if len(content) < _LENGTH.unpack(head)[0]:
                    return
                yield pickle.loads(content)  # noqa: S301 (from a fork of this process)
