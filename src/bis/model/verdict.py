"""Verdicts: the judgement of a run after its replays."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bis.model.facets import Failure, Outputs
from bis.model.library_state import LibraryState
from bis.model.operations import OperationLog
from bis.model.probe_prediction import ProbePrediction, UnkeptExamples
from bis.model.role import RoleDraws
from bis.model.sandbox import Containment
from bis.model.search_trial import TrialSighting
from bis.model.session_run import SessionRun
from bis.model.start import ColdReason, Preload, Start
from bis.model.statement import Statement, StatementCode

FORMAT = "bis.verdict"
VERSION = 2
NOTHING_TO_LOOK_AT = 4  # the exit code


class ReplayKind(str, Enum):
    """Which question a replay answers; the kinds are never pooled."""

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
    in hexadecimal. `runs` are the runs that the program created; None in outcomes of before they were kept, of which
    only the counterpart of the run that was replayed is known. `outputs` has what belongs to the whole program, and
    what belongs to that counterpart. `draws` says for which roles the program drew, and `predictions` what its models
    predict for the probe: where the replay was asked to look. `libraries` is what numerical libraries ran with; None
    where the program did not say.

    `start` is how the program was started; `cold_reason` says why it was not started warm, where that was asked for.
    `preload` is what a warm parent could import; it is not stored.

    `probe` is the digest of the examples that the program was seen to predict for; `probe_content` has them in base64
    on the way from a worker, and `unkept` what could not be kept. `trial` is what was seen of the trial of a search,
    where the replay looked for it, `operations` what was noted of those of PyTorch. `containment` is the sandbox that
    it ran in; None in outcomes of before there was one.
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
    runs: tuple[SessionRun, ...] | None = None
    draws: tuple[RoleDraws, ...] = ()
    predictions: tuple[ProbePrediction, ...] = ()
    libraries: LibraryState | None = None
    start: Start = Start.COLD
    cold_reason: ColdReason | None = None
    preload: Preload | None = None
    probe: str = ""
    probe_content: str = ""
    unkept: tuple[UnkeptExamples, ...] = ()
    trial: TrialSighting | None = None
    operations: OperationLog | None = None
    containment: Containment | None = None


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
    STDERR = "stderr"
    CELL = "cell"
    PICTURE = "picture"
    FILE = "file"
    EXIT = "exit"
    RUNS = "runs"  # how many runs the program created


@dataclass(frozen=True, slots=True)
class MetricInterval:
    """A closed interval with its confidence (0 to 1), in the unit of the metric."""

    low: float
    high: float
    confidence: float


class ToleranceOrigin(str, Enum):
    """Where a tolerance comes from."""

    DECLARED = "declared"
    WHOLE_NUMBERS = "whole-numbers"  # default for values that are all whole numbers
    FLOAT32 = "float32"  # default for values that are all single-precision numbers
    FLOAT64 = "float64"  # default for all others
    PRINTED_DIGITS = "printed-digits"  # the unit of the last digit that was printed


@dataclass(frozen=True, slots=True)
class AppliedTolerance:
    """The tolerance that an item was held to: ``|y - y0| <= atol + rtol * |y0|``, or so many printed `digits`."""

    origin: ToleranceOrigin
    atol: float = 0.0
    rtol: float = 0.0
    digits: int | None = None


class DivergencePattern(str, Enum):
    """What the way in which a replay leaves its original speaks for."""

    DATA = "data"
    INITIALISATION = "initialisation"
    SHUFFLING = "shuffling"
    FLOATING_POINT = "floating-point"
    LATE_ENTROPY = "late-entropy"
    OTHER_DRAWS = "other-draws"  # traced draws differ
    SAME_DRAWS = "same-draws"  # undetermined, although all traced draws are the same
    NO_TRACE = "no-trace"  # undetermined, and no draws were traced


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures behind an item's level; None, or empty, where a figure does not apply.

    `original` and `replayed` are values of metrics as `repr` of a float writes them (lossless: ``float`` gives the same
    bits back), figures as they were printed, or digests. They hold one value where all runs of a side agree, else the
    smallest and the largest; values that are not finite are all listed.
    """

    original: tuple[str, ...] = ()
    replayed: tuple[str, ...] = ()
    ulps: int | None = None
    relative: float | None = None
    tolerance: AppliedTolerance | None = None
    interval: MetricInterval | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    rank_p_value: float | None = None
    detectable_shift: float | None = None  # in the metric's unit, with 80 % power
    detectable_sigmas: float | None = None
    replays: int = 0
    first_divergent_step: int | None = None
    growth_per_step: float | None = None  # slope of log10 |difference| per step
    pattern: DivergencePattern | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """The verdict on one metric, curve, model or output.

    `name` is that of the metric, model or file; ``exit`` for the end of the program; for printed text the stream
    (``stdout``), for a cell the kind of its output, for a picture its number in the cell (from 1); empty for several
    artifacts or files together. `cell` counts the cells of a notebook from 0. For a number in printed text `label` is
    the words or keys before it, or its row and column in a table; where it has none, `line` is its line (from 1) and
    `column` which number of the line it is (from 1; None for the only one, and for a list). For a published figure
    `label` is the name of our metric where it differs. `run` is the id of the run that it belongs to, where several
    runs were judged; empty for what belongs to the whole program.
    """

    name: str
    kind: ItemKind
    level: Level
    statements: tuple[Statement, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    counts: bool = True  # False: shown, but not part of the overall level (a statement says why)
    cell: int | None = None
    label: str = ""
    line: int | None = None
    column: int | None = None
    run: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The replays of one kind: how many were asked for, ran to the end, failed; and what the group says."""

    kind: ReplayKind
    level: Level
    replays: int
    failed: int
    items: tuple[Item, ...] = ()
    statements: tuple[Statement, ...] = ()


class Basis(str, Enum):
    """What a run was compared with."""

    REPLAYS = "replays"
    PUBLISHED = "published-figures"
    SAVED = "saved-outputs"


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """One of several runs of a program that were judged together.

    `level` is the weakest of its own items; None where it has none that counts. `replays` is the number of replays in
    which it has a counterpart. `by_results` says that nothing but results tells it from other runs of the program, so
    that it was compared as one of a set. `name` is empty where the program gave none.
    """

    run_id: str
    name: str
    parent: str
    level: Level | None
    replays: int
    by_results: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "would we get it again?" for the runs of one program, or for one of them alone.

    `level` is the weakest of the counting items; `statements` must be read with it (bounds, detectable shift, what was
    not compared), the first of them is the headline; `needed` is the number of replays that would decide an
    inconclusive one. Where `basis` is not `replays`, the one group holds what was compared, and no replay. `run_id` is
    the run that the replays are stored with. `runs` are all that were judged; empty where it is `run_id` alone.
    """

    run_id: str
    level: Level
    groups: tuple[Group, ...]
    statements: tuple[Statement, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    needed: int | None = None
    basis: Basis = Basis.REPLAYS
    runs: tuple[JudgedRun, ...] = ()

    @property
    def exit_code(self) -> int:
        """Exit code of the command that prints this; 4 where nothing could be compared."""
        nothing = any(
            s.code is StatementCode.NOTHING_TO_COMPARE for said in self.statements[:1] for s in (said, *said.parts)
        )
        return NOTHING_TO_LOOK_AT if nothing else self.level.exit_code
