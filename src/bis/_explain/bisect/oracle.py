"""The oracle: what the replays with a set of changes say, by their bits, or by statistics where replays are noisy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from bis._explain.bisect.trial_reading import EXIT, TrialReading, differs, value_of
from bis._explain.bisect.trials import Unbuildable
from bis.model.bisection import BisectionTrial, TrialAnswer
from bis.stats.rank_sum import rank_sum_p_value, smallest_p_value

if TYPE_CHECKING:
    from collections.abc import Collection

Replays = Callable[[int], Sequence[TrialReading]]  # at least so many replays of one trial
LOOKS = 3
TO_BE_SURE = 3  # replays that must agree where bits decide that something is a cause, or that nothing differs
_REFERENCES = 16
_GROWTH = 1.5  # from one look to the next


class NoiseSeen(Exception):
    """Raised where two replays of one trial do not agree on bits; never reaches a user."""


@dataclass(frozen=True, slots=True)
class TrialDecision:
    """The answer of a rule, by how many replays; `reason` and `detail` as in `BisectionTrial`."""

    answer: TrialAnswer
    replays: int
    reason: str = ""
    detail: str = ""


class ReplaySource(Protocol):
    """Makes replays with a set of changes, or has made them."""

    def readings(
        self, changed: Collection[str], count: int, *, built: bool = False
    ) -> tuple[Sequence[TrialReading], str]:
        """At least so many replays, and the name of their environment; see `bis._explain.bisect.trials.Trials`."""
        ...


class TrialRule(Protocol):
    """Decides what the replays of one trial say."""

    def decide(self, replays: Replays) -> TrialDecision:
        """Ask for as many replays as it needs, and decide."""
        ...


@dataclass(frozen=True, slots=True)
class BitRule:
    """Replays have the bits of the record in all watched results, or not; one replay decides.

    `failure` is how replays end that differ, where it is the end that is watched. A replay that ends in another way is
    made once more before it counts as that: a machine may have been short of something.
    """

    watched: Sequence[str]
    failure: str = ""
    replays: int = 1

    def decide(self, replays: Replays) -> TrialDecision:
        """Decide by the replays.

        Raises
        ------
        NoiseSeen
            They do not agree.
        """
        made = list(replays(self.replays))
        if not any(map(self._says_something, made)):
            made = list(replays(len(made) + 1))
        telling = [r for r in made if self._says_something(r)]
        if not telling:
            return TrialDecision(TrialAnswer.UNRESOLVED, len(made), "failed", _ended(made[-1]))
        found = {self._differs(r) for r in telling}
        if len(found) > 1:
            raise NoiseSeen
        return TrialDecision(TrialAnswer.DIFFERS if found.pop() else TrialAnswer.SAME, len(made))

    def _says_something(self, reading: TrialReading) -> bool:
        return not reading.failure or (EXIT in self.watched and reading.failure == self.failure)

    def _differs(self, reading: TrialReading) -> bool:
        return bool(reading.failure) if EXIT in self.watched else differs(reading, self.watched)


@dataclass(frozen=True, slots=True)
class NoisePlan:
    """How many replays noisy results need, so that all tests of a bisection together keep their error.

    Parameters
    ----------
    tests : int
        The most trials that are decided.
    results : int
        How many results may be watched.
    error : float
        The probability that any trial without an effect is said to differ, or any with today's to be the same.
    """

    tests: int
    results: int = 1
    error: float = 0.05

    @property
    def level(self) -> float:
        """For one comparison: each trial is compared with two references at each look, in each result."""
        return self.error / (self.tests * self.results * LOOKS * 2)

    @property
    def references(self) -> int:
        """How many replays as recorded, and how many as today."""
        n = _REFERENCES
        while smallest_p_value(n, n) > self.level:
            n += 4
        return n

    @property
    def looks(self) -> tuple[int, ...]:
        """After how many replays a trial is looked at."""
        n = self.references
        first = next(k for k in range(2, n + 1) if smallest_p_value(n, k) <= self.level)
        return tuple(math.ceil(first * _GROWTH**i) for i in range(LOOKS))


def trials_planned(changes: int) -> int:
    """The most trials that a search among so many changes decides: enough for three changes that matter together."""
    return 4 * math.ceil(math.log2(changes + 1)) + 8


@dataclass(slots=True)
class NoiseRule:
    """Replays are from the distribution of those as recorded, or from another one.

    A trial is compared with the replays as recorded and with those as today, by rank-sum tests at a few looks. It
    differs where one of the watched results is not from the recorded distribution; it is the same where none is from
    today's and nothing speaks against the recorded one. Both errors are those of an exact test. An effect that is much
    smaller than today's can be passed over.

    Parameters
    ----------
    recorded, today : mapping of str to sequence of float
        The values of the watched results in the replays as recorded, and as today.
    plan : NoisePlan
        The error of each comparison, and the looks.
    """

    recorded: Mapping[str, Sequence[float]]
    today: Mapping[str, Sequence[float]]
    plan: NoisePlan
    originals: Mapping[str, str] = field(default_factory=dict)
    decided: int = 0

    def decide(self, replays: Replays) -> TrialDecision:
        """Decide by as few replays as do."""
        if self.decided >= self.plan.tests:
            return TrialDecision(TrialAnswer.UNRESOLVED, 0, "open")
        self.decided += 1
        made: Sequence[TrialReading] = ()
        for look in self.plan.looks:
            made = replays(look)
            failed = [r for r in made if r.failure]
            if 2 * len(failed) >= len(made):
                return TrialDecision(TrialAnswer.UNRESOLVED, len(made), "failed", _ended(failed[-1]))
            # All that were made before this look, and no more: the level is for looks at these numbers.
            answer = self._compared([r for r in made[:look] if not r.failure])
            if answer is not TrialAnswer.UNRESOLVED:
                return TrialDecision(answer, look)
        return TrialDecision(TrialAnswer.UNRESOLVED, len(made), "open")

    def _compared(self, readings: Sequence[TrialReading]) -> TrialAnswer:
        of_today = []
        for key, recorded in self.recorded.items():
            found = (value_of(r, key, self.originals.get(key, "")) for r in readings)
            values = [v for v in found if v is not None]
            if len(values) < 2:
                return TrialAnswer.UNRESOLVED
            if rank_sum_p_value(values, recorded) <= self.plan.level:
                return TrialAnswer.DIFFERS
            of_today.append(rank_sum_p_value(values, self.today[key]) > self.plan.level)
        return TrialAnswer.UNRESOLVED if any(of_today) else TrialAnswer.SAME


class Oracle:
    """Answers for sets of changes, and keeps the trials that it made.

    `unavailable` are the changes whose packages cannot be installed.
    """

    def __init__(self, trials: ReplaySource, rule: TrialRule) -> None:
        self._trials = trials
        self.rule = rule
        self.made: dict[tuple[frozenset[str], bool], BisectionTrial] = {}
        self.unavailable: set[str] = set()

    def __call__(self, changed: frozenset[str], *, built: bool = False) -> TrialAnswer:
        """The answer; with `built`, where today's packages are installed anew, too."""
        trial = self._trial(changed, self.rule, built=built)
        self.made[changed, built] = trial
        return trial.answer

    def answer(self, changed: frozenset[str]) -> TrialAnswer:
        """The answer, which is not asked for again where it was given before."""
        trial = self.made.get((changed, False))
        return self(changed) if trial is None else trial.answer

    def confirm(self, changed: frozenset[str]) -> None:
        """Make as many more replays of a trial that one replay has decided as show that it was no chance.

        Raises
        ------
        NoiseSeen
            It does not agree.
        """
        trial = self.made.get((changed, False))
        if not isinstance(self.rule, BitRule) or trial is None or trial.replays >= TO_BE_SURE:
            return
        self.made[changed, False] = self._trial(changed, replace(self.rule, replays=TO_BE_SURE), built=False)

    def _trial(self, changed: frozenset[str], rule: TrialRule, *, built: bool) -> BisectionTrial:
        names = tuple(sorted(changed))
        environment = ""

        def replays(count: int) -> Sequence[TrialReading]:
            nonlocal environment
            made, environment = self._trials.readings(changed, count, built=built)
            return made

        try:
            found = rule.decide(replays)
        except Unbuildable as error:
            if error.culprit in changed:
                self.unavailable.add(error.culprit)
            return BisectionTrial(names, TrialAnswer.UNRESOLVED, 0, environment, "build", error.message)
        return BisectionTrial(names, found.answer, found.replays, environment, found.reason, found.detail)


def _ended(reading: TrialReading) -> str:
    return f"{reading.failure}: {reading.detail}" if reading.detail else reading.failure
