"""How many blocks of replays there are to be: what was asked for, within the replays and minutes that are allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._explain.shares import LEAST_BLOCKS
from bis.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from bis._explain.design import BlockDesign

DEFAULT_BLOCKS = 6
QUICK_BLOCKS = 4
PRECISE_BLOCKS = 16
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent.

    Parameters
    ----------
    blocks : int
        So many blocks at most.
    points : float, optional
        Stop once all intervals are at most this wide to either side, in percentage points.
    replays : int, optional
        No more replays than this are made by the command, those of the pilot among them.
    minutes : float, optional
        No replay is begun after this many minutes.
    """

    blocks: int = DEFAULT_BLOCKS
    points: float | None = None
    replays: int | None = None
    minutes: float | None = None


def chosen_budget(
    *,
    quick: bool = False,
    precise: bool = False,
    blocks: int | None = None,
    points: float | None = None,
    replays: int | None = None,
    minutes: float | None = None,
) -> Budget:
    """The budget of what a user chose: 6 blocks, or 16 at most where intervals decide, unless something else is said.

    Raises
    ------
    UsageError
        Several numbers of blocks are asked for.
    """
    if quick + precise + (blocks is not None) > 1:
        raise UsageError("--quick, --precise and --blocks contradict each other", hint="Give one of them.")
    given = QUICK_BLOCKS if quick else PRECISE_BLOCKS if precise else blocks
    most = given or (DEFAULT_BLOCKS if points is None else PRECISE_BLOCKS)
    if most < LEAST_BLOCKS:
        raise UsageError(f"{most} block says nothing about the error: expected at least {LEAST_BLOCKS}")
    return Budget(most, points, replays, minutes)


def expected_s(replays: int, *, replay_s: float, at_once: int) -> float:
    """How long so many replays take, in seconds."""
    return math.ceil(replays / at_once) * replay_s


def missing_replays(design: BlockDesign, made: Collection[tuple[int, int, int]], blocks: int) -> int:
    """How many replays of the first `blocks` blocks are not made yet."""
    return sum(place not in made for block in range(blocks) for place in design.places(block))


def affordable_blocks(
    design: BlockDesign,
    budget: Budget,
    made: Collection[tuple[int, int, int]],
    *,
    spent: int,
    spent_s: float,
    replay_s: float,
    at_once: int,
    reserved: int = 0,
) -> int:
    """The number of blocks that the budget allows; `reserved` replays are for something else.

    Raises
    ------
    UsageError
        It does not allow two, without which nothing can be said about the error.
    """
    blocks = budget.blocks
    while blocks > LEAST_BLOCKS and not _fits(
        design, budget, made, blocks, spent + reserved, spent_s, replay_s, at_once
    ):
        blocks -= 1
    if not _fits(design, budget, made, blocks, spent + reserved, spent_s, replay_s, at_once):
        needed = missing_replays(design, made, blocks)
        raise UsageError(
            f"the budget is too small: {needed} replays of {replay_s:.1f} s are needed for {blocks} blocks of "
            f"{design.runs}, after {spent} for the pilot"
            + (f", with {reserved} for what else was asked for" if reserved else ""),
            hint="Allow more (--replays, --minutes), or vary fewer causes (--causes): two take 4 replays a block.",
        )
    return blocks


def _fits(
    design: BlockDesign,
    budget: Budget,
    made: Collection[tuple[int, int, int]],
    blocks: int,
    spent: int,
    spent_s: float,
    replay_s: float,
    at_once: int,
) -> bool:
    needed = missing_replays(design, made, blocks)
    if budget.replays is not None and spent + needed > budget.replays:
        return False
    if budget.minutes is None:
        return True
    return spent_s + expected_s(needed, replay_s=replay_s, at_once=at_once) <= budget.minutes * _MINUTE_S
