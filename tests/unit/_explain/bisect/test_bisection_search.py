"""The search, in worlds of 32 packages whose causes are known."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._explain.bisect.bisection_search import BisectionSearch
from bis.errors import EnvironmentBuildError, UsageError
from bis.model.bisection import Bisection, BisectionOutcome, ChangeKind, SettingChange, TrialAnswer
from bis.model.progress import SILENT
from tests.unit._explain.bisect.fake_source import FakeSource, key, packages, reading, unbuildable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bis._explain.bisect.trial_reading import TrialReading
    from bis._explain.bisect.what_changed import Changes

COUNT = 32
CHANGES = packages(COUNT)


def search(source: FakeSource, changes: Changes = CHANGES, metric: str | None = None) -> Bisection:
    """Bisect the world."""
    empty = Bisection("r", BisectionOutcome.NOTHING_CHANGED, changes.candidates)
    return BisectionSearch(source, changes, metric=metric, error=0.05).result(empty, observer=SILENT)


def names(found: Bisection) -> list[list[str]]:
    """Of the changes of each cause."""
    return [[c.name for c in cause.changes] for cause in found.causes]


def differing(*causes: set[int]) -> Callable[[frozenset[str]], TrialReading]:
    """A world that differs where all packages of one of these sets are as today."""

    def world(have: frozenset[str]) -> TrialReading:
        return reading(0.5 + sum(i for i, cause in enumerate(causes, 1) if {key(c) for c in cause} <= have))

    return world


@pytest.mark.parametrize("cause", [0, 13, 31])
def test_one_of_32_in_at_most_8_environments(cause: int) -> None:
    """Found, minimal, and checked in both directions with three replays each."""
    source = FakeSource(differing({cause}))
    found = search(source)
    assert (found.outcome, names(found)) == (BisectionOutcome.FOUND, [[f"p{cause:02}"]])
    (one,) = found.causes
    assert (one.minimal, one.alone, one.without) == (True, TrialAnswer.DIFFERS, TrialAnswer.SAME)
    assert one.as_today is True
    assert source.environments <= 8
    checks = [t for t in found.trials if len(t.changed) in {1, COUNT - 1} and t.replays == 3]
    assert len(checks) >= 2


def test_two_that_matter_only_together() -> None:
    """Both are named, as one cause."""
    found = search(FakeSource(differing({4, 21})))
    assert (found.outcome, names(found)) == (BisectionOutcome.FOUND, [["p04", "p21"]])
    assert found.causes[0].minimal


def test_two_that_matter_each_alone() -> None:
    """As two causes; with both taken back it is as the record."""
    found = search(FakeSource(differing({4}, {21})))
    assert (found.outcome, sorted(names(found))) == (BisectionOutcome.FOUND, [["p04"], ["p21"]])
    assert [c.without for c in found.causes] == [TrialAnswer.DIFFERS, TrialAnswer.SAME]
    assert [c.as_today for c in found.causes] == [False, False]


def test_one_under_noise() -> None:
    """No two replays agree, and the one that shifts them is found by tests; nothing is said of bits."""
    rng = random.Random(3)
    found = search(FakeSource(lambda have: reading(rng.gauss(0.0, 1.0) + 6 * (key(9) in have), original=0.3)))
    assert (found.outcome, names(found)) == (BisectionOutcome.FOUND, [["p09"]])
    assert (found.noisy, found.error_level) == (True, 0.05)
    assert found.causes[0].as_today is None


def test_noise_that_is_rare() -> None:
    """Replays that agree at first, and do not later, are no longer judged by their bits: no wrong cause is found."""
    right = wrong = 0
    for seed in range(40):
        rng = random.Random(seed)

        def world(have: frozenset[str], rng: random.Random = rng) -> TrialReading:
            noise = rng.gauss(0.0, 1.0) if rng.random() < 0.2 else 0.0
            return reading(0.5 + noise + 5 * (key(9) in have))

        found = search(FakeSource(world))
        right += (found.outcome, names(found)) == (BisectionOutcome.FOUND, [["p09"]])
        wrong += found.outcome is BisectionOutcome.FOUND and names(found) != [["p09"]]
    assert right >= 30
    assert wrong <= 2


def test_noise_alone_names_no_cause() -> None:
    """Where today's replays are from the same distribution, nothing is called a cause: at most 5 % of the time."""
    wrong = 0
    for seed in range(40):
        rng = random.Random(seed)

        def world(_have: frozenset[str], rng: random.Random = rng) -> TrialReading:
            return reading(rng.gauss(0.0, 1.0), original=0.3)

        found = search(FakeSource(world))
        wrong += bool(found.causes)
        assert found.outcome in {BisectionOutcome.NOT_SEEN, BisectionOutcome.OPEN, BisectionOutcome.FOUND_IN_PART}
    assert wrong <= 3


def test_mixtures_that_cannot_be_built() -> None:
    """They are gone around, and told."""

    def world(have: frozenset[str]) -> TrialReading:
        if key(3) in have and len(have) < COUNT:
            raise unbuildable(3)
        return reading(0.5 + (key(20) in have))

    found = search(FakeSource(world))
    assert names(found) == [["p20"]]
    assert found.causes[0].without is TrialAnswer.UNRESOLVED
    assert found.outcome is BisectionOutcome.FOUND_IN_PART
    assert {t.reason for t in found.trials if t.answer is TrialAnswer.UNRESOLVED} == {"build"}


def test_ties_are_read_from_what_packages_require() -> None:
    """A pair that only runs together is found as one, in few trials, and it is said that its parts were not tried."""

    def world(have: frozenset[str]) -> TrialReading:
        if (key(8) in have) != (key(26) in have):
            return reading(0.0, failure="exception ImportError")
        return reading(0.5 + (key(26) in have))

    source = FakeSource(world)
    source.needs = ({"p26": ["p08==1"], "p08": ["p26==1"]}, {"p26": ["p08==2"], "p08": ["p26==2"]})
    found = search(source)
    assert names(found) == [["p08", "p26"]]
    assert not found.causes[0].minimal
    assert source.environments <= 11


def test_a_program_that_fails_today() -> None:
    """What makes it fail in that way is the cause; a failure of another kind is no answer."""

    def world(have: frozenset[str]) -> TrialReading:
        if key(7) in have:
            return reading(0.0, failure="exception KeyError")
        return (
            reading(0.0, failure="exception ImportError") if key(12) in have and key(13) not in have else reading(0.5)
        )

    found = search(FakeSource(world))
    assert names(found) == [["p07"]]
    assert found.watched == ("exit",)


def test_nothing_differs_today() -> None:
    """Three replays say so, and no environment is built."""
    source = FakeSource(lambda _: reading(0.5))
    assert search(source).outcome is BisectionOutcome.SAME_TODAY
    assert (source.replays, source.environments) == (3, 0)


def test_the_recorded_environment_differs_as_well() -> None:
    """Something was not recorded: no package is blamed."""
    found = search(FakeSource(lambda have: reading(0.6 + bool(have))))
    assert (found.outcome, found.causes) == (BisectionOutcome.RECORDED_DIFFERS, ())


def test_the_recorded_environment_fails() -> None:
    """There is nothing to compare today with."""
    found = search(FakeSource(lambda have: reading(0.6) if have else reading(0.0, failure="exception OSError")))
    assert found.outcome is BisectionOutcome.RECORDED_FAILS


def test_a_recorded_version_that_is_lost() -> None:
    """It stays as today in all trials, and is said not to be varied."""

    def world(have: frozenset[str]) -> TrialReading:
        if key(3) not in have:
            raise unbuildable(3)
        return reading(0.5 + (key(20) in have))

    found = search(FakeSource(world))
    assert (found.outcome, names(found)) == (BisectionOutcome.FOUND, [["p20"]])
    assert [(n.change.name, n.why) for n in found.not_varied] == [("p03", "recorded-unavailable")]
    assert len(found.changes) == COUNT - 1


def test_an_environment_that_cannot_be_built_at_all() -> None:
    """Is an error that says why."""

    def world(have: frozenset[str]) -> TrialReading:
        if len(have) < COUNT:
            raise unbuildable(77)
        return reading(0.6)

    with pytest.raises(EnvironmentBuildError, match="p77 2 cannot be installed"):
        search(FakeSource(world))


def test_versions_that_are_not_the_cause() -> None:
    """Today's environment differs, and the same versions installed anew do not."""
    calls: list[frozenset[str]] = []

    class Rebuilt(FakeSource):
        def readings(
            self, changed: Collection[str], count: int, *, built: bool = False
        ) -> tuple[Sequence[TrialReading], str]:
            calls.append(frozenset(changed))
            here = len(changed) == COUNT and not built
            return tuple(reading(0.6 if here else 0.5) for _ in range(count)), ""

    found = search(Rebuilt(lambda _: reading(0.5)))
    assert (found.outcome, found.causes) == (BisectionOutcome.NOT_IN_VERSIONS, ())


def test_the_end_of_the_budget() -> None:
    """What is left is told, and with a larger budget the search ends."""
    found = search(FakeSource(differing({13}), budget=8))
    assert (found.outcome, found.budget_ended) == (BisectionOutcome.OPEN, True)
    assert "p13" in {c.name for c in found.left}
    assert len(found.left) <= COUNT // 4


def test_one_failed_replay_is_no_answer() -> None:
    """It is made once more."""
    failed: list[int] = []

    def world(have: frozenset[str]) -> TrialReading:
        if 10 < len(have) < 20 and not failed:
            failed.append(1)
            return reading(0.0, failure="killed")
        return reading(0.5 + (key(9) in have))

    found = search(FakeSource(world))
    assert (failed, found.outcome, names(found)) == ([1], BisectionOutcome.FOUND, [["p09"]])


def test_variables_beside_packages() -> None:
    """All packages as today need no environment: that cut is first, and the variable is found without building one."""
    variable = SettingChange(ChangeKind.VARIABLE, "LR", "0.1", "0.2")
    changes = replace(CHANGES, candidates=(*CHANGES.candidates, variable))
    source = FakeSource(lambda have: reading(0.5 + (variable.key in have)))
    found = search(source, changes)
    assert names(found) == [["LR"]]
    assert len(found.trials) == 2


def test_a_metric_that_is_not_there() -> None:
    """Is refused, with the names of those that are."""
    with pytest.raises(UsageError, match="there are score"):
        search(FakeSource(differing({1})), metric="acc")
