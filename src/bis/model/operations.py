"""What a program computed with PyTorch, step by step, and where two replays of it part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class OperationWatch:
    """What a replay is to note: the weights at each step of an optimizer; of one `step`, each operation, too.

    Steps count from 0; the first includes all that was computed before it, in -1 (the program has no steps) is all.
    """

    step: int | None = None


@dataclass(frozen=True, slots=True)
class TorchOperation:
    """An operation of PyTorch: its name, the line of the user's code, digests of what it got and what it gave."""

    name: str
    file: str
    line: int
    got: str
    gave: str


@dataclass(frozen=True, slots=True)
class OperationLog:
    """What was noted. `steps` has a digest of the weights after each step; `cut` says that operations were left out."""

    steps: tuple[str, ...] = ()
    operations: tuple[TorchOperation, ...] = ()
    cut: bool = False


class Parting(str, Enum):
    """How two replays part."""

    RESULT = "result"  # an operation got the same and gave something else
    INPUT = "input"  # an operation got something else that no operation before it gave
    SEQUENCE = "sequence"  # another operation was computed


@dataclass(frozen=True, slots=True)
class OperationDivergence:
    """The first operation at which two replays part, and the `step` of the optimizer that it belongs to (-1: none).

    `file` is relative to the project, `line` counts from 1; both are empty where no line of the project led to it.
    `compared` is the number of operations of that step that were the same before it.
    """

    how: Parting
    operation: str
    step: int
    file: str = ""
    line: int = 0
    compared: int = 0
