"""Variance shares: which part of the variance of an output each cause explains, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bis.stats.interval import Interval

SCALAR_BLOCKS = 16
VECTOR_BLOCKS = 4
VECTOR_DIMENSION = 4.0


class SharesOutcome(str, Enum):
    """What an experiment with blocks ended with."""

    ESTIMATED = "estimated"
    NOTHING_VARIES = "nothing-varies"  # all outputs are equal: there is no variance to divide
    VARIES_BETWEEN_BLOCKS = "varies-between-blocks"  # equal within each block: no cause of the design, yet not constant
    UNRESOLVED = "unresolved"  # outputs differ, but the estimate of the total variance is zero: too few blocks
    NO_BLOCK = "no-block"  # no block is complete and finite


@dataclass(frozen=True, slots=True)
class VariancePart:
    """An estimated part of the variance.

    Parameters
    ----------
    value : float
        Fraction of the variance. An estimate may fall outside [0, 1], and is not cut.
    interval : Interval or None
        Not cut either; None where nothing can be said about the error.
    """

    value: float
    interval: Interval | None

    @property
    def shown(self) -> VariancePart:
        """The same, cut to [0, 1] for display."""
        bounds = self.interval
        if bounds is not None:
            bounds = Interval(_clip(bounds.low), _clip(bounds.high), bounds.confidence)
        return VariancePart(_clip(self.value), bounds)

    @property
    def half_width(self) -> float | None:
        """Half the width of the uncut interval in percentage points; None without one."""
        return None if self.interval is None else 50.0 * (self.interval.high - self.interval.low)


@dataclass(frozen=True, slots=True)
class FactorShares:
    """What one factor does to the variance of an output.

    Parameters
    ----------
    factor : int
        Its index, from 0, in the order of the design.
    share : VariancePart
        Shapley share.
    first_order : VariancePart
        What is gained by fixing this factor alone.
    total : VariancePart
        What remains where all other factors are fixed.
    inert : bool
        No change of it moved the output in any block, bit for bit, while every change of every other factor did: it was
        left out, and the parts are 0 without an interval.
    pairs : int
        Pairs of runs that differed in this factor alone.
    changed : int
        Of these, pairs with different outputs. If it is 0, the probability that a change of the factor changes the
        output is below ``1 - .05**(1 / pairs)`` with 95 % confidence; one that is not inert may still have a share.
    """

    factor: int
    share: VariancePart
    first_order: VariancePart
    total: VariancePart
    inert: bool
    pairs: int
    changed: int


@dataclass(frozen=True, slots=True)
class SchedulingNoise:
    """What differs between two runs of one program with the same entropy.

    Parameters
    ----------
    pairs : int
        Pairs of runs of one corner, both with finite outputs.
    differing : int
        How many of them differ.
    not_finite : int
        Pairs left out because an output is NaN or infinite.
    variance : float or None
        In squared units of the output (summed over its components); None without a pair.
    part : VariancePart or None
        Of the whole variance; 0 without an interval where no pair differs; None without a pair or without a variance.
    """

    pairs: int
    differing: int
    not_finite: int
    variance: float | None
    part: VariancePart | None


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Shares of the variance of one output.

    Parameters
    ----------
    outcome : SharesOutcome
        Where it is not ESTIMATED there are no factors and no interaction.
    factors : tuple of FactorShares
        In the order of the design. Their shares and the scheduling noise add up to 1.
    interaction : VariancePart or None
        What no factor explains alone: 1 less all first-order effects and the scheduling noise.
    scheduling : SchedulingNoise
        Its line of its own.
    variance : float or None
        Of the output over all factors and scheduling, in squared units (summed over components); None without a block.
    blocks : int
        Complete blocks with finite outputs: what the figures are computed from.
    incomplete : int
        Blocks left out because a run is missing.
    not_finite : int
        Blocks left out because an output is NaN or infinite. The shares then are those of the runs that stay finite.
    effective_blocks : float
        As many blocks of equal variance would say as much; 0 without an estimate.
    dimension : float
        Number of directions in which the output varies: 1 for a scalar, ``tr(C)**2 / tr(C**2)`` of its covariance C for
        a vector; 0 without an estimate.
    indicative : bool
        The number of blocks is below the one from which intervals are precise enough to be quoted: 16 for a scalar, 4
        for a vector that varies in at least 4 directions.
    confidence : float
        Of all intervals, in (0, 1).
    """

    outcome: SharesOutcome
    factors: tuple[FactorShares, ...]
    interaction: VariancePart | None
    scheduling: SchedulingNoise
    variance: float | None
    blocks: int
    incomplete: int
    not_finite: int
    effective_blocks: float
    dimension: float
    indicative: bool
    confidence: float

    @property
    def largest(self) -> FactorShares | None:
        """The factor with the largest share; None without one."""
        return max(self.factors, key=lambda factor: factor.share.value, default=None)

    @property
    def half_width(self) -> float | None:
        """Half-width of the interval of the largest share in percentage points; None without one."""
        return None if self.largest is None else self.largest.share.half_width

    @property
    def widest_half_width(self) -> float | None:
        """Largest half-width over all factors that are not inert, in percentage points; None without intervals."""
        widths = [factor.share.half_width for factor in self.factors if not factor.inert]
        known = [width for width in widths if width is not None]
        return max(known) if known and len(known) == len(widths) else None


def needed_blocks(dimension: float) -> int:
    """Number of blocks from which intervals are quoted without "indicative".

    Parameters
    ----------
    dimension : float
        Number of directions in which the output varies.

    Returns
    -------
    int
        4 for at least 4 directions, else 16: a vector that varies in one direction is as noisy as a scalar.

    Examples
    --------
    >>> needed_blocks(1.0), needed_blocks(22.0)
    (16, 4)
    """
    return VECTOR_BLOCKS if dimension >= VECTOR_DIMENSION else SCALAR_BLOCKS


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
