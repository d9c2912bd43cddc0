"""Designs: which roots each replay has."""

from __future__ import annotations

import random

import pytest

from bis._explain.design import BlockDesign, VariedRoles
from bis.model.role import Role
from bis.stats.double_star import corners

ROOT = "ab" * 32


def design(k: int = 3, blocks: int = 2) -> BlockDesign:
    """A design for the first k roles."""
    causes = tuple(VariedRoles(role.value, (role,)) for role in list(Role)[:k])
    return BlockDesign(ROOT, causes=causes).extended(blocks, source=random.Random(1).randbytes)


def test_a_corner_has_the_roots_that_the_statistics_expect() -> None:
    """Role by role: A where the corner says so, else B."""
    made = design()
    for number, corner in enumerate(corners(3)):
        roles = made.variation(1, number).roles
        expected = [made.blocks[1].b if b else made.blocks[1].a for b in corner]
        assert list(roles.values()) == expected
        assert list(roles) == ["split", "init", "shuffle"]


def test_everything_else_is_as_in_the_pilot() -> None:
    """The root of what is not varied, the hash seed, and that roles are scoped."""
    made = design()
    for corner in range(made.runs):
        variation = made.variation(0, corner)
        assert (variation.root, variation.hash_seed, variation.scoped, variation.reseeded) == (ROOT, "0", True, True)
    assert made.base().roles == {}


def test_roles_of_a_group_have_one_root() -> None:
    """They vary together."""
    made = BlockDesign(ROOT, causes=(VariedRoles("split+init", (Role.SPLIT, Role.INIT)),)).extended(1)
    assert [set(made.variation(0, c).roles.values()) for c in range(2)] == [{made.blocks[0].a}, {made.blocks[0].b}]


def test_the_first_blocks_repeat_their_ends() -> None:
    """A and B twice in two blocks; in as many as are asked for where bits differ."""
    made = design(blocks=3)
    assert [len(made.places(block)) for block in range(3)] == [10, 10, 8]
    assert made.places(0)[-2:] == ((0, 0, 1), (0, 1, 1))
    assert made.variation(0, 0) == made.variation(0, made.places(0)[-2][1])


def test_blocks_that_are_there_keep_their_roots() -> None:
    """More are added behind them, all different; never fewer."""
    made = design(blocks=2)
    more = made.extended(5)
    assert more.blocks[:2] == made.blocks
    assert len({root for block in more.blocks for root in (block.a, block.b)}) == 10
    assert more.extended(1) == more


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        (1, ["A", "B"]),
        (2, ["A", "B", "A:split", "A:init"]),
        (3, ["A", "B", "A:split", "A:init", "A:shuffle", "B:split", "B:init", "B:shuffle"]),
    ],
)
def test_corners_have_names(k: int, expected: list[str]) -> None:
    """Each its own."""
    made = design(k)
    assert [made.corner_name(c) for c in range(made.runs)] == expected
