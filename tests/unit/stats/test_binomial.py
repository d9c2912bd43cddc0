"""Binomial bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from bis.stats.binomial import clopper_pearson, identical_lower_bound


@pytest.mark.parametrize(
    ("r", "bound"),
    [(1, 0.05), (2, 0.224), (3, 0.368), (5, 0.549), (10, 0.741), (20, 0.861), (29, 0.902), (59, 0.950)],
)
def test_bound_after_r_of_r(r: int, bound: float) -> None:
    """The published table of .05**(1/r)."""
    assert round(identical_lower_bound(r), 3) == bound


def test_no_replay_says_nothing() -> None:
    """Without replays the bound is 0."""
    assert identical_lower_bound(0) == 0.0


@given(st.integers(1, 200), st.floats(0.5, 0.999))
def test_bound_is_the_one_sided_clopper_pearson(r: int, confidence: float) -> None:
    """At the bound, r of r has probability 1 - confidence exactly."""
    bound = identical_lower_bound(r, confidence=confidence)
    assert stats.binom.pmf(r, r, bound) == pytest.approx(1 - confidence, rel=1e-9)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson_agrees_with_statsmodels(counts: tuple[int, int]) -> None:
    """The beta method of another library gives the same bounds."""
    k, n = counts
    ours = clopper_pearson(k, n)
    low, high = proportion_confint(k, n, alpha=0.05, method="beta")
    assert (ours.low, ours.high) == pytest.approx((0.0 if k == 0 else low, 1.0 if k == n else high), abs=1e-10)


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    """Counts outside 0..n, or no trial."""
    with pytest.raises(ValueError, match="need 0 <= successes <= n"):
        clopper_pearson(k, n)


def test_negative_replays_are_refused() -> None:
    """A number of replays is not negative."""
    with pytest.raises(ValueError, match="must not be negative"):
        identical_lower_bound(-1)
