"""When to stop."""

from __future__ import annotations

from bis._verify.case import Case
from bis._verify.judgement import judge
from bis._verify.stopping import ExactStopping, FreshStopping
from bis._verify.tolerances import Tolerances
from bis.model.verdict import Level

from .runs import drawn, exact, fresh, outputs

CASE = Case(outputs({"m": 0.5}), Tolerances())


def test_exact_replays_stop_at_the_first_mismatch() -> None:
    """Matches go on to the number asked for; a mismatch ends it."""
    rule = ExactStopping(CASE, 3)
    same, other = outputs({"m": 0.5}), outputs({"m": 0.75})
    assert [rule.needed(exact(*[same] * n)) for n in range(4)] == [3, 2, 1, 0]
    assert not rule.next(exact(same, other))
    assert rule.next(exact(same))


def test_fresh_replays_stop_when_decided() -> None:
    """Replays are drawn until one is as extreme as the original; then the verdict is statistical."""
    runs = drawn(23, seed=4)
    case = Case(runs[0], Tolerances())
    rule = FreshStopping(case)
    made = 0
    while rule.next(fresh(*runs[1 : made + 1])):
        made += 1
    assert 4 <= made <= 22
    verdict = judge(runs[0], fresh(*runs[1 : made + 1]), Tolerances(), sequential=True)
    assert verdict.level is Level.STATISTICAL
    assert rule.needed(fresh(*runs[1 : made + 1])) == 0


def test_a_far_original_takes_all_replays() -> None:
    """No replay as extreme in 22: divergent."""
    far = outputs({"score": 50.0})
    runs = drawn(22)
    rule = FreshStopping(Case(far, Tolerances()))
    assert rule.needed([]) == 22
    assert rule.needed(fresh(*runs[:10])) == 12
    assert not rule.next(fresh(*runs))
    assert judge(far, fresh(*runs), Tolerances(), sequential=True).level is Level.DIVERGENT


def test_a_budget_ends_it_undecided() -> None:
    """Out of budget is inconclusive, with the number that would decide."""
    far = outputs({"score": 50.0})
    runs = fresh(*drawn(10))
    assert not FreshStopping(Case(far, Tolerances()), budget=10).next(runs)
    verdict = judge(far, runs, Tolerances(), sequential=True)
    assert (verdict.level, verdict.needed) == (Level.INCONCLUSIVE, 12)
