"""An attribution: which cause makes the results of a run differ, found by replays in which only that cause varies."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bis.model.role import DrawPlace, Role
from bis.model.start import ColdReason
from bis.model.statement import Statement, StatementCode
from bis.model.verdict import NOTHING_TO_LOOK_AT, Deviation

FORMAT = "bis.attribution"
VERSION = 1
_NOTHING = frozenset({StatementCode.NOTHING_DRAWN, StatementCode.NO_TARGETS, StatementCode.NOTHING_VARIES})


class TargetKind(str, Enum):
    """What the variance is of."""

    METRIC = "metric"
    PREDICTIONS = "predictions"  # of a model for the probe
    MODEL = "model"  # the weights of a trained model; environment effects only


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of the variance with its interval, all in [-1, 1] or so as estimated (clip for display only).

    `low` and `high` are None where too few blocks allow no interval.
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CauseFinding:
    """What the audit found at a place that draws for a cause: rule, message, and whether it has a repair.

    `file` is relative to the project, `cell` counts all cells of a notebook from 1.
    """

    code: str
    name: str
    message: str
    file: str
    line: int
    cell: int | None = None
    fixable: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """A seed cause: one role of randomness, or several that vary together.

    `draws` is how many numbers were drawn for it in the pilot, `places` where. `seeded` says that the program gives
    some of its call sites a seed. `findings` are those of the audit at these places.
    """

    name: str
    roles: tuple[Role, ...]
    draws: int = 0
    places: tuple[DrawPlace, ...] = ()
    seeded: bool = False
    findings: tuple[CauseFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class CauseShare:
    """What one cause explains: the Shapley share, and the bracket of first-order and total effect around it."""

    cause: str
    shapley: Estimate
    first_order: Estimate
    total: Estimate


@dataclass(frozen=True, slots=True)
class TargetShares:
    """The variance of one metric, or of the predictions of one model, divided among the causes.

    `variance` is that of all causes and of scheduling together, in squared units of the metric (of predictions: summed
    over all numbers).
    `interaction` is 1 minus the sum of first-order effects, `scheduling` the share that no seed explains (None: not
    measured). `inert` are causes that changed nothing. All is computed from `blocks` complete blocks; `incomplete`
    ones, of which a replay failed or was not made, are left out. `indicative` says that there were fewer blocks than
    intervals need to hold. `problem` says why there are no shares, where there are none.
    """

    name: str
    kind: TargetKind
    shares: tuple[CauseShare, ...] = ()
    variance: float | None = None
    interaction: Estimate | None = None
    scheduling: Estimate | None = None
    inert: tuple[str, ...] = ()
    blocks: int = 0
    indicative: bool = True
    problem: Statement | None = None
    incomplete: int = 0


@dataclass(frozen=True, slots=True)
class EffectOnTarget:
    """What an environment setting does to one metric, to predictions or to a model, in `pairs` paired replays.

    `bit_identical` says that all pairs have the same bits. Of a metric, `difference` is the mean of changed minus
    recorded, with its interval; `p_value` is that of the sign-flip test. Of predictions, `difference` is the root mean
    square of the changes of a number, without an interval, and `churn` the share of examples whose class changes.
    `equivalent_share` is the mean squared difference over twice the variance by seeds. `diverges_at` is the first step
    of the metric's history at which the bits part, in the first pair that differs.
    `noisy` says that replays with one root and one environment differ as well: what they differ by has been
    subtracted in `equivalent_share`.
    """

    name: str
    kind: TargetKind
    pairs: int
    bit_identical: bool
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    equivalent_share: float | None = None
    diverges_at: int | None = None
    churn: float | None = None
    noisy: bool = False


@dataclass(frozen=True, slots=True)
class EnvironmentEffect:
    """An environment setting that was varied: `setting` such as ``threads`` or ``package:scikit-learn``.

    `recorded` and `changed` are its values; empty for a variable that was not set, and `changed` is ``new`` where each
    pair had another one. `deviations` is what else had to change with it, `statements` what must be known to read it,
    `problem` why it could not be measured.
    """

    setting: str
    recorded: str
    changed: str
    effects: tuple[EffectOnTarget, ...] = ()
    problem: Statement | None = None
    deviations: tuple[Deviation, ...] = ()
    statements: tuple[Statement, ...] = ()


class RepairKind(str, Enum):
    """How the largest cause was taken away, to see what remains."""

    AUDIT = "audit"  # the audit's repair of the source
    HELD = "held"  # the root of its roles is the same in all replays


@dataclass(frozen=True, slots=True)
class RemainingVariance:
    """What is left of the variance of a target once the largest cause is fixed, measured in replays of its own.

    `before` and `after` are variances in squared units of the target, `share` is after over before with its interval.
    `diff` is the change of the source where it was repaired.
    """

    target: str
    kind: TargetKind
    cause: str
    repair: RepairKind
    before: float | None = None
    after: float | None = None
    share: Estimate | None = None
    replays: int = 0
    failed: int = 0
    diff: str = ""
    problem: Statement | None = None


@dataclass(frozen=True, slots=True)
class SeedBlock:
    """The two sets of seeds of one block of replays, as entropy roots: `a` and `b`."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class BlockReplay:
    """One replay of a block, as the attribution keeps it.

    `corner` says which seeds it had: ``A``, ``B``, ``A:split`` (A, with the split from B) or ``B:split``. `repeat` is 1
    for a second replay with the very same seeds. `values` are the last values of the metrics as ``float.hex`` writes
    them. `failure` is the first line of the reason where the replay failed.
    """

    block: int
    corner: str
    repeat: int = 0
    values: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Attribution:
    """The result of ``bis explain``.

    `targets` are what was explained, the headline first. `causes` were varied, `dropped` are roles that drew nothing or
    were not asked for, `fixed` what was the same in all replays, `uncontrolled` what could not be. `other_share` is the
    share of draws from places that the registry of call sites does not know. `replays` were spent, of which `failed`
    did not end well and `continued` had been made before by a command that was interrupted. `confidence` is that of the
    intervals. `table` has all replays of the blocks, whose roots are `seeds`; what did not vary drew from `root`.
    `cold_reasons` say why replays were not started warm, where that was allowed.
    """

    run_id: str
    targets: tuple[TargetShares, ...] = ()
    causes: tuple[Cause, ...] = ()
    dropped: tuple[str, ...] = ()
    effects: tuple[EnvironmentEffect, ...] = ()
    fixed: tuple[str, ...] = ()
    uncontrolled: tuple[Statement, ...] = ()
    other_share: float | None = None
    replays: int = 0
    failed: int = 0
    warm: bool = False
    reseeded: bool = False
    duration_s: float = 0.0
    deviations: tuple[Deviation, ...] = ()
    statements: tuple[Statement, ...] = ()
    version: int = field(default=VERSION)
    confidence: float = 0.95
    continued: int = 0
    remaining: tuple[RemainingVariance, ...] = ()
    root: str = ""
    hash_seed: str | None = None
    seeds: tuple[SeedBlock, ...] = ()
    table: tuple[BlockReplay, ...] = ()
    cold_reasons: tuple[ColdReason, ...] = ()

    @property
    def exit_code(self) -> int:
        """Of the command: 0 where a target or an environment effect has its answer, 4 where nothing can be explained.

        3 where the replays gave no answer.
        """
        if any(t.problem is None for t in self.targets) or any(e.problem is None for e in self.effects):
            return 0
        return NOTHING_TO_LOOK_AT if self.statements and self.statements[0].code in _NOTHING else 3
