"""Equality within a declared tolerance."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closeness:
    """Largest difference that a project calls equal: ``atol + rtol * |original|``.

    Parameters
    ----------
    atol : float
        Absolute part, in the metric's unit; at least 0.
    rtol : float
        Relative part, dimensionless; at least 0.

    Raises
    ------
    ValueError
        A part is negative, NaN or infinite.

    Examples
    --------
    >>> Closeness(rtol=1e-9).allows(1.0, 1.0 + 1e-10)
    True
    """

    atol: float = 0.0
    rtol: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("atol", self.atol), ("rtol", self.rtol)):
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"{name} must be finite and not negative; got {value}")

    def allows(self, original: float, replay: float) -> bool:
        """Whether a replay's value is equal to the original's within this tolerance.

        Parameters
        ----------
        original, replay : float
            In the metric's unit.

        Returns
        -------
        bool
            True also for two NaNs and for equal infinities; a finite value is never within tolerance of either.
        """
        if original == replay or (math.isnan(original) and math.isnan(replay)):
            return True
        if not (math.isfinite(original) and math.isfinite(replay)):
            return False
        return abs(replay - original) <= self.atol + self.rtol * abs(original)
