"""How many numbers a generator gave between two of its states.

The Mersenne Twister makes 624 words of 32 bits at a time: the words between two states are found by making blocks
until the later one comes. PCG64 multiplies and adds: its steps are a logarithm, which is found bit by bit.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Block = TypeVar("Block", bytes, int)

BLOCK = 624
MOST_BLOCKS = 400_000  # 250 million words
_BITS = 128
_MASK = (1 << _BITS) - 1
PCG_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def blocks_between(now: Block, first: Block, make_block: Callable[[], Block]) -> int | None:
    """How many blocks were made from `first` to `now`; None where it are too many.

    Parameters
    ----------
    now, first : bytes or int
        The words of both states, or the first of them.
    make_block : callable
        Makes a block from `first` on, at each call the next one, and gives its words in the same way.
    """
    made = first
    for count in range(MOST_BLOCKS):
        if made == now:
            return count
        made = make_block()
    return None


def pcg_steps(before: int, now: int, increment: int, multiplier: int = PCG_MULTIPLIER) -> int:
    """How many steps PCG64 went from one state to another (O'Neill, 2014: section 4.3.1, by F. Brown, 1994).

    Parameters
    ----------
    before, now : int
        States of 128 bits.
    increment : int
        The stream of the generator.
    multiplier : int
        That of the generator.
    """
    steps, bit = 0, 1
    while before != now:
        if (before ^ now) & bit:
            before = (before * multiplier + increment) & _MASK
            steps |= bit
        bit = (bit << 1) & _MASK
        if bit == 0:
            break
        increment = ((multiplier + 1) * increment) & _MASK
        multiplier = (multiplier * multiplier) & _MASK
    return steps
