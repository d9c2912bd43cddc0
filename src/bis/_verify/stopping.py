"""When to stop replaying (``--until-decided``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bis._verify.case import Case
from bis._verify.ending import of_kind
from bis._verify.exact.exact_replays import judge_exact
from bis._verify.fresh.fresh_replays import decisive_metrics, judge_fresh
from bis._verify.fresh.optional_stopping import most_replays
from bis.model.verdict import Level, Outcome, ReplayKind
from bis.stats.sequential import CERTIFYING_REPLAYS, Decision, exact_replay_decision

if TYPE_CHECKING:
    from collections.abc import Sequence


def fresh_budget(alpha: float) -> int:
    """The number of fresh replays by which `FreshStopping` has decided at level `alpha`, whatever metrics decide."""
    return max(most_replays(alpha=alpha, metrics=metrics) for metrics in (1, 2))


class Stopping(Protocol):
    """A rule that says after each replay whether another one is needed."""

    def next(self, outcomes_so_far: Sequence[Outcome]) -> bool:
        """Whether to go on."""
        ...

    def needed(self, outcomes_so_far: Sequence[Outcome]) -> int:
        """The number of further replays that decides at the latest; 0 once it is decided."""
        ...


@dataclass(frozen=True, slots=True)
class ExactStopping:
    """Exact replays: stop at the first that is not within tolerance of the original, else after `replays`.

    One mismatch refutes "deterministic" already. 3 replays is the default, 10 suits continuous integration, 29
    certify P(identical) >= 0.90 with 95 % confidence.
    """

    case: Case
    replays: int = CERTIFYING_REPLAYS["default"]

    def next(self, outcomes_so_far: Sequence[Outcome]) -> bool:
        """Whether to go on."""
        return self.needed(outcomes_so_far) > 0

    def needed(self, outcomes_so_far: Sequence[Outcome]) -> int:
        """The number of further replays that decides at the latest; 0 once it is decided."""
        exact = of_kind(outcomes_so_far, ReplayKind.EXACT)
        alike = [judge_exact(self.case, [o]).level.rank <= Level.NUMERICAL.rank for o in exact]
        decision = exact_replay_decision(alike, replays=self.replays)
        return self.replays - len(exact) if decision is Decision.CONTINUE else 0


@dataclass(frozen=True, slots=True)
class FreshStopping:
    """Fresh replays: until the sequential tests of the decisive metrics have ended, or `budget` replays are made.

    The verdict must then be judged with ``sequential=True``: the tests for a fixed number of replays would reject
    too often after such a stop.
    """

    case: Case
    original_root: str | None = None
    budget: int | None = None

    def next(self, outcomes_so_far: Sequence[Outcome]) -> bool:
        """Whether to go on."""
        made = len(of_kind(outcomes_so_far, ReplayKind.FRESH))
        return self.needed(outcomes_so_far) > 0 and (self.budget is None or made < self.budget)

    def needed(self, outcomes_so_far: Sequence[Outcome]) -> int:
        """The number of further replays that decides at the latest; 0 once it is decided."""
        fresh = of_kind(outcomes_so_far, ReplayKind.FRESH)
        most = most_replays(alpha=self.case.tolerances.alpha, metrics=len(decisive_metrics(self.case, sequential=True)))
        if not fresh:
            return most
        judged = judge_fresh(self.case, fresh, original_root=self.original_root, sequential=True)
        if judged.group.level is not Level.INCONCLUSIVE:
            return 0
        # Below 3 replays the tests have not started: the latest end is counted from their own limit then.
        return max(judged.needed, most - len(fresh)) if judged.needed else 0
