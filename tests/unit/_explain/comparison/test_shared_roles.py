"""Replays of two programs belong together where they drew the same, and copies of one result are recognised."""

from __future__ import annotations

from bis._explain.comparison.shared_roles import drew_anything, drew_the_same, shared_roles
from bis.model.role import Role
from tests.unit._explain.comparison.compared_runs import outcome


def test_roles_are_shared_where_every_pair_drew_the_same() -> None:
    """A role that differs in one pair is not shared, nor is one of which only one program draws, nor `other`."""
    pairs = [
        (
            outcome(0, {}, drawn={"split": "a", "init": "b", "other": "z", "shuffle": "s"}),
            outcome(0, {}, drawn={"split": "a", "init": "b", "other": "z"}),
        ),
        (
            outcome(1, {}, drawn={"split": "c", "init": "d", "other": "y", "shuffle": "t"}),
            outcome(1, {}, drawn={"split": "c", "init": "!", "other": "y"}),
        ),
    ]
    assert shared_roles(pairs) == (Role.SPLIT,)
    assert shared_roles(pairs[:1]) == (Role.SPLIT, Role.INIT)
    assert shared_roles([]) == ()


def test_replays_that_drew_the_same_and_gave_the_same_are_copies() -> None:
    """Other draws, other figures, no figures at all or a single replay are no copies."""
    first, second, other = (
        outcome(0, {}, drawn={"split": "a"}),
        outcome(1, {}, drawn={"split": "a"}),
        outcome(2, {}, drawn={"split": "b"}),
    )
    acc = {"acc": 0.5}
    assert drew_the_same([first, second], [acc, acc])
    assert drew_the_same([first, second, outcome(2, None)], [acc, acc, None])
    assert not drew_the_same([first, other], [acc, acc])
    assert not drew_the_same([first, second], [acc, {"acc": 0.6}])
    assert not drew_the_same([first, second], [{}, {}])
    assert not drew_the_same([first, second], [acc, None])


def test_whether_anything_was_drawn() -> None:
    """For any role in any replay."""
    assert not drew_anything([outcome(0, {}), outcome(1, {})])
    assert drew_anything([outcome(0, {}), outcome(1, {}, drawn={"other": "x"})])
