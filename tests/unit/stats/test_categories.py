"""Categories of outcomes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.binomial import clopper_pearson
from bis.stats.categories import Category, categorise, category_test

outcomes = st.one_of(st.none(), st.floats())


@pytest.mark.parametrize(
    ("value", "category"),
    [(1.0, "ok"), (-0.0, "ok"), (math.nan, "nan"), (math.inf, "+inf"), (-math.inf, "-inf"), (None, "crash")],
)
def test_five_categories(value: float | None, category: str) -> None:
    """A number, NaN, two infinities, a crash."""
    assert categorise(value).value == category


@pytest.mark.parametrize(
    ("original", "replays", "consistent"),
    [
        (math.nan, [1.0, math.nan, 2.0], True),
        (math.nan, [1.0, None, 2.0], False),
        (None, [None, None], True),
        (math.inf, [-math.inf] * 3, False),
    ],
)
def test_failed_original_is_consistent_where_its_category_occurs(
    original: float | None, replays: list[float | None], consistent: bool
) -> None:
    """One occurrence suffices, and another kind of failure does not."""
    assert category_test(original, replays).consistent is consistent


def test_good_original_among_failures() -> None:
    """2 of 4 replays fail: p = (2 + 1) / 5, failure rate with its interval, numeric tests on the other two."""
    test = category_test(0.9, [0.91, None, 0.89, math.nan])
    assert (test.category, test.same, test.failed, test.p_value) == (Category.OK, 2, 2, 0.6)
    assert test.numeric == (0, 2)
    assert test.failure_rate == clopper_pearson(2, 4)
    assert test.consistent


@pytest.mark.parametrize(("n", "consistent"), [(3, True), (18, True), (19, False)])
def test_good_original_among_failures_only(n: int, consistent: bool) -> None:
    """Refuted from 19 replays on, where the rank p-value reaches .05."""
    test = category_test(0.9, [None] * n)
    assert test.p_value == 1 / (n + 1)
    assert test.consistent is consistent
    assert test.numeric == ()


@given(outcomes, st.lists(outcomes, min_size=1, max_size=25))
def test_counts_hold_together(original: float | None, replays: list[float | None]) -> None:
    """Failed and numeric replays are all replays; p is in (0, 1]; the interval holds the observed share."""
    test = category_test(original, replays)
    assert test.failed + len(test.numeric) == test.n == len(replays)
    assert 0.0 < test.p_value <= 1.0
    assert test.probability.contains(test.same / test.n)
    assert all(math.isfinite(value) for i in test.numeric if (value := replays[i]) is not None)


def test_no_replay_is_no_test() -> None:
    """At least one."""
    with pytest.raises(ValueError, match="at least one replay"):
        category_test(1.0, [])
