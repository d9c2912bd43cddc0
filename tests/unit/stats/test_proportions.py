"""Intervals of shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from bis.stats.proportions import wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_it_was_published(k: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, score method (Wilson).

    doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E
    """
    bounds = wilson(k, n)
    assert (round(bounds.low, 4), round(bounds.high, 4)) == (low, high)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_agrees_with_statsmodels(counts: tuple[int, int], confidence: float) -> None:
    """Another library's bounds; they lie in [0, 1] around the share."""
    k, n = counts
    ours = wilson(k, n, confidence=confidence)
    low, high = proportion_confint(k, n, alpha=1 - confidence, method="wilson")
    assert (ours.low, ours.high) == pytest.approx((0.0 if k == 0 else low, 1.0 if k == n else high), abs=1e-9)
    assert 0.0 <= ours.low <= k / n <= ours.high <= 1.0


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_solves_the_score_equation(counts: tuple[int, int]) -> None:
    """At a bound inside (0, 1), the share is 1.96 standard errors away; successes and failures mirror each other."""
    k, n = counts
    z = stats.norm.ppf(0.975)
    for bound in (wilson(k, n).low, wilson(k, n).high):
        if 0 < bound < 1:
            assert abs(k / n - bound) == pytest.approx(z * (bound * (1 - bound) / n) ** 0.5, rel=1e-6)
    mirrored = wilson(n - k, n)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((wilson(k, n).low, wilson(k, n).high), abs=1e-12)


@pytest.mark.parametrize(("n", "lowest", "mean"), [(10, 0.83, 0.94), (50, 0.83, 0.945), (250, 0.83, 0.948)])
def test_wilson_covers_what_it_says_on_average(n: int, lowest: float, mean: float) -> None:
    """Exact coverage, by enumeration of all counts, over a grid of probabilities: 95 % on average, not for each."""
    bounds = [wilson(k, n) for k in range(n + 1)]
    grid = [(i + 0.5) / 500 for i in range(500)]
    coverage = [
        sum(p for k, p in enumerate(stats.binom.pmf(range(n + 1), n, q)) if bounds[k].low <= q <= bounds[k].high)
        for q in grid
    ]
    assert min(coverage) >= lowest
    assert mean <= sum(coverage) / len(coverage) <= 0.96


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_wilson_refuses_impossible_counts(k: int, n: int) -> None:
    """Counts outside 0..n, or no trial."""
    with pytest.raises(ValueError, match="need 0 <= successes <= n"):
        wilson(k, n)
    with pytest.raises(ValueError, match="confidence"):
        wilson(1, 2, confidence=1.0)
