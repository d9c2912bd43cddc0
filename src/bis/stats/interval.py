"""Interval: two bounds and the confidence with which they hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval.

    Parameters
    ----------
    low, high : float
        Bounds in the unit of the quantity; `low` <= `high`.
    confidence : float
        In (0, 1).

    Examples
    --------
    >>> Interval(0.1, 0.2, 0.95).contains(0.2)
    True
    """

    low: float
    high: float
    confidence: float

    def contains(self, value: float) -> bool:
        """Whether `value` lies in the interval, bounds included.

        Parameters
        ----------
        value : float
            In the unit of the bounds.

        Returns
        -------
        bool
            False for NaN.
        """
        return self.low <= value <= self.high
