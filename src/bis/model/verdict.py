"""Verdicts: what is said about a run after its replays."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bis.model.facets import Failure, Outputs


class ReplayKind(str, Enum):
    """Which question a replay answers; the two kinds are never pooled."""

    EXACT = "exact"  # recorded entropy and threads: is the record complete and the program deterministic?
    FRESH = "fresh"  # new entropy: is the original a plausible draw?
    VARIED = "varied"  # one cause was varied on purpose: an experiment, never a draw


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that a replay knowingly changed."""

    what: str
    recorded: str
    replayed: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One replay. `outputs` is None where the program could not be started; `failure` says why it ended badly.

    A failure after outputs were written keeps both: what was logged before still counts. `root` is the entropy root
    in hexadecimal. `drift` names recorded facets that were found different at replay time.
    """

    index: int
    kind: ReplayKind
    root: str | None
    outputs: Outputs | None
    failure: Failure | None = None
    deviations: tuple[Deviation, ...] = ()
    trace: dict[str, str] = field(default_factory=dict)
    duration_s: float = 0.0
    run_id: str | None = None
    notes: tuple[str, ...] = ()


class Level(str, Enum):
    """How alike original and replays are, strongest first."""

    BITWISE = "bitwise"
    METRICS_BITWISE = "bitwise metrics"  # every metric has the same bits, a model or output has not
    NUMERICAL = "numerical"
    STATISTICAL = "statistical"
    INCONCLUSIVE = "inconclusive"
    DIVERGENT = "divergent"
    NOT_EXECUTABLE = "not executable"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Level).index(self)

    @property
    def exit_code(self) -> int:
        """Of the command that reached this verdict."""
        if self is Level.INCONCLUSIVE:
            return 5
        if self is Level.NOT_EXECUTABLE:
            return 3
        return 1 if self is Level.DIVERGENT else 0


class ItemKind(str, Enum):
    """What a verdict is about."""

    METRIC = "metric"
    CURVE = "curve"
    MODEL = "model"
    ARTIFACT = "artifact"
    STDOUT = "stdout"
    CELL = "cell"
    FILE = "file"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class MetricInterval:
    """A closed interval with its confidence (0 to 1), in the unit of the metric."""

    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures behind an item's level; None where a figure does not apply."""

    original: str = ""
    replayed: str = ""
    ulps: int | None = None
    relative: float | None = None
    tolerance: str = ""
    interval: MetricInterval | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    rank_p_value: float | None = None
    detectable_shift: float | None = None  # in the metric's unit, with 80 % power
    detectable_sigmas: float | None = None
    replays: int = 0
    first_divergent_step: int | None = None
    growth_per_step: float | None = None  # slope of log10 |difference| per step
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """The verdict on one metric, curve, model or output."""

    name: str
    kind: ItemKind
    level: Level
    statement: str
    evidence: Evidence = field(default_factory=Evidence)
    counts: bool = True  # False: shown, but not part of the overall level (and the statement says why)


@dataclass(frozen=True, slots=True)
class Group:
    """The replays of one kind: how many were asked for, ran to the end, failed; and what the group says."""

    kind: ReplayKind
    level: Level
    replays: int
    failed: int
    items: tuple[Item, ...] = ()
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "would we get it again?" for one run.

    `level` is the weakest of the counting items; `statements` are the sentences that must be read with it (bounds,
    detectable shift, what was not compared); `needed` is the number of replays that would decide an inconclusive one.
    """

    run_id: str
    level: Level
    groups: tuple[Group, ...]
    statements: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    needed: int | None = None
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """Exit code of the command that prints this."""
        return self.level.exit_code
