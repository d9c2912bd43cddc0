"""Work on one large project that several processes share: forks of this one, which take it in turn with it."""

from __future__ import annotations

import os
import pickle
import struct
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, TypeVar

from bis._audit.forked_process import ForkedProcess, can_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    _R = TypeVar("_R")

_TURN = struct.Struct("=I")
_MOST_TURNS = 4096  # what fits into a pipe
_LENGTH = struct.Struct("=Q")


def shared(order: Sequence[int], do: Callable[[int], _R], *, processes: int) -> dict[int, _R]:
    """What is made of each number.

    Parameters
    ----------
    order : sequence of int
        The numbers, in the order in which they are taken: what takes long goes first.
    do : callable
        Makes something of a number, here or in a fork; it must be picklable, but `do` need not be.
    processes : int
        How many may work, this one included: alone it does everything itself, as it does where it cannot be forked.

    Returns
    -------
    dict of int
        What a fork that has ended early owes is made here.
    """
    if processes < 2 or len(order) < 2 or not can_fork():
        return {number: do(number) for number in order}
    size = -(-len(order) // _MOST_TURNS)
    portions = [order[start : start + size] for start in range(0, len(order), size)]
    found = _Sharing(portions, do).run(min(processes, len(portions)) - 1)
    return found | {number: do(number) for number in order if number not in found}


class _Sharing:
    """Portions of the work, each of which is for the process that takes it first."""

    def __init__(self, portions: list[Sequence[int]], do: Callable[[int], Any]) -> None:
        self._portions = portions
        self._do = do
        self._turns, ahead = os.pipe()  # its reader gets a number that nobody else gets
        os.write(ahead, b"".join(_TURN.pack(turn) for turn in range(len(portions))))
        os.close(ahead)

    def run(self, forks: int) -> dict[int, Any]:
        """What was made of each number; what a fork that has ended early owes is missing."""
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
                found.update(other.results())
        return found

    def _mine(self) -> Iterator[tuple[int, Any]]:
        """Take portions until there are no more."""
        while taken := os.read(self._turns, _TURN.size):
            for number in self._portions[_TURN.unpack(taken)[0]]:
                yield number, self._do(number)

    def _serve(self, _source: IO[bytes], answers: IO[bytes]) -> None:
        # One by one: pickle takes twice the time where it has to remember all objects of all results.
        pickled = [pickle.dumps(one, protocol=pickle.HIGHEST_PROTOCOL) for one in self._mine()]
        with open(answers.fileno(), "wb", closefd=False) as whole:
            for content in pickled:
                whole.write(_LENGTH.pack(len(content)))
                whole.write(content)


class _Fork:
    """A fork that works, and is ended with the block."""

    def __init__(self, serve: Callable[[IO[bytes], IO[bytes]], None], talk: IO[bytes], turns: int) -> None:
        self._process = ForkedProcess(serve, talk, keep=(turns,))

    def __enter__(self) -> _Fork:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.close()

    def results(self) -> Iterator[tuple[int, Any]]:
        """What it has made, when it has made all."""
        with open(self._process.stdout.fileno(), "rb", closefd=False) as answers:
            while len(head := answers.read(_LENGTH.size)) == _LENGTH.size:
                content = answers.read(_LENGTH.unpack(head)[0])
                if len(content) < _LENGTH.unpack(head)[0]:
                    return
                yield pickle.loads(content)  # noqa: S301 (from a fork of this process)
