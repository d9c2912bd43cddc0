"""What replays of one trial say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bis._explain.bisect.oracle import BitRule, NoisePlan, NoiseRule, NoiseSeen, Oracle, trials_planned
from bis.model.bisection import TrialAnswer
from bis.stats.rank_sum import smallest_p_value
from tests.unit._explain.bisect.fake_source import FakeSource, key, reading, unbuildable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bis._explain.bisect.trial_reading import TrialReading

KEY = "|metric|score"


def replays(*made: TrialReading) -> Callable[[int], Sequence[TrialReading]]:
    """A trial whose replays are these."""
    return lambda count: made[: max(count, 1)] if len(made) >= count else made


def test_one_replay_decides_by_bits() -> None:
    """As the record, or not."""
    rule = BitRule((KEY,))
    assert rule.decide(replays(reading(0.5))).answer is TrialAnswer.SAME
    assert rule.decide(replays(reading(0.5000000000000001))).answer is TrialAnswer.DIFFERS


def test_a_failure_counts_when_it_happens_twice() -> None:
    """A machine may have been short of something."""
    failed = reading(0.0, failure="killed")
    assert BitRule((KEY,)).decide(replays(failed, reading(0.5))).answer is TrialAnswer.SAME
    twice = BitRule((KEY,)).decide(replays(failed, failed))
    assert (twice.answer, twice.reason, twice.detail) == (TrialAnswer.UNRESOLVED, "failed", "killed: said why")


def test_replays_that_do_not_agree() -> None:
    """Are noise, which bits cannot judge."""
    with pytest.raises(NoiseSeen):
        BitRule((KEY,), replays=2).decide(replays(reading(0.5), reading(0.6)))


def test_the_level_covers_all_comparisons() -> None:
    """And both references and the first look are as large as it takes to reach it."""
    for results in (1, 5, 40):
        plan = NoisePlan(trials_planned(32), results)
        assert plan.level * plan.tests * results * len(plan.looks) * 2 == pytest.approx(0.05)
        assert smallest_p_value(plan.references, plan.looks[0]) <= plan.level
        assert list(plan.looks) == sorted(plan.looks)


def test_errors_under_noise() -> None:
    """A trial without an effect that is said to differ, and one with today's that is said to be the same: rare.

    Each decision may err with the share of one trial, which is far below 1 %; with a shift of three standard deviations
    nearly all are decided.
    """
    rng = np.random.default_rng(4)
    plan = NoisePlan(trials_planned(32))
    answers: dict[bool, list[TrialAnswer]] = {False: [], True: []}
    for _ in range(150):
        recorded, today = rng.normal(size=plan.references), rng.normal(3.0, size=plan.references)
        rule = NoiseRule({KEY: recorded.tolist()}, {KEY: today.tolist()}, plan)
        for effect, found in answers.items():
            made = [reading(float(v)) for v in rng.normal(3.0 * effect, size=plan.looks[-1])]
            found.append(rule.decide(replays(*made)).answer)
    assert TrialAnswer.DIFFERS not in answers[False]
    assert TrialAnswer.SAME not in answers[True]
    assert answers[False].count(TrialAnswer.SAME) >= 140
    assert answers[True].count(TrialAnswer.DIFFERS) >= 140


def test_no_more_trials_than_the_error_allows() -> None:
    """Beyond the number that the level was made for, nothing is decided."""
    plan = NoisePlan(1)
    rule = NoiseRule({KEY: [0.0] * 16}, {KEY: [9.0 + i for i in range(16)]}, plan)
    made = [reading(20.0 + i) for i in range(40)]
    assert rule.decide(replays(*made)).answer is TrialAnswer.DIFFERS
    assert rule.decide(replays(*made)).reason == "open"


def test_noisy_replays_that_fail() -> None:
    """Half of them failed: no answer."""
    rule = NoiseRule({KEY: [0.0] * 16}, {KEY: [9.0] * 16}, NoisePlan(20))
    made = [reading(0.0, failure="exception OSError")] * 40
    assert rule.decide(replays(*made)).reason == "failed"


def test_what_cannot_be_built_is_known_from_then_on() -> None:
    """Where it is one of the changes of the trial."""

    def world(have: frozenset[str]) -> TrialReading:
        if have:
            raise unbuildable(3)
        return reading(0.5)

    oracle = Oracle(FakeSource(world), BitRule((KEY,)))
    assert oracle(frozenset({key(3), key(4)})) is TrialAnswer.UNRESOLVED
    assert oracle.unavailable == {key(3)}
    oracle(frozenset({key(4)}))
    assert oracle.unavailable == {key(3)}
    assert [t.reason for t in oracle.made.values()] == ["build", "build"]


def test_answers_are_confirmed_by_three_replays() -> None:
    """Those that one replay gave."""
    source = FakeSource(lambda have: reading(0.5 + len(have)))
    oracle = Oracle(source, BitRule((KEY,)))
    changed = frozenset({key(1)})
    assert oracle.answer(changed) is oracle.answer(changed) is TrialAnswer.DIFFERS
    assert source.replays == 1
    oracle.confirm(changed)
    assert (source.replays, oracle.made[changed, False].replays) == (3, 3)
