"""Where two sequences of operations part."""

from __future__ import annotations

import pytest

from bis._explain.operation import divergence, divergent_step, first_parting
from bis.errors import NotFound
from bis.model.operations import OperationDivergence, OperationLog, Parting, TorchOperation


def log(*operations: tuple[str, str, str], steps: tuple[str, ...] = ()) -> OperationLog:
    """Operations by name, what they got and what they gave, each on a line of its own."""
    made = tuple(
        TorchOperation(name, "train.py", line, got, gave) for line, (name, got, gave) in enumerate(operations, 1)
    )
    return OperationLog(steps, made)


def test_the_first_step_whose_weights_differ_is_found() -> None:
    """Or that one replay has and the other has not; a program without steps is one."""
    assert divergent_step(log(steps=("a", "b", "c")), log(steps=("a", "x", "c"))) == 1
    assert divergent_step(log(steps=("a",)), log(steps=("a", "b"))) == 1
    assert divergent_step(log(steps=("a",)), log(steps=("a",))) is None
    assert divergent_step(log(), log()) == -1


def test_an_operation_that_gives_something_else_is_found() -> None:
    """With its line, and whether it got the same."""
    one = log(("mul", "1", "2"), ("sum", "2", "3"), ("exp", "3", "4"))
    other = log(("mul", "1", "2"), ("sum", "2", "x"), ("exp", "x", "y"))
    assert divergence(one, other, 7) == OperationDivergence(Parting.RESULT, "sum", 7, "train.py", 2, 2 - 1)
    changed = log(("mul", "0", "z"), ("sum", "z", "3"))
    found = divergence(one, changed, 0)
    assert found is not None
    assert (found.how, found.operation) == (Parting.INPUT, "mul")


def test_memory_that_nothing_was_written_to_is_no_divergence() -> None:
    """What an operation gets may differ where it does not matter: only what it gives counts."""
    assert divergence(log(("copy_", "1", "2")), log(("copy_", "0", "2")), 0) is None


def test_another_sequence_is_a_divergence() -> None:
    """Another operation, or one more."""
    one = log(("mul", "1", "2"), ("sum", "2", "3"))
    for other, name in ((log(("mul", "1", "2"), ("mean", "2", "3")), "sum"), (log(("mul", "1", "2")), "sum")):
        found = divergence(one, other, 0)
        assert found is not None
        assert (found.how, found.operation, found.compared) == (Parting.SEQUENCE, name, 1)


SAME = (log(("mul", "1", "2"), steps=("a", "b", "c")),) * 2


def at(step: int) -> tuple[OperationLog, OperationLog]:
    """Two that noted a step in which the sums differ, and the weights after it."""
    before = ("a",) * step
    return log(*sums("3"), steps=(*before, "b")), log(*sums("x"), steps=(*before, "c"))


def sums(given: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Two operations, and what the second gives."""
    return ("mul", "1", "2"), ("sum", "2", given)


def looked(*answers: tuple[OperationLog, OperationLog], by_itself: bool = False) -> tuple[object, list[int]]:
    """What is found where looking gives these answers, one after the other, and the steps that were looked at."""
    asked: list[int] = []

    def look(step: int) -> tuple[OperationLog, OperationLog]:
        asked.append(step)
        return answers[len(asked) - 1]

    try:
        return first_parting(look, varies_by_itself=by_itself).step, asked
    except NotFound:
        return NotFound, asked


@pytest.mark.parametrize("by_itself", [False, True])
def test_the_first_step_takes_one_look(by_itself: bool) -> None:
    """Its operations are noted while the step is looked for; so are those of a program without steps."""
    assert looked(at(0), by_itself=by_itself) == (0, [0])
    assert looked((log(*sums("3")), log(*sums("x"))), by_itself=by_itself) == (-1, [0])


def test_a_later_step_is_looked_at_again() -> None:
    """As its operations were not noted. Where they part elsewhere by then, they are looked at there, three times."""
    assert looked(at(2), at(2)) == (2, [0, 2])
    assert looked(at(2), at(1), at(1)) == (1, [0, 2, 1])
    assert looked(at(2), SAME, at(2)) == (2, [0, 2, 2])
    assert looked(at(3), at(2), at(1), at(3)) == (NotFound, [0, 3, 2, 1])


def test_replays_that_do_not_part_are_compared_once() -> None:
    """Unless they are replays of the same, which may part another time."""
    assert looked(SAME) == (NotFound, [0])
    assert looked(SAME, SAME, at(0), by_itself=True) == (0, [0, 0, 0])
    assert looked(SAME, SAME, SAME, by_itself=True) == (NotFound, [0, 0, 0])
