"""What a campaign counts: trials, each with what it was, how to repeat it, and what did not hold."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. `seed` repeats it (``KIND:GROUP:INDEX``); `breaches` are what did not hold, empty where all did.

    `count` is larger than 1 where one line stands for many trials that held.
    """

    kind: str
    seed: str
    what: str = ""
    breaches: tuple[str, ...] = ()
    count: int = 1

    def line(self) -> str:
        """As a line of JSON."""
        return json.dumps(asdict(self))


def trial_of(line: str) -> Trial:
    """A trial from its line."""
    found = json.loads(line)
    return Trial(**{**found, "breaches": tuple(found["breaches"])})


@dataclass(slots=True)
class Tally:
    """The trials of one kind, from one call of the campaign: how many, those that did not hold, between which groups.

    `date` is when, `seconds` how long it took, `processor_s` how much of a processor; `skipped` why nothing was tried.
    """

    kind: str
    date: str = ""
    tried: int = 0
    failed: list[Trial] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    seconds: float = 0.0
    processor_s: float = 0.0
    skipped: str = ""

    @property
    def held(self) -> int:
        """How many held."""
        return self.tried - len(self.failed)

    def overlaps(self, other: Tally) -> bool:
        """Whether a group may be in both."""
        if None in {self.first, self.last, other.first, other.last}:
            return False
        return self.first <= other.last and other.first <= self.last  # type: ignore[operator]  # none is None

    def add(self, trial: Trial) -> None:
        """Count a trial."""
        self.tried += trial.count
        group = int(trial.seed.split(":")[1])
        self.first = group if self.first is None else min(self.first, group)
        self.last = group if self.last is None else max(self.last, group)
        if trial.breaches:
            self.failed.append(trial)

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=1)


def tally_of(text: str) -> Tally:
    """A tally from its text."""
    found = json.loads(text)
    return Tally(**{**found, "failed": [trial_of(json.dumps(t)) for t in found["failed"]]})
