"""A bisection: which of the changes between the record of a run and today makes its replay differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

FORMAT = "bis.bisection"
VERSION = 1


class ChangeKind(str, Enum):
    """What kind of thing is not as it was recorded."""

    PACKAGE = "package"
    PYTHON = "python"
    VARIABLE = "variable"
    THREADS = "threads"  # a variable that sets a number of threads
    HASH_SEED = "hash-seed"
    CPU = "cpu"  # a variable that has a library take the kernels of another processor


@dataclass(frozen=True, slots=True)
class SettingChange:
    """Something that is not here as it was recorded; None means that it was, or is, not there or not set."""

    kind: ChangeKind
    name: str
    recorded: str | None
    today: str | None

    @property
    def key(self) -> str:
        """What it is called in trials: ``package:numpy``."""
        return f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True)
class NotVaried:
    """A difference that no replay can have one way or the other.

    `why` is ``from-folder`` (a package whose source is a folder, which no index has), ``not-recorded``, ``cannot-be-
    emulated`` (of the processor) or ``not-asked`` (``--only``), or ``recorded-unavailable`` (a package whose recorded
    version cannot be installed: all trials have today's).
    """

    change: SettingChange
    why: str


class TrialAnswer(str, Enum):
    """What the replays with one set of changes say."""

    SAME = "same"  # as the record
    DIFFERS = "differs"
    UNRESOLVED = "unresolved"  # it cannot be built, the program fails in another way, or the replays leave it open


@dataclass(frozen=True, slots=True)
class BisectionTrial:
    """Replays with some of the changes, everything else as recorded.

    `environment` names the built environment, empty for the one that bis runs in. `reason` is why it is unresolved:
    ``build`` or ``failed``, with `detail`, or ``open`` (the replays do not decide).
    """

    changed: tuple[str, ...]
    answer: TrialAnswer
    replays: int = 0
    environment: str = ""
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CauseSet:
    """A set of changes that makes the replay differ, and no part of which does.

    `minimal` says that every part of it was tried and is as the record; else it is minimal among what could be run.
    `alone` is the answer with these changes and everything else as recorded; `as_today` whether that gives today's
    results bit for bit (None: not compared). `without` is the answer of today's set-up with these, and the sets found
    before, taken back to the recorded; `taken_back_too` are changes that had to be taken back with them.
    """

    changes: tuple[SettingChange, ...]
    minimal: bool
    alone: TrialAnswer
    without: TrialAnswer
    as_today: bool | None = None
    taken_back_too: tuple[SettingChange, ...] = ()


class BisectionOutcome(str, Enum):
    """What was found."""

    FOUND = "found"  # and with all that was found taken back, today's replay is as the record
    FOUND_IN_PART = "found-in-part"  # the check in the other direction leaves something open, or the budget ended
    NOTHING_CHANGED = "nothing-changed"
    SAME_TODAY = "same-today"
    NOT_SEEN = "not-seen"  # beyond noise
    RECORDED_DIFFERS = "recorded-differs"  # even with everything as recorded
    NOT_IN_VERSIONS = "not-in-versions"  # the same versions, installed anew, give what was recorded
    RECORDED_FAILS = "recorded-fails"
    OPEN = "open"  # the budget ended, or what could be run does not decide


@dataclass(frozen=True, slots=True)
class Bisection:
    """The result of ``bis bisect``.

    `changes` were candidates, `not_varied` are other differences. `watched` names the results that differ today, whose
    bits decide (`noisy`: their distribution, at the family-wise error `error_level`). `left` are the candidates among
    which there is one of the cause, where that was not found. `environments` is the number of different package sets
    in the trials, `built` how many of them had to be built, `replays` how many were made, `kept` how many earlier ones
    were used. `budget_ended` says that it would go on. `unrecorded` are facts of the record that are partial or
    uncontrolled.
    """

    run_id: str
    outcome: BisectionOutcome
    changes: tuple[SettingChange, ...] = ()
    not_varied: tuple[NotVaried, ...] = ()
    causes: tuple[CauseSet, ...] = ()
    left: tuple[SettingChange, ...] = ()
    watched: tuple[str, ...] = ()
    trials: tuple[BisectionTrial, ...] = ()
    noisy: bool = False
    error_level: float | None = None
    environments: int = 0
    built: int = 0
    replays: int = 0
    kept: int = 0
    budget_ended: bool = False
    unrecorded: tuple[str, ...] = ()
    duration_s: float = 0.0
    version: int = field(default=VERSION)

    @property
    def exit_code(self) -> int:
        """Exit code of the command that prints this."""
        return _EXIT_CODES[self.outcome]


_EXIT_CODES = {
    BisectionOutcome.FOUND: 1,
    BisectionOutcome.FOUND_IN_PART: 1,
    BisectionOutcome.NOTHING_CHANGED: 4,
    BisectionOutcome.SAME_TODAY: 0,
    BisectionOutcome.NOT_SEEN: 5,
    BisectionOutcome.RECORDED_DIFFERS: 1,
    BisectionOutcome.NOT_IN_VERSIONS: 1,
    BisectionOutcome.RECORDED_FAILS: 3,
    BisectionOutcome.OPEN: 5,
}
