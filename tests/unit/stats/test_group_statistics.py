"""A metric by group over runs that exist."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bis.stats.group_statistics import GroupedRun, group_statistics


def runs(group: str, values: list[float], seeds: list[str] | None = None) -> list[GroupedRun]:
    """Runs of a group, with or without seeds."""
    names: list[str | None] = list(seeds) if seeds is not None else [None] * len(values)
    return [GroupedRun(group, value, seed) for value, seed in zip(values, names, strict=True)]


def test_groups_and_holm() -> None:
    """Mean, sd, interval of each, Welch's test of each pair, and Holm's adjustment over all pairs."""
    rng = np.random.default_rng(0)
    values = {name: (shift + rng.standard_normal(6)).tolist() for name, shift in (("a", 0), ("b", 1), ("c", 4))}
    found = group_statistics(run for name, sample in values.items() for run in runs(name, sample))
    assert [group.group for group in found.groups] == ["a", "b", "c"]
    for group in found.groups:
        sample = values[group.group]
        bounds = stats.ttest_1samp(sample, 0).confidence_interval()
        assert (group.mean, group.sd) == pytest.approx((np.mean(sample), np.std(sample, ddof=1)))
        assert group.interval is not None
        assert (group.interval.low, group.interval.high) == pytest.approx((bounds.low, bounds.high))
        assert (group.low, group.high, group.n) == (min(sample), max(sample), 6)
    pairs = list(itertools.combinations("abc", 2))
    assert [(pair.first, pair.second) for pair in found.pairs] == pairs
    p_values = [stats.ttest_ind(values[x], values[y], equal_var=False).pvalue for x, y in pairs]
    assert [pair.p_value for pair in found.pairs] == pytest.approx(p_values)
    assert [pair.adjusted for pair in found.pairs] == pytest.approx(multipletests(p_values, method="holm")[1])


def test_matching_seeds_are_pairs() -> None:
    """In whatever order they come."""
    a, b = [0.91, 0.95, 0.93, 0.90], [0.93, 0.96, 0.955, 0.915]
    found = group_statistics(runs("a", a, list("1234")) + runs("b", b[::-1], list("4321")))
    (pair,) = found.pairs
    assert (pair.paired, pair.matched) == (True, 4)
    assert pair.p_value == pytest.approx(stats.ttest_rel(b, a).pvalue)


@pytest.mark.parametrize(("seeds", "paired"), [("12", False), ("123", True), ("12345", True), ("1xyzuvw", False)])
def test_too_few_matches_are_no_pairs(seeds: str, *, paired: bool) -> None:
    """Three at least, and half of the smaller group."""
    rng = np.random.default_rng(1)
    found = group_statistics(
        runs("a", rng.random(7).tolist(), list("1234567")) + runs("b", rng.random(len(seeds)).tolist(), list(seeds))
    )
    assert found.pairs[0].paired is paired
    assert found.pairs[0].means is not None


def test_runs_without_seeds_match_nothing() -> None:
    """Two runs of which nothing is known have no counterpart."""
    found = group_statistics(runs("a", [1.0, 2.0, 3.0]) + runs("b", [1.0, 2.0, 4.0]))
    assert (found.pairs[0].paired, found.pairs[0].matched) == (False, 0)


def test_runs_of_one_seed_count_once() -> None:
    """They are no independent draws: five runs of seed 42 say what one says."""
    found = group_statistics(runs("a", [0.9, 0.9, 0.9, 0.92, 0.9], ["42"] * 5) + runs("b", [0.8, 0.7], ["1", "2"]))
    a = found.groups[0]
    assert (a.runs, a.repeated, a.n) == (5, 4, 1)
    assert a.mean == pytest.approx(0.904)
    assert (a.sd, a.interval) == (None, None)
    assert found.pairs[0].means is None


def test_a_group_of_one() -> None:
    """A value, no spread, no comparison."""
    found = group_statistics(runs("a", [0.9]) + runs("b", [0.8, 0.7, 0.75]))
    assert (found.groups[0].mean, found.groups[0].sd, found.groups[0].interval) == (0.9, None, None)
    assert (found.pairs[0].means, found.pairs[0].p_value, found.pairs[0].adjusted) == (None, None, None)


def test_failed_runs_are_counted_and_left_out() -> None:
    """NaN and infinities; a group of nothing else has no mean."""
    found = group_statistics(runs("a", [0.9, math.nan, 0.8, math.inf]) + runs("b", [math.nan]))
    a, b = found.groups
    assert (a.runs, a.failed, a.n) == (4, 2, 2)
    assert a.mean == pytest.approx(0.85)
    assert (b.runs, b.failed, b.n, b.mean, b.low) == (1, 1, 0, None, None)


def test_constant_groups() -> None:
    """A standard deviation of zero, no interval; two of them have no p-value, and take no part in Holm's adjustment."""
    found = group_statistics(
        runs("a", [0.9] * 3) + runs("b", [0.8] * 3) + runs("c", [0.1, 0.2, 0.3]) + runs("d", [0.4, 0.5, 0.61])
    )
    assert (found.groups[0].sd, found.groups[0].interval, found.groups[0].mean) == (0.0, None, 0.9)
    first = found.pairs[0]
    assert first.means is not None
    assert first.means.difference == pytest.approx(-0.1)
    assert (first.p_value, first.adjusted) == (None, None)
    tested = [pair for pair in found.pairs if pair.p_value is not None]
    assert len(tested) == 5
    smallest = min(tested, key=lambda pair: pair.p_value or 0.0)
    assert smallest.adjusted == pytest.approx(5 * (smallest.p_value or 0.0))


@pytest.mark.parametrize("members", [[], runs("a", [0.9, 0.8])])
def test_nothing_to_compare(members: list[GroupedRun]) -> None:
    """No group, or one."""
    assert group_statistics(members).pairs == ()


def test_confidence_is_a_fraction() -> None:
    """Nothing else."""
    with pytest.raises(ValueError, match="confidence"):
        group_statistics([], confidence=95)
