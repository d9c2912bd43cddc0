"""Budgets of explanations."""

from __future__ import annotations

from typing import Any

import pytest

from bis._explain.budget import Budget, affordable_blocks, chosen_budget, expected_s, missing_replays
from bis._explain.design import BlockDesign, VariedRoles
from bis.errors import UsageError
from bis.model.role import Role

CAUSES = tuple(VariedRoles(role.value, (role,)) for role in (Role.SPLIT, Role.INIT))  # four replays a block
DESIGN = BlockDesign("ab" * 32, causes=CAUSES).extended(8)


def blocks(budget: Budget, **given: Any) -> int:
    """The number of blocks that a budget allows, after a pilot of two replays of one second."""
    known: dict[str, Any] = {"spent": 2, "spent_s": 2.0, "replay_s": 1.0, "at_once": 1, "made": {}} | given
    return affordable_blocks(DESIGN, budget, known.pop("made"), **known)


def test_without_limits_there_are_as_many_as_were_asked_for() -> None:
    """Blocks, that is."""
    assert blocks(Budget(6)) == 6


@pytest.mark.parametrize(("replays", "expected"), [(14, 2), (17, 2), (18, 3), (30, 6), (1000, 6)])
def test_replays_are_counted_with_the_pilot_and_the_repeats(replays: int, expected: int) -> None:
    """Two of the pilot, six in each of the first two blocks, four in the others."""
    assert blocks(Budget(6, replays=replays)) == expected


def test_what_was_made_before_is_free() -> None:
    """Only what is missing counts."""
    made = {place: None for block in range(4) for place in DESIGN.places(block)}
    assert missing_replays(DESIGN, made, 6) == 8
    assert blocks(Budget(6, replays=6), made=made) == 5


def test_minutes_count_what_was_spent_and_how_many_run_at_a_time() -> None:
    """By the duration of the pilot."""
    assert blocks(Budget(6, minutes=0.3), replay_s=1.0) == 3
    assert blocks(Budget(6, minutes=0.3), replay_s=1.0, at_once=2) == 6
    assert expected_s(5, replay_s=2.0, at_once=2) == 6.0


@pytest.mark.parametrize("budget", [Budget(6, replays=13), Budget(6, minutes=0.2)])
def test_fewer_than_two_blocks_are_an_error(budget: Budget) -> None:
    """It says how many replays are needed."""
    with pytest.raises(UsageError, match=r"12 replays of 1\.0 s are needed for 2 blocks of 4"):
        blocks(budget)


def test_replays_for_something_else_are_kept() -> None:
    """And named where they are too many."""
    assert blocks(Budget(6, replays=30), reserved=8) == 4
    with pytest.raises(UsageError, match="with 20 for what else"):
        blocks(Budget(6, replays=30), reserved=20)


def test_what_a_user_chooses() -> None:
    """6 blocks by default, 16 at most where intervals decide."""
    assert chosen_budget().blocks == 6
    assert [chosen_budget(quick=True).blocks, chosen_budget(precise=True).blocks, chosen_budget(blocks=9).blocks] == [
        4, 16, 9,
    ]  # fmt: skip
    assert chosen_budget(points=10.0) == Budget(16, 10.0)
    assert chosen_budget(points=10.0, quick=True, replays=40, minutes=2.0) == Budget(4, 10.0, 40, 2.0)
    for given in ({"quick": True, "precise": True}, {"quick": True, "blocks": 5}, {"blocks": 1}):
        with pytest.raises(UsageError):
            chosen_budget(**given)
