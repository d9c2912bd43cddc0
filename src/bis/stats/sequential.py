"""Sequential stopping: how many replays are enough, with the error under control."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from bis.stats.arrays import as_fraction, as_number

if TYPE_CHECKING:
    from collections.abc import Sequence

CERTIFYING_REPLAYS = {"default": 3, "ci": 10, "certify": 29}


class Decision(str, Enum):
    """What a stopping rule says after the replays so far."""

    CONTINUE = "continue"
    CONSISTENT = "consistent"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class BesagClifford:
    """Sequential Monte-Carlo test of one original; immutable, one `update` per fresh replay.

    Parameters
    ----------
    original : float
        In the metric's unit; finite.
    m0 : int
        Calibration replays whose median is the centre; at least 1.
    h : int
        Replays at least as far from the centre as the original that end the test as consistent; at least 1.
    n_max : int
        Replays after calibration at which the test ends otherwise; at least h.
    values : tuple of float
        All fresh replays so far, in order.

    Raises
    ------
    ValueError
        A parameter or value makes no sense.

    Notes
    -----
    The score is ``|y - c|`` with c the median of the first `m0` replays. Given c, original and later replays are
    exchangeable, so that P(reject) <= h / (n_max + 1) for every distribution: 1/20 with the defaults. Ties count as
    consistent. A consistent run takes 6.5 replays on average (median 4), calibration included.

    References
    ----------
    Besag and Clifford (1991), Sequential Monte Carlo p-values. doi:10.1093/biomet/78.2.301

    Examples
    --------
    >>> test = BesagClifford(0.5)
    >>> for value in (0.0, 1.0, 0.1, 0.2, 0.9):
    ...     test = test.update(value)
    >>> test.decision.value, test.p_value
    ('consistent', 0.5)
    """

    original: float
    m0: int = 3
    h: int = 1
    n_max: int = 19
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        as_number(self.original, name="original")
        if self.m0 < 1 or self.h < 1 or self.n_max < self.h:
            raise ValueError(f"need m0 >= 1 and 1 <= h <= n_max; got m0={self.m0}, h={self.h}, n_max={self.n_max}")
        for value in self.values:
            as_number(value, name="replay")
        if len(self.values) > self.m0 + self.n_max:
            raise ValueError(f"the test ends after {self.m0 + self.n_max} replays; got {len(self.values)}")

    def update(self, value: float) -> BesagClifford:
        """The state after one more fresh replay.

        Parameters
        ----------
        value : float
            In the metric's unit; finite.

        Returns
        -------
        BesagClifford
            A new state.

        Raises
        ------
        ValueError
            The value is not finite, or the test has ended: to go on would change its error.
        """
        if self.decision is not Decision.CONTINUE:
            raise ValueError(f"the test has ended with {self.decision.value!r} after {len(self.values)} replays")
        return replace(self, values=(*self.values, as_number(value, name="replay")))

    @property
    def centre(self) -> float | None:
        """Median of the calibration replays, in the metric's unit; None until there are enough."""
        return None if len(self.values) < self.m0 else float(np.median(self.values[: self.m0]))

    @property
    def extreme(self) -> int:
        """Replays after calibration that are at least as far from the centre as the original."""
        centre = self.centre
        if centre is None:
            return 0
        slack = 2.0 * np.finfo(np.float64).eps * max(abs(x) for x in (self.original, *self.values))
        bar = abs(self.original - centre) - slack
        return sum(abs(value - centre) >= bar for value in self.values[self.m0 :])

    @property
    def decision(self) -> Decision:
        """Whether to go on, and if not, the answer."""
        if self.extreme >= self.h:
            return Decision.CONSISTENT
        return Decision.REJECT if len(self.values) == self.m0 + self.n_max else Decision.CONTINUE

    @property
    def p_value(self) -> float | None:
        """In (0, 1]; None until the test has ended."""
        # Besag and Clifford (1991): h / n at an early end, (extreme + 1) / (n_max + 1) at the last replay.
        drawn = len(self.values) - self.m0
        match self.decision:
            case Decision.CONSISTENT:
                return self.h / drawn
            case Decision.REJECT:
                return (self.extreme + 1) / (self.n_max + 1)
            case _:
                return None

    @property
    def level(self) -> float:
        """Probability to reject a consistent original, at most."""
        return self.h / (self.n_max + 1)


def draws_to_reject(alpha: float) -> int:
    """The least number of draws after the calibration with which a `BesagClifford` test with h = 1 can reject.

    Parameters
    ----------
    alpha : float
        Level of the test, in (0, 1).

    Returns
    -------
    int
        The least n with ``1 / (n + 1) <= alpha``: 19 for 0.05, 99 for 0.01.

    Raises
    ------
    ValueError
        `alpha` is not in (0, 1).

    Examples
    --------
    >>> [draws_to_reject(alpha) for alpha in (0.1, 0.05, 0.01)]
    [9, 19, 99]
    """
    as_fraction(alpha, name="alpha")
    # 1e-9: 1 / 0.05 is 20, and must not become 21 by rounding.
    return max(1, math.ceil(1.0 / alpha - 1e-9) - 1)


def longest_sequence(alpha: float, *, m0: int = 3) -> int:
    """The number of replays after which a sequential test of one metric has ended, whatever they are.

    Parameters
    ----------
    alpha : float
        Level of the test, in (0, 1).
    m0 : int
        Replays that are drawn first, for the centre.

    Returns
    -------
    int
        ``m0`` plus `draws_to_reject`.

    Raises
    ------
    ValueError
        `alpha` is not in (0, 1).

    Examples
    --------
    >>> longest_sequence(0.05)
    22
    """
    return m0 + draws_to_reject(alpha)


def exact_replay_decision(identical: Sequence[bool], *, replays: int = CERTIFYING_REPLAYS["default"]) -> Decision:
    """Stopping rule of exact replays: the first mismatch, else a fixed number.

    Parameters
    ----------
    identical : sequence of bool
        For each exact replay so far whether it was identical.
    replays : int
        Number to make where all are identical: 3 by default, 10 in continuous integration, 29 to certify
        P(identical) >= .90 with 95 % confidence; at least 1.

    Returns
    -------
    Decision
        REJECT after a mismatch, CONSISTENT after `replays` matches, else CONTINUE.

    Raises
    ------
    ValueError
        `replays` is below 1.

    Notes
    -----
    A sequential probability ratio test saves nothing here: one mismatch already refutes "deterministic".

    Examples
    --------
    >>> exact_replay_decision([True, True]).value, exact_replay_decision([True, False]).value
    ('continue', 'reject')
    """
    if replays < 1:
        raise ValueError(f"replays must be at least 1; got {replays}")
    if not all(identical):
        return Decision.REJECT
    return Decision.CONSISTENT if len(identical) >= replays else Decision.CONTINUE
