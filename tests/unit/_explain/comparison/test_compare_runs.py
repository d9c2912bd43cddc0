"""What replays of two runs say: exact, in pairs, apart, or nothing; never more than they show."""

from __future__ import annotations

import numpy as np
import pytest

from bis._explain.comparison.compare_runs import ComparisonWishes, compare_runs, judge_two
from bis._replay.planning import ReplayOptions
from bis.errors import UsageError
from bis.model.comparison import ComparisonDesign, Direction, MetricResult, RunComparison
from bis.model.facets import Seed
from bis.model.role import Role
from bis.model.statement import StatementCode
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._explain.comparison.compared_runs import compared, outcome, replayed, request

A, B = compared("a", "acc"), compared("b", "acc")
RANDOM_A, RANDOM_B = (compared(name, "acc", draws={"numpy": 3}) for name in "ab")


def outcomes(values: np.ndarray, *, drawn: bool = True) -> list[Outcome]:
    """A replay for each value of the metric; each draws another split."""
    return [outcome(i, {"acc": v}, drawn={"split": f"d{i}"} if drawn else None) for i, v in enumerate(values)]


def codes(found: RunComparison) -> list[StatementCode]:
    """The codes of its statements."""
    return [s.code for s in found.statements]


def test_a_known_difference_is_found_and_identical_runs_are_not_told_apart() -> None:
    """The second says what it could have noticed, and how many replays would decide; 0 and 5 are the exit codes."""
    rng = np.random.default_rng(3)
    shifted = judge_two(
        RANDOM_A,
        RANDOM_B,
        replayed(outcomes(rng.normal(0.8, 0.01, 8)), outcomes(rng.normal(0.83, 0.01, 8))),
        request(),
        ComparisonWishes(directions={"acc": Direction.HIGHER}),
    )
    (metric,) = shifted.metrics
    assert (metric.result, metric.better, shifted.exit_code) == (MetricResult.B_HIGHER, "B", 0)
    assert shifted.design is ComparisonDesign.UNPAIRED
    alike = judge_two(
        RANDOM_A,
        RANDOM_B,
        replayed(outcomes(rng.normal(0.8, 0.01, 8)), outcomes(rng.normal(0.8, 0.01, 8))),
        request(),
        ComparisonWishes(),
    )
    (metric,) = alike.metrics
    assert (metric.result, alike.exit_code) == (MetricResult.OPEN, 5)
    assert metric.detectable_shift is not None
    assert 0.01 < metric.detectable_shift < 0.025


def test_shared_roles_make_pairs() -> None:
    """A failed replay takes its partner along, and the failure is said."""
    values = np.arange(8.0)
    of_a, of_b = outcomes(values), outcomes(values + 0.1)
    of_a[3] = outcome(3, None)
    found = judge_two(RANDOM_A, RANDOM_B, replayed(of_a, of_b, shared=(Role.SPLIT,)), request(), ComparisonWishes())
    assert (found.design, found.shared) == (ComparisonDesign.PAIRED, (Role.SPLIT,))
    (metric,) = found.metrics
    assert metric.result is MetricResult.B_HIGHER
    assert metric.difference == pytest.approx(0.1)
    assert (found.a.replays, found.a.failed, found.b.replays) == (7, 1, 8)
    assert codes(found) == [StatementCode.COMPARED_FAILURES]


def test_programs_without_randomness_differ_exactly() -> None:
    """No statistics, and it is said for what they hold."""
    same, other = ([outcome(i, {"acc": v}) for i in range(2)] for v in (0.8, 0.9))
    found = judge_two(A, B, replayed(same, other), request(), ComparisonWishes())
    (metric,) = found.metrics
    assert (metric.result, metric.exact, found.exit_code) == (MetricResult.B_HIGHER, True, 0)
    assert codes(found) == [StatementCode.COMPARED_WITHOUT_CHANCE]


@pytest.mark.parametrize("drawn", [True, False])
def test_copies_of_one_result_are_not_taken_for_several(drawn: bool) -> None:
    """A program whose seeds fix everything gives one value: eight copies of it show nothing about another one."""
    seeds = () if drawn else (Seed("random.seed", "1", "a.py", 1),)
    a, b = (compared(name, "acc", draws={"numpy": 3}, seeds=seeds) for name in "ab")
    more = {"split": "the same"} if drawn else {}
    of_a, of_b = ([outcome(i, {"acc": v}, drawn=more) for i in range(8)] for v in (0.8, 0.9))
    found = judge_two(a, b, replayed(of_a, of_b, shared=(Role.SPLIT,) if drawn else ()), request(), ComparisonWishes())
    assert (found.metrics[0].result, found.exit_code) == (MetricResult.OPEN, 5)
    assert codes(found).count(StatementCode.COMPARED_COPIES) == 2
    kept = judge_two(a, b, replayed(of_a, of_b), request(seeds="keep"), ComparisonWishes())
    assert (kept.metrics[0].result, kept.metrics[0].exact) == (MetricResult.B_HIGHER, True)


def test_fresh_replays_that_are_all_alike_are_not_trusted() -> None:
    """They do not say what they drew: of a program that draws, equal results may be copies."""
    of_a, of_b = ([outcome(i, {"acc": v}, kind=ReplayKind.FRESH) for i in range(8)] for v in (0.8, 0.9))
    found = judge_two(RANDOM_A, RANDOM_B, replayed(of_a, of_b, earlier_a=8, earlier_b=8), request(), ComparisonWishes())
    assert found.metrics[0].result is MetricResult.OPEN
    assert StatementCode.EARLIER_LOOKED_AT in codes(found)


def test_drawn_seeds_are_a_named_deviation() -> None:
    """With what was recorded, and why."""
    made = replayed(outcomes(np.arange(4.0)), outcomes(np.arange(4.0) + 1), reseeded=True)
    found = judge_two(RANDOM_A, RANDOM_B, made, request(), ComparisonWishes())
    assert found.reseeded
    assert [d.what for d in found.deviations] == ["seeds"]


def test_metrics_of_one_run_and_those_of_the_machine() -> None:
    """The first are named, the second are compared only where the user named them."""
    a, b = compared("a", "acc", "only", "train_time"), compared("b", "acc", "train_time")
    rows_a = [outcome(i, {"acc": i, "only": 1.0, "train_time": i}, drawn={"split": str(i)}) for i in range(4)]
    rows_b = [outcome(i, {"acc": i + 1.0, "train_time": i}, drawn={"split": str(-i)}) for i in range(4)]
    found = judge_two(a, b, replayed(rows_a, rows_b), request(), ComparisonWishes())
    assert [m.name for m in found.metrics] == ["acc"]
    (said,) = (s for s in found.statements if s.code is StatementCode.METRICS_OF_ONE)
    assert said.figures == {"run": "A", "metrics": ("only",)}
    named = judge_two(a, b, replayed(rows_a, rows_b), request(), ComparisonWishes(margins={"train_time": 1.0}))
    assert [m.name for m in named.metrics] == ["acc", "train_time"]


def test_nothing_in_common_and_nothing_that_ran() -> None:
    """4 and 3 are the exit codes."""
    apart = judge_two(
        compared("a", "x"),
        compared("b", "y"),
        replayed([outcome(0, {"x": 1.0})], [outcome(0, {"y": 1.0})]),
        request(),
        ComparisonWishes(),
    )
    assert (apart.metrics, apart.exit_code) == ((), 4)
    failed = judge_two(A, B, replayed([outcome(0, None)], [outcome(0, {"acc": 1.0})]), request(), ComparisonWishes())
    assert failed.exit_code == 3


def test_a_metric_that_a_run_does_not_have_is_refused_before_anything_runs() -> None:
    """With those that both have."""
    with pytest.raises(UsageError, match="run b has no metric 'f1'") as raised:
        compare_runs(compared("a", "acc", "f1"), B, ReplayOptions(), request(), ComparisonWishes(primary="f1"))
    assert "acc" in (raised.value.hint or "")
