"""How often `bis compare` finds a difference: of the known size as often as computed, and none too often."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bis._explain.comparison.compare_runs import ComparisonWishes, judge_two
from bis.model.comparison import MetricResult
from bis.model.role import Role
from bis.stats.mean_power import mean_power
from tests.unit._explain.comparison.compared_runs import compared, outcome, replayed, request

REPEATS = 150
RUNS = 8
ASK = request()
A, B = (compared(name, "acc", "loss", draws={"numpy": 1}) for name in "ab")


def share_found(shift: float, *, paired: bool) -> float:
    """The share of comparisons of two programs in which any of two metrics is said to differ; only one may."""
    rng = np.random.default_rng([int(10 * shift), paired])
    found = 0
    for _ in range(REPEATS):
        common = rng.normal(0, 5, (RUNS, 1)) if paired else 0.0
        a, b = (common + rng.normal(0, 1, (RUNS, 2)) for _ in "ab")
        b[:, 0] += shift
        sides = [
            [outcome(i, {"acc": row[0], "loss": row[1]}, drawn={"split": f"{i}"}) for i, row in enumerate(side)]
            for side in (a, b)
        ]
        judged = judge_two(A, B, replayed(*sides, shared=(Role.SPLIT,) if paired else ()), ASK, ComparisonWishes())
        wanted = judged.metrics if shift == 0 else judged.metrics[:1]
        found += any(m.result is not MetricResult.OPEN for m in wanted)
    return found / REPEATS


@pytest.mark.parametrize("paired", [False, True])
def test_false_alarms_are_within_the_error_of_all_metrics(paired: bool) -> None:
    """Of two programs that do not differ, at most 5 %, over both metrics together; by three standard errors more."""
    assert share_found(0.0, paired=paired) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / REPEATS)


@pytest.mark.parametrize(("paired", "shift"), [(False, 2.0), (True, 2.5)])
def test_a_known_difference_is_found_as_often_as_computed(paired: bool, shift: float) -> None:
    """The power of the t-test at half the level (two metrics); the permutation test has nearly the same."""
    size = shift / math.sqrt(2) if paired else shift
    power = float(mean_power(size, RUNS, second=None if paired else RUNS, alpha=0.025))
    assert 0.75 < power < 0.98
    error = 3 * math.sqrt(power * (1 - power) / REPEATS)
    assert power - error - 0.05 <= share_found(shift, paired=paired) <= power + error
