"""Patterns: what the first divergent step says about the source of a difference."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.stats.curves import Divergence

# About 8 units in the last place of float32: what another order of additions does in one step.
ROUNDING = 1e-6
# What no rounding does in one step.
JUMP = 1e-3


class Pattern(str, Enum):
    """Where two runs parted."""

    NONE = "none"
    DATA = "data"
    INIT_ENTROPY = "init-entropy"
    SHUFFLE_ENTROPY = "shuffle-entropy"
    FLOATING_POINT = "floating-point"
    LATE_ENTROPY = "late-entropy"
    UNDETERMINED = "undetermined"


def classify_divergence(
    divergence: Divergence | None,
    *,
    same_data: bool | None = None,
    same_start: bool | None = None,
    same_order: bool | None = None,
) -> Pattern:
    """Name the pattern of a divergence from hashes and from its first step.

    Parameters
    ----------
    divergence : Divergence or None
        Of a loss (counts such as accuracy hide small differences); None where the curves are bitwise equal.
    same_data, same_start, same_order : bool, optional
        Whether the hashes of the data, of the weights before training and of the order of batches are equal; None
        where they were not recorded.

    Returns
    -------
    Pattern
        The first of: DATA, INIT_ENTROPY, SHUFFLE_ENTROPY where that hash is known to differ; NONE without a
        divergence; FLOATING_POINT where the first relative difference is at most 1e-6 (threads, instruction set,
        library); LATE_ENTROPY where at least one step was equal and the first difference is a jump of more than 1e-3
        (dropout, augmentation, worker, other control flow); UNDETERMINED otherwise, as for a jump at the very first
        step whose hashes are unknown.

    Notes
    -----
    A reading aid, not a test. What was not recorded is never taken to be equal: a large difference at the first step
    with an unknown hash stays UNDETERMINED. A tiny first difference is read as rounding even then, since other data,
    weights or order do not agree to seven digits.

    Examples
    --------
    >>> classify_divergence(None, same_data=False).value
    'data'
    """
    hashes = (
        (same_data, Pattern.DATA),
        (same_start, Pattern.INIT_ENTROPY),
        (same_order, Pattern.SHUFFLE_ENTROPY),
    )
    for same, pattern in hashes:
        if same is False:
            return pattern
    if divergence is None:
        return Pattern.NONE
    if divergence.relative <= ROUNDING:
        return Pattern.FLOATING_POINT
    late = divergence.position > 0 and divergence.relative > JUMP
    return Pattern.LATE_ENTROPY if late else Pattern.UNDETERMINED
