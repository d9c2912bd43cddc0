"""The first operation at which two replays part, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.operations import Parting

if TYPE_CHECKING:
    from bis.model.operations import OperationDivergence

_HOW = {
    Parting.RESULT: "it gets the same in both and gives something else",
    Parting.INPUT: "it gets something else, which no operation of PyTorch before it gave: look at the data",
    Parting.SEQUENCE: "the other replay computes something else in its place",
}


def operation_text(found: OperationDivergence) -> str:
    """One paragraph: which operation, where, and how."""
    where = f"{found.file}:{found.line}" if found.file else "no line of the project (a thread or a library)"
    step = (
        "in a program without optimizer steps" if found.step < 0 else f"in step {found.step} of the optimizer (from 0)"
    )
    return (
        f"The two replays part at {found.operation}, {where}, {step}: {_HOW[found.how]}. "
        f"{found.compared} operations before it are the same."
    )
