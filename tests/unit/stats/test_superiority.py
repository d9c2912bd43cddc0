"""Whether one experiment is better than another."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bis.stats.mean_power import detectable_difference, replays_to_detect
from bis.stats.samples import compare_samples
from bis.stats.sign_flips import sign_flip_test
from bis.stats.superiority import Conclusion, superiority

NAN = math.nan


def test_independent_runs() -> None:
    """Every figure is that of the function it comes from."""
    rng = np.random.default_rng(4)
    a, b = 0.9 + 0.01 * rng.standard_normal(8), 0.92 + 0.01 * rng.standard_normal(8)
    found = superiority(a, b, paired=False, margin=0.05)
    compared = compare_samples(b, a)
    assert found.difference == pytest.approx(b.mean() - a.mean())
    assert found.interval == compared.interval
    assert (found.p_value, found.p_permutation) == pytest.approx((compared.p_value, compared.p_permutation))
    assert found.spread == pytest.approx(math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))
    assert found.spread is not None
    assert found.difference is not None
    assert found.detectable == pytest.approx(found.spread * detectable_difference(8, second=8))
    assert found.needed == replays_to_detect(found.difference / found.spread, paired=False)
    assert found.better is not None
    assert found.better.value == pytest.approx(stats.mannwhitneyu(b, a).statistic / 64)
    assert found.equivalence is not None
    assert found.needed_for_equivalence is not None
    assert (found.first, found.second, found.p_failures) == (8, 8, 1.0)


def test_pairs() -> None:
    """What pairs share cancels: a difference that independent runs could not show."""
    rng = np.random.default_rng(0)
    common = rng.standard_normal(8)
    a, b = common, common + 0.1 + 0.05 * rng.standard_normal(8)
    found = superiority(a, b, paired=True)
    assert found.conclusion is Conclusion.BETTER
    assert found.p_permutation == sign_flip_test(b - a).p_value
    assert found.p_value == pytest.approx(stats.ttest_rel(b, a).pvalue)
    assert superiority(a, b, paired=False).conclusion is Conclusion.UNDECIDED


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize(("larger", "conclusion"), [(True, Conclusion.BETTER), (False, Conclusion.WORSE)])
def test_direction(conclusion: Conclusion, *, paired: bool, larger: bool) -> None:
    """A larger loss is worse; exchanged experiments exchange the conclusion."""
    a, b = np.arange(8.0), np.arange(8.0) + np.tile([9.0, 10.0], 4)
    assert superiority(a, b, paired=paired, larger_is_better=larger).conclusion is conclusion
    assert superiority(b, a, paired=paired, larger_is_better=not larger).conclusion is conclusion


@pytest.mark.parametrize("paired", [True, False])
def test_equivalence_needs_a_margin(*, paired: bool) -> None:
    """With it "no difference that matters" is a conclusion, without it only "undecided"."""
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 12))
    options = {"paired": paired, "rng": rng}
    assert superiority(a, b, **options).conclusion is Conclusion.UNDECIDED  # type: ignore[arg-type] # both are known
    equivalent = superiority(a, b, margin=2.0, **options)  # type: ignore[arg-type] # both are known
    assert equivalent.conclusion is Conclusion.EQUIVALENT
    assert superiority(a, b, margin=0.1, **options).conclusion is Conclusion.UNDECIDED  # type: ignore[arg-type] # as above


def test_a_difference_that_is_too_small_to_matter() -> None:
    """Certain, and within the margin: equivalent; the difference stays visible."""
    a = np.linspace(0, 1, 8)
    found = superiority(a, a + 0.1 + np.linspace(0, 1e-3, 8), paired=True, margin=0.5)
    assert found.conclusion is Conclusion.EQUIVALENT
    assert found.p_permutation == 2 / 2**8


@pytest.mark.parametrize(("n", "paired"), [(5, True), (3, False), (2, False), (1, False), (1, True)])
def test_too_few_runs_to_show_anything(n: int, *, paired: bool) -> None:
    """However far apart they are: no pattern is rare enough."""
    found = superiority(np.arange(n), 100.0 + np.arange(n) ** 2, paired=paired)
    assert found.conclusion is Conclusion.TOO_FEW
    assert found.difference is not None
    assert found.smallest is not None
    assert found.smallest > 0.05


def test_one_run_of_each_has_no_interval() -> None:
    """A difference, and nothing invented."""
    found = superiority([0.9], [0.95], paired=False)
    assert (found.interval, found.spread, found.p_value, found.p_permutation) == (None, None, None, None)
    assert (found.detectable, found.needed) == (None, None)
    assert found.difference == pytest.approx(0.05)


@pytest.mark.parametrize("paired", [True, False])
def test_identical_experiments(*, paired: bool) -> None:
    """Deterministic programs with one result."""
    found = superiority([0.9] * 6, [0.9] * 6, paired=paired, margin=0.1)
    assert found.conclusion is Conclusion.IDENTICAL
    assert (found.difference, found.interval) == (0.0, None)


def test_pairs_that_are_equal_one_by_one() -> None:
    """They scatter, but not between the two."""
    assert superiority([0.9, 0.8, 0.7], [0.9, 0.8, 0.7], paired=True).conclusion is Conclusion.IDENTICAL
    assert superiority([0.9, 0.8, 0.7], [0.9, 0.8, 0.7], paired=False).conclusion is Conclusion.TOO_FEW


def test_rounding_is_no_difference() -> None:
    """.1 + .2 and .3, eight times: not "better"."""
    assert superiority([0.1 + 0.2] * 8, [0.3] * 8, paired=False).conclusion is Conclusion.IDENTICAL
    assert superiority([0.1 + 0.2] * 8, [0.3] * 8, paired=True).conclusion is Conclusion.IDENTICAL


@pytest.mark.parametrize(
    ("margin", "conclusion"), [(None, Conclusion.BETTER), (0.05, Conclusion.BETTER), (0.2, Conclusion.EQUIVALENT)]
)
@pytest.mark.parametrize("paired", [True, False])
def test_deterministic_programs_that_differ(margin: float | None, conclusion: Conclusion, *, paired: bool) -> None:
    """No scatter: the exact test still decides, given enough runs; intervals are not invented."""
    found = superiority([0.8] * 6, [0.9] * 6, paired=paired, margin=margin)
    assert found.conclusion is conclusion
    assert (found.interval, found.p_value, found.needed) == (None, None, None)
    assert superiority([0.8] * 3, [0.9] * 3, paired=paired, margin=margin).conclusion is Conclusion.TOO_FEW


@pytest.mark.parametrize("broken", [NAN, math.inf])
def test_failed_runs(broken: float) -> None:
    """Counted, compared by an exact test of their own, and in no mean."""
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((2, 10))
    b[:7] = broken
    found = superiority(a, b, paired=False)
    assert (found.first, found.second, found.first_failed, found.second_failed) == (10, 3, 0, 7)
    assert found.p_failures == pytest.approx(stats.fisher_exact([[10, 0], [3, 7]]).pvalue)
    assert found.conclusion is Conclusion.FAILURES_DIFFER
    pairs = superiority(a, b, paired=True)
    assert pairs.conclusion is Conclusion.FAILURES_DIFFER
    assert (pairs.first, pairs.second) == (3, 3)
    assert pairs.p_failures == pytest.approx(2 / 2**7)


def test_equal_values_with_failures_are_not_identical() -> None:
    """One crash among six says too little to be a difference, and too much for "identical"."""
    found = superiority([0.9] * 6, [0.9] * 5 + [NAN], paired=False)
    assert found.conclusion is Conclusion.UNDECIDED
    assert found.p_failures == 1.0


@pytest.mark.parametrize(("a", "b"), [([NAN], [1.0]), ([], [1.0]), ([], [])])
def test_no_run(a: list[float], b: list[float]) -> None:
    """One of the two has nothing to show."""
    found = superiority(a, b, paired=False)
    assert found.conclusion is Conclusion.NO_RUN
    assert (found.difference, found.better) == (None, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": 0.0}, "margin"),
        ({"margin": NAN}, "margin"),
        ({"confidence": 0.5}, "confidence"),
        ({"confidence": 1.0}, "confidence"),
    ],
)
def test_what_makes_no_sense(options: dict[str, float], message: str) -> None:
    """Each is refused by name."""
    with pytest.raises(ValueError, match=message):
        superiority([1.0, 2.0], [1.0, 2.0], paired=False, **options)  # type: ignore[arg-type] # that is the test


def test_pairs_have_one_length() -> None:
    """And samples one axis."""
    with pytest.raises(ValueError, match="one length"):
        superiority([1.0, 2.0], [1.0], paired=True)
    with pytest.raises(ValueError, match="one axis"):
        superiority([[1.0]], [[1.0]], paired=False)
