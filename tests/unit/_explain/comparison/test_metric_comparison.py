"""Metrics of two runs: what is shown, what could have been noticed, and what would decide."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bis._explain.comparison.metric_comparison import ComparisonQuestion, compare_metrics, least_attainable
from bis.model.comparison import Direction, MetricResult
from bis.stats.mean_power import detectable_difference

RNG = np.random.default_rng(11)
LOW, HIGH = RNG.normal(0.80, 0.01, 8), RNG.normal(0.85, 0.01, 8)
APART, PAIRED = ComparisonQuestion(paired=False), ComparisonQuestion(paired=True)


def test_a_difference_is_shown_with_its_interval_and_direction() -> None:
    """B less A; which of them is better is said only where the user has said what better is."""
    (found,) = compare_metrics({"acc": LOW}, {"acc": HIGH}, APART)
    assert found.result is MetricResult.B_HIGHER
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.05 < found.high
    assert found.superiority == 1.0
    assert (found.better, found.needed) == ("", None)
    for direction, better in ((Direction.HIGHER, "B"), (Direction.LOWER, "A")):
        (one,) = compare_metrics(
            {"acc": LOW}, {"acc": HIGH}, ComparisonQuestion(paired=False, directions={"acc": direction})
        )
        assert one.better == better
    (turned,) = compare_metrics({"acc": HIGH}, {"acc": LOW}, APART)
    assert turned.result is MetricResult.A_HIGHER
    assert turned.difference == -(found.difference or 0.0)


def test_no_difference_comes_with_the_shift_that_would_have_been_noticed() -> None:
    """In the unit of the metric, at the level that the metric is tested at; and with the number that would decide."""
    (found,) = compare_metrics({"acc": LOW}, {"acc": LOW[::-1] + 0.002}, APART)
    assert found.result is MetricResult.OPEN
    assert found.sd_a is not None
    assert found.detectable_shift == pytest.approx(found.sd_a * detectable_difference(8, second=8))
    assert found.needed is not None
    assert found.needed > 50
    both = compare_metrics({"acc": LOW, "f1": HIGH}, {"acc": LOW[::-1] + 0.002, "f1": HIGH[::-1]}, APART)
    assert both[0].detectable_shift == pytest.approx(found.sd_a * detectable_difference(8, second=8, alpha=0.025))


def test_pairs_see_what_is_hidden_in_the_noise_that_both_share() -> None:
    """Of 8 pairs with a common part, a small shift is shown; the same values apart do not show it."""
    common = RNG.normal(0, 1, 8)
    a, b = common + RNG.normal(0, 0.01, 8), common + RNG.normal(0.05, 0.01, 8)
    assert compare_metrics({"x": a}, {"x": b}, PAIRED)[0].result is MetricResult.B_HIGHER
    assert compare_metrics({"x": a}, {"x": b}, APART)[0].result is MetricResult.OPEN


def test_equal_pairs_are_the_same() -> None:
    """Two identical programs: each pair has one value, whatever it is."""
    (found,) = compare_metrics({"x": LOW}, {"x": LOW}, PAIRED)
    assert (found.result, found.difference, found.exact) == (MetricResult.SAME, 0.0, False)


def test_without_randomness_the_difference_is_exact() -> None:
    """No statistics: no p-value, no interval, no probability; it decides by itself, or by the margin."""
    exact = ComparisonQuestion(paired=False, no_randomness=True)
    (found,) = compare_metrics({"x": [1.0, 1.0]}, {"x": [1.5, 1.5]}, exact)
    assert (found.result, found.exact, found.difference) == (MetricResult.B_HIGHER, True, 0.5)
    assert (found.p_value, found.p_adjusted, found.superiority, found.low) == (None, None, None, None)
    assert compare_metrics({"x": [1.0]}, {"x": [1.0]}, exact)[0].result is MetricResult.SAME
    within = ComparisonQuestion(paired=False, no_randomness=True, margins={"x": 1.0})
    assert compare_metrics({"x": [1.0]}, {"x": [1.5]}, within)[0].result is MetricResult.EQUIVALENT


def test_equivalence_needs_a_margin_and_a_test() -> None:
    """A wide margin is passed, a narrow one is not, and without one nothing is called equivalent."""
    wide, narrow = (ComparisonQuestion(paired=False, margins={"x": m}) for m in (0.05, 0.001))
    other = LOW[::-1] + 0.0001
    assert compare_metrics({"x": LOW}, {"x": other}, wide)[0].result is MetricResult.EQUIVALENT
    (found,) = compare_metrics({"x": LOW}, {"x": other}, narrow)
    assert found.result is MetricResult.OPEN
    assert found.equivalence_p is not None
    assert found.equivalence_p > 0.05


def test_many_metrics_are_corrected_and_a_primary_one_keeps_half_the_error() -> None:
    """Holm over all; the primary comes first."""
    a = {f"m{i}": LOW for i in range(10)} | {"main": LOW}
    b = {f"m{i}": LOW[::-1] for i in range(10)} | {"main": LOW + RNG.normal(0.012, 0.008, 8)}
    together = {m.name: m for m in compare_metrics(a, b, APART)}
    declared = compare_metrics(a, b, ComparisonQuestion(paired=False, primary="main"))
    assert declared[0].name == "main"
    assert declared[0].primary
    p = declared[0].p_value
    assert p is not None
    assert declared[0].p_adjusted == pytest.approx(min(1.0, 2 * p))
    assert together["main"].p_adjusted == pytest.approx(min(1.0, 11 * p))
    with pytest.raises(ValueError, match="not among"):
        compare_metrics(a, b, ComparisonQuestion(paired=False, primary="absent"))


def test_values_that_are_not_finite_are_left_out_and_counted() -> None:
    """Of pairs with their partner; where nothing is left, nothing is compared."""
    a = [math.nan, 1.0, 2.0, 3.0, math.inf]
    b = [1.0, 1.1, 2.1, 3.2, 1.0]
    (found,) = compare_metrics({"x": a}, {"x": b}, PAIRED)
    assert (found.left_out_a, found.left_out_b) == (2, 0)
    assert found.mean_b == pytest.approx((1.1 + 2.1 + 3.2) / 3)
    (none,) = compare_metrics({"x": [math.nan]}, {"x": [1.0]}, APART)
    assert (none.result, none.difference) == (MetricResult.NOT_COMPARABLE, None)


def test_few_replays_cannot_decide_whatever_they_are() -> None:
    """The smallest corrected p-value that is possible says so beforehand."""
    metrics = compare_metrics(dict.fromkeys("abc", LOW[:4]), dict.fromkeys("abc", HIGH[:4]), APART)
    assert all(m.result is MetricResult.OPEN for m in metrics)
    assert least_attainable(metrics, paired=False) == pytest.approx(3 * 2 / 70)
    (single,) = compare_metrics({"a": [1.0]}, {"a": [2.0]}, APART)
    assert (single.result, single.p_adjusted) == (MetricResult.OPEN, None)
    assert least_attainable([single], paired=False) is None


def test_only_shared_metrics_are_compared() -> None:
    """In the order of their names."""
    found = compare_metrics({"b": LOW, "a": LOW, "c": LOW}, {"a": HIGH, "b": HIGH, "d": HIGH}, APART)
    assert [m.name for m in found] == ["a", "b"]
