"""How the replays of an explanation are made: through a campaign on an executor, each kept as it comes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bis._explain.trial import Trial, trial_of
from bis._replay.campaign import campaign
from bis._replay.prepare import Prepared
from bis._replay.starts import Starts
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.tolerances import Tolerances
from bis.model.progress import SILENT, Observer
from bis.model.start import Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.variation import Variation
    from bis.model.verdict import Outcome

Place = tuple[int, int, int]


class Replayer(Protocol):
    """Makes replays of one run."""

    def __call__(
        self,
        asked: Sequence[tuple[Place, Variation]],
        *,
        keep: Callable[[Trial], None],
        go_on: Callable[[], bool],
        cold: bool = False,
    ) -> None:
        """Replay with each variation; `keep` gets what came of each, `go_on` is asked before each whether to go on.

        With `cold`, each starts an interpreter of its own, whatever is known of warm ones.
        """
        ...


@dataclass(slots=True)
class CountedReplayer:
    """A replayer that counts what it makes: `made` replays, of which `failed` did not end well."""

    replayer: Replayer
    made: int = 0
    failed: int = 0

    def __call__(
        self,
        asked: Sequence[tuple[Place, Variation]],
        *,
        keep: Callable[[Trial], None],
        go_on: Callable[[], bool],
        cold: bool = False,
    ) -> None:
        """Replay with each variation, and count."""

        def counting(trial: Trial) -> None:
            self.made += 1
            self.failed += trial.failure is not None
            keep(trial)

        self.replayer(asked, keep=counting, go_on=go_on, cold=cold)


@dataclass(frozen=True, slots=True)
class GoOn:
    """A stopping rule of a campaign that does not look at results."""

    go_on: Callable[[], bool]

    def next(self, outcomes_so_far: Sequence[Outcome]) -> bool:
        """Whether to go on."""
        del outcomes_so_far
        return self.go_on()

    def needed(self, outcomes_so_far: Sequence[Outcome]) -> int:
        """Not known: 0 once it is to stop, else 1."""
        return int(self.next(outcomes_so_far))


@dataclass(frozen=True, slots=True)
class CampaignReplayer:
    """Replays of a prepared run on an executor, `at_once` at a time.

    `session` and `tolerances` say which of several runs of the program is explained, and which metrics are results.
    `starts` knows of all replays whether they may be warm.
    """

    prepared: Prepared
    session: OriginalSession
    tolerances: Tolerances
    executor: Executor
    starts: Starts
    at_once: int = 1
    observer: Observer = SILENT

    def __call__(
        self,
        asked: Sequence[tuple[Place, Variation]],
        *,
        keep: Callable[[Trial], None],
        go_on: Callable[[], bool],
        cold: bool = False,
    ) -> None:
        """Replay with each variation."""

        def sink(outcome: Outcome) -> Outcome:
            keep(trial_of(outcome, self.session, self.tolerances, place=asked[outcome.index][0]))
            return outcome

        campaign(
            self.prepared,
            [variation for _, variation in asked],
            executor=self.executor,
            stopping=GoOn(go_on),
            sink=sink,
            observer=self.observer,
            at_once=self.at_once,
            starts=Starts(Start.COLD) if cold else self.starts,
        )
