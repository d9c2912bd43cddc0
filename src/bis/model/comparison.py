"""Comparisons: is one experiment better than another one beyond run-to-run noise?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bis.model.role import Role
from bis.model.statement import Statement
from bis.model.verdict import NOTHING_TO_LOOK_AT, Deviation, Level

FORMAT = "bis.comparison"
VERSION = 1
GROUP_FORMAT = "bis.group-comparison"
GROUP_VERSION = 1


class Direction(str, Enum):
    """Which values of a metric are better."""

    HIGHER = "higher"
    LOWER = "lower"
    UNKNOWN = "unknown"  # nobody has said it, and no name of a metric is taken for it


class ComparisonDesign(str, Enum):
    """How replays of two runs belong together."""

    PAIRED = "paired"  # those with one root share what is drawn for some roles
    UNPAIRED = "unpaired"


class MetricResult(str, Enum):
    """What is said of a metric of A and B."""

    B_HIGHER = "b-higher"
    A_HIGHER = "a-higher"
    EQUIVALENT = "equivalent"  # the difference is within the margin that was declared
    SAME = "same"  # all replays have the same value, or both of every pair have
    OPEN = "open"  # no difference was shown, which is not that there is none
    NOT_COMPARABLE = "not-comparable"  # too few finite values

    @property
    def is_decided(self) -> bool:
        """Whether more replays would not change it but for the error that is allowed."""
        return self not in {MetricResult.OPEN, MetricResult.NOT_COMPARABLE}


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One of the two runs. `replays` ended well and are used; `failed` did not; `earlier` of both were made before."""

    run_id: str
    name: str
    replays: int
    failed: int = 0
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric of both runs; all differences are B less A, in the unit of the metric.

    Parameters
    ----------
    name : str
        Of the metric.
    result : MetricResult
        At the level of the comparison, corrected for all metrics.
    direction : Direction
        Which values are better, where the user has said it.
    a, b : tuple of float
        The values of the replays; where they are paired, those of one place belong together.
    mean_a, mean_b, difference : float, optional
        None where there are no values.
    sd_a, sd_b : float, optional
        Standard deviations of single replays; None for fewer than 2.
    low, high : float, optional
        The interval of the difference of means, with the confidence of the comparison; None where there is none.
    p_value, p_adjusted : float, optional
        Two-sided, of the permutation or sign-flip test, and corrected for all metrics.
    superiority, superiority_low, superiority_high : float, optional
        The probability that a run of B has a higher value than one of A, and its interval.
    exact : bool
        All values of each side have the same bits: the difference is exact, and nothing was estimated.
    margin, equivalence_p : float, optional
        The largest difference that does not matter, and the p-value of the test for it; None where none was declared.
    detectable_shift : float, optional
        The difference of means that so many replays would have noticed with 80 % power.
    needed : int, optional
        How many replays of each run would show a difference of the size that was seen, with 80 % power; None where it
        is decided, or where so small a difference would need more than can be made.
    left_out_a, left_out_b : int
        Values that are not finite.
    primary : bool
        Whether it was declared to be the one that counts.
    """

    name: str
    result: MetricResult
    direction: Direction = Direction.UNKNOWN
    a: tuple[float, ...] = ()
    b: tuple[float, ...] = ()
    mean_a: float | None = None
    mean_b: float | None = None
    difference: float | None = None
    sd_a: float | None = None
    sd_b: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    superiority: float | None = None
    superiority_low: float | None = None
    superiority_high: float | None = None
    exact: bool = False
    margin: float | None = None
    equivalence_p: float | None = None
    detectable_shift: float | None = None
    needed: int | None = None
    left_out_a: int = 0
    left_out_b: int = 0
    primary: bool = False

    @property
    def better(self) -> str:
        """``A`` or ``B``, where one was shown to be better and the direction is known; else empty."""
        higher = {MetricResult.A_HIGHER: "A", MetricResult.B_HIGHER: "B"}.get(self.result, "")
        if not higher or self.direction is Direction.UNKNOWN:
            return ""
        return higher if self.direction is Direction.HIGHER else {"A": "B", "B": "A"}[higher]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The answer to "is B better than A beyond run-to-run noise?".

    `shared` are the roles for which both programs draw the same where they have the same root: those of a paired
    comparison. `reseeded` says that seeds which the programs set were drawn instead. `alpha` is the error that is
    allowed for all metrics together, `gamma` the probability of being better that counts as worth having.
    """

    a: ComparedRun
    b: ComparedRun
    design: ComparisonDesign
    metrics: tuple[MetricComparison, ...]
    alpha: float
    gamma: float
    shared: tuple[Role, ...] = ()
    reseeded: bool = False
    statements: tuple[Statement, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    @property
    def deciding(self) -> tuple[MetricComparison, ...]:
        """The primary metric, or all where there is none."""
        return tuple(m for m in self.metrics if m.primary) or self.metrics

    @property
    def exit_code(self) -> int:
        """0 where a difference was shown or every metric is equivalent, 5 where it is open.

        3 where no replay of one of the runs ended, 4 where they share no metric.
        """
        if not self.a.replays or not self.b.replays:
            return Level.NOT_EXECUTABLE.exit_code
        if not self.deciding:
            return NOTHING_TO_LOOK_AT
        differ = any(m.result in {MetricResult.A_HIGHER, MetricResult.B_HIGHER} for m in self.deciding)
        decided = differ or all(m.result.is_decided for m in self.deciding)
        return 0 if decided else Level.INCONCLUSIVE.exit_code


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One metric of one group of runs.

    `key` has a value for each key by which runs were grouped. `values` are those of all runs, in the unit of the
    metric; `draws` is how many are independent of each other: runs that repeat the same value of the key that runs
    differ in count once, with their mean, and `repeated` is how many more there were. `low` and `high` are the
    interval of the mean. It and `sd` are None for a single draw, and it is where all values are equal.
    """

    key: tuple[str, ...]
    values: tuple[float, ...]
    mean: float
    draws: int
    repeated: int = 0
    sd: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Two groups; the difference is `second` less `first`, both places in the list of groups of the metric.

    `pairs` is how many repeats both have, where they were compared in pairs; 0 where they were not. `p_adjusted` is
    corrected for all pairs of groups and all metrics. The figures are None where there are too few runs, or no spread.
    """

    first: int
    second: int
    pairs: int
    difference: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    differs: bool = False


@dataclass(frozen=True, slots=True)
class MetricByGroup:
    """One metric of all groups, the highest mean first (the lowest, where lower is better).

    `like_the_first` are the places of the groups that cannot be distinguished from the first one.
    """

    name: str
    direction: Direction
    groups: tuple[GroupFigures, ...]
    differences: tuple[GroupDifference, ...] = ()
    like_the_first: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """Statistics over runs that exist already, by group.

    `runs` ended well and have all keys, `nested` of them are nested in other runs. `left_out` says how many were not
    used, by the reason: ``failed``, ``unfinished``, ``no-group``, ``no-repeat``, and for one metric ``no-metric`` and
    ``not-finite`` (summed over the metrics).
    """

    keys: tuple[str, ...]
    over: str
    metrics: tuple[MetricByGroup, ...]
    alpha: float
    runs: int
    experiments: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    nested: int = 0
    statements: tuple[Statement, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 whatever was found: the answer is statistics; 4 where there is no group."""
        return 0 if any(m.groups for m in self.metrics) else NOTHING_TO_LOOK_AT
