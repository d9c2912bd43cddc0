"""Looks at variance shares: when an experiment is precise enough, with the confidence under control."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from bis.stats.arrays import as_fraction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.stats.variance_shares import VarianceShares

FIRST_LOOK = 4


class ShareDecision(str, Enum):
    """What to do after a block."""

    CONTINUE = "continue"
    PRECISE = "precise"  # every interval is as narrow as was asked for
    EXHAUSTED = "exhausted"  # the last block that was allowed


def planned_looks(most_blocks: int) -> tuple[int, ...]:
    """Numbers of blocks after which intervals are looked at, declared before the first block.

    Parameters
    ----------
    most_blocks : int
        Number of blocks after which the experiment ends in any case; at least 1.

    Returns
    -------
    tuple of int
        4, 8, 16, and so on below `most_blocks`, and `most_blocks`.

    Raises
    ------
    ValueError
        `most_blocks` is below 1.

    Examples
    --------
    >>> planned_looks(16), planned_looks(6), planned_looks(3)
    ((4, 8, 16), (4, 6), (3,))
    """
    if most_blocks < 1:
        raise ValueError(f"an experiment needs at least 1 block; got {most_blocks}")
    looks = []
    look = FIRST_LOOK
    while look < most_blocks:
        looks.append(look)
        look *= 2
    return (*looks, most_blocks)


def look_confidence(looks: Sequence[int], *, confidence: float = 0.95) -> float:
    """Confidence of the intervals at each look, so that those at which the experiment stops hold with `confidence`.

    Parameters
    ----------
    looks : sequence of int
        All that are planned, not only those that were made.
    confidence : float
        Overall, in (0, 1).

    Returns
    -------
    float
        ``1 - (1 - confidence) / len(looks)``.

    Raises
    ------
    ValueError
        There is no look, or `confidence` is not in (0, 1).

    Notes
    -----
    An experiment that stops when its intervals are narrow stops preferably where they are too narrow. Bonferroni's
    bound holds whatever the rule. An experiment that is stopped between looks for reasons that have nothing to do with
    its results (a budget, an interrupt) uses the same confidence, since at least one planned look has not been made.

    References
    ----------
    Jennison and Turnbull (1999), Group Sequential Methods, chapter 9. ISBN 0-8493-0316-8

    Examples
    --------
    >>> round(look_confidence((4, 8, 16)), 4), look_confidence((6,))
    (0.9833, 0.95)
    """
    if not looks:
        raise ValueError("there must be at least one look")
    return 1.0 - (1.0 - as_fraction(confidence, name="confidence")) / len(looks)


def share_decision(shares: VarianceShares, *, made: int, looks: Sequence[int], target: float) -> ShareDecision:
    """Whether another block is needed.

    Parameters
    ----------
    shares : VarianceShares
        Estimated with the confidence of `look_confidence`.
    made : int
        Blocks made so far, complete or not.
    looks : sequence of int
        From `planned_looks`.
    target : float
        Largest half-width of the interval of a share that is wanted, in percentage points; above 0.

    Returns
    -------
    ShareDecision
        PRECISE only at a look, where every share has an interval and the widest half-width is at most `target`.

    Raises
    ------
    ValueError
        `target` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from bis.stats.double_star import estimate_shares
    >>> nothing = estimate_shares(np.ones((4, 4, 1)))
    >>> share_decision(nothing, made=4, looks=(4, 8, 16), target=10.0).value
    'continue'
    """
    if not target > 0.0:
        raise ValueError(f"target must be a positive number of percentage points; got {target}")
    width = shares.widest_half_width
    if made in looks and width is not None and width <= target:
        return ShareDecision.PRECISE
    return ShareDecision.EXHAUSTED if made >= max(looks) else ShareDecision.CONTINUE
