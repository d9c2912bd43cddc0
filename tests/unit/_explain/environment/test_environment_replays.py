"""Replays for environment settings that an interrupted explanation goes on with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bis._explain.design import BlockDesign
from bis._explain.environment.environment_replays import KeptReplays, NotAlikeError
from bis._explain.trial_journal import ENVIRONMENT, TrialJournal, opened_journal
from bis.model.facets import Failure
from bis.model.variation import Variation
from tests.unit._explain.environment.outcomes import curve, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bis._explain.environment.environment_replays import Keep
    from bis.model.verdict import Outcome

A, B = (Variation(root * 32) for root in ("aa", "bb"))


class Program:
    """Replays that give a number for each root; with the replays that were made, and `after` so many an interrupt."""

    def __init__(self, *, today: float = 0.0, noise: float = 0.0, after: int = 1000, stage: str = "") -> None:
        self.today = today
        self.noise = noise
        self.after = after
        self.stage = stage
        self.made: list[Variation] = []

    def __call__(self, variations: Sequence[Variation], keep: Keep) -> None:
        """Make them."""
        for place, variation in enumerate(variations):
            if len(self.made) == self.after:
                raise KeyboardInterrupt
            self.made.append(variation)
            keep(place, self.result(variation))

    def result(self, variation: Variation) -> Outcome:
        """What one gives."""
        value = int((variation.root or "00")[:2], 16) + self.today + self.noise * len(self.made)
        failure = Failure(self.stage, "it failed", traceback="Traceback: …") if self.stage else None
        return outcome(curve("acc", value), failure=failure)


@contextmanager
def journal_in(home: Path) -> Iterator[TrialJournal]:
    """The journal of an explanation that has begun."""
    with opened_journal(home, "key") as journal:
        if journal.design is None:
            journal.begin(BlockDesign("cd" * 32))
        yield journal


def replays(journal: TrialJournal, program: Program) -> KeptReplays:
    """Those of a program."""
    return KeptReplays(program, journal, redact=lambda text: text.replace("it failed", "[redacted]"))


def values(found: Sequence[Outcome]) -> list[float]:
    """What they gave."""
    return [o.outputs.metrics[0].final for o in found if o.outputs is not None]


def test_what_was_made_before_an_interrupt_is_not_made_again(tmp_path: Path) -> None:
    """Each is kept as it ends, whatever part of a line a kill has left; equal ones are as many as are asked for."""
    with journal_in(tmp_path) as journal, pytest.raises(KeyboardInterrupt):
        replays(journal, Program(after=2))([A, A, B])
    path = next(tmp_path.rglob(ENVIRONMENT))
    path.write_bytes(path.read_bytes() + b'{"key": "cut of')
    later = Program()
    with journal_in(tmp_path) as journal:
        again = replays(journal, later)
        assert values(again([A, A, B])) == [170.0, 170.0, 187.0]
        assert (later.made, again.used) == ([A, B], 2)  # the first one once more, to see whether it is still the same
        assert values(again([A, B])) == [170.0, 187.0]
        assert later.made == [A, B, A, B]
    with journal_in(tmp_path) as journal:
        assert values(replays(journal, Program(after=0))([A, A, B])) == [170.0, 170.0, 187.0]


def test_roots_are_the_same_where_it_goes_on(tmp_path: Path) -> None:
    """Else its pairs would not be pairs; another explanation has others."""
    with journal_in(tmp_path) as journal:
        first = replays(journal, Program())
        roots = [first.source(label)(8) for label in ("pairs", "threads=1")]
        assert roots[0] != roots[1]
    with journal_in(tmp_path) as journal:
        again = replays(journal, Program())
        assert [again.source(label)(8) for label in ("pairs", "threads=1")] == roots
        again.begin_again()
        assert again.source("pairs")(8) != roots[0]


def test_replays_of_another_day_are_not_compared_with_those_of_today(tmp_path: Path) -> None:
    """Where the same gives something else than it gave, all is made again; where it always does, nothing is known."""
    for noise, expected in ((0.0, NotAlikeError), (1.0, None)):
        home = tmp_path / str(noise)
        with journal_in(home) as journal:
            replays(journal, Program(noise=noise))([A, A])
        with journal_in(home) as journal:
            again = replays(journal, Program(today=5.0, noise=noise))
            again([A, A])
            if expected is None:
                again([B])
                continue
            with pytest.raises(expected):
                again([B])
            again.begin_again()
            assert values(again([A, A, B])) == [175.0, 175.0, 192.0]
            assert again.used == 0


@pytest.mark.parametrize(("stage", "kept"), [("exception", 2), ("killed", 0)])
def test_failures_are_kept_where_they_would_come_again(tmp_path: Path, stage: str, kept: int) -> None:
    """Without tracebacks, and redacted; those for want of memory or time are tried again."""
    with journal_in(tmp_path) as journal:
        replays(journal, Program(stage=stage))([A, B])
        lines = journal.lines(ENVIRONMENT)
        assert len(lines) == 1 + kept
        assert not [line for line in lines if b"Traceback" in line or b"it failed" in line]


def test_an_explanation_that_begins_anew_forgets_them(tmp_path: Path) -> None:
    """They go with its trials."""
    with journal_in(tmp_path) as journal:
        replays(journal, Program())([A])
        journal.begin(BlockDesign("ef" * 32))
        assert journal.lines(ENVIRONMENT) == []
