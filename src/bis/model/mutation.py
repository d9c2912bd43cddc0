"""Mutations: changes that a project's own tests ought to notice, and whether they did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bis.model.project_audit import Place
from bis.model.verdict import NOTHING_TO_LOOK_AT, Level

FORMAT = "bis.mutations"
VERSION = 1


class MutationKind(str, Enum):
    """What is changed."""

    SEED = "seed"  # a seed, by one
    STRATIFY = "stratify"  # a stratified split, to a plain one
    PACKAGES = "packages"  # pinned versions of a file, to any


class MutationFate(str, Enum):
    """How the tests ended with the change."""

    KILLED = "killed"  # they failed: it would have been noticed
    TIMED_OUT = "timed-out"  # they did not end in time, which would have been noticed, too
    SURVIVED = "survived"  # they passed


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: `before` becomes `after` at a place; of a file of packages they are the lines that differ."""

    kind: MutationKind
    place: Place
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MutationResult:
    """What became of a mutation. `exit_code` is that of the tests, None where they did not end by themselves."""

    mutation: Mutation
    fate: MutationFate
    exit_code: int | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class MutationReport:
    """Whether a test command notices changes that matter for repeatability.

    `baseline_s` is how long it took without a change. `left_out` is how many mutations were not tried. `flaky` says
    that it failed without any change after all were tried: a failure then does not show that it noticed something.
    """

    command: tuple[str, ...]
    baseline_s: float
    results: tuple[MutationResult, ...] = ()
    left_out: int = 0
    flaky: bool = False

    @property
    def survived(self) -> int:
        """How many were not noticed."""
        return sum(result.fate is MutationFate.SURVIVED for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 where all were noticed, 1 where one was not, 4 where there was none, 5 where the tests are flaky."""
        if not self.results:
            return NOTHING_TO_LOOK_AT
        if self.flaky:
            return Level.INCONCLUSIVE.exit_code
        return Level.DIVERGENT.exit_code if self.survived else 0
