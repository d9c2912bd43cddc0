"""Effects of a changed environment on runs that are otherwise the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bis.stats.paired_effect import PairedOutcome, paired_effect
from bis.stats.variance_shares import VariancePart

NAN = math.nan


def test_identical_runs() -> None:
    """Bit for bit: no test, no interval, a share of zero that needs none."""
    effect = paired_effect([0.9, 0.8], [0.9, 0.8], variance=0.01)
    assert effect.outcome is PairedOutcome.IDENTICAL
    assert (effect.pairs, effect.finite, effect.identical) == (2, 2, 2)
    assert (effect.difference, effect.interval, effect.test) == (0.0, None, None)
    assert effect.variance_share == VariancePart(0.0, None)


def test_the_same_nan_is_identical_and_another_zero_is_not() -> None:
    """Bits decide, not numbers."""
    assert paired_effect([0.9, NAN], [0.9, NAN]).outcome is PairedOutcome.IDENTICAL
    effect = paired_effect([0.0, 0.9], [-0.0, 0.9])
    assert effect.outcome is PairedOutcome.EQUAL_WHERE_FINITE
    assert effect.identical == 1


def test_one_bit_is_a_difference() -> None:
    """Found, and as small as it is."""
    after = np.nextafter([0.9, 0.8, 0.7], 1.0)
    effect = paired_effect([0.9, 0.8, 0.7], after)
    assert effect.identical == 0
    assert effect.difference == pytest.approx(1.1e-16, abs=1e-16)


def test_scattered_differences() -> None:
    """Mean, t interval, exact test, distance and equivalent share."""
    before = np.array([0.90, 0.92, 0.91, 0.93, 0.89, 0.95, 0.94])
    after = before + np.array([0.01, 0.02, 0.0, 0.03, 0.01, 0.02, 0.01])
    effect = paired_effect(before, after, margin=0.05, variance=0.02**2)
    expected = stats.ttest_rel(after, before)
    bounds = expected.confidence_interval(0.95)
    assert effect.outcome is PairedOutcome.DIFFERENT
    assert effect.difference == pytest.approx(0.1 / 7)
    assert effect.interval is not None
    assert (effect.interval.low, effect.interval.high) == pytest.approx((bounds.low, bounds.high))
    assert effect.test is not None
    assert effect.test.p_value == 2 * 2 / 2**7  # one difference is 0: its sign does not matter
    assert effect.distance == pytest.approx(math.sqrt(0.002 / 7))
    assert effect.equivalence is not None
    assert effect.equivalence.p_value < 0.05
    assert effect.variance_share is not None
    assert effect.variance_share.value == pytest.approx(0.002 / 7 / (2 * 0.02**2))
    assert effect.variance_share.interval is not None
    assert effect.variance_share.interval.contains(effect.variance_share.value)


def test_the_same_shift_everywhere() -> None:
    """But for rounding: how far it holds for other runs, these pairs do not tell."""
    effect = paired_effect([0.90, 0.92, 0.71], [0.91, 0.93, 0.72], margin=0.02, variance=1.0)
    assert effect.outcome is PairedOutcome.SAME_SHIFT
    assert effect.difference == pytest.approx(0.01)
    assert (effect.interval, effect.equivalence) == (None, None)
    assert effect.test is not None
    assert effect.test.p_value == 0.25
    assert effect.variance_share is not None
    assert effect.variance_share.interval is None


def test_one_pair() -> None:
    """A difference and nothing else."""
    effect = paired_effect([0.90], [0.95], margin=0.1)
    assert effect.outcome is PairedOutcome.ONE_PAIR
    assert effect.difference == pytest.approx(0.05)
    assert (effect.interval, effect.test, effect.equivalence) == (None, None, None)


@pytest.mark.parametrize("broken", [NAN, math.inf, -math.inf])
def test_runs_that_are_finite_on_one_side(broken: float) -> None:
    """They are counted and tested as failures, and enter no mean."""
    before, after = np.array([0.9] * 8), np.array([broken] * 6 + [0.9, 0.9])
    effect = paired_effect(before, after)
    assert effect.outcome is PairedOutcome.EQUAL_WHERE_FINITE
    assert (effect.lost, effect.gained, effect.finite, effect.identical) == (6, 0, 2, 2)
    assert effect.p_failures == pytest.approx(2 / 2**6)
    back = paired_effect(after, before)
    assert (back.lost, back.gained, back.p_failures) == (0, 6, effect.p_failures)


def test_crashes() -> None:
    """What stands in the place of a run that failed is not read; pairs that fail on both sides say nothing."""
    missing = [[False, True], [True, True], [False, False]]
    effect = paired_effect([0.9, 0.1, 0.8], [0.9, 0.2, 0.8], missing=missing)
    assert effect.outcome is PairedOutcome.EQUAL_WHERE_FINITE
    assert (effect.lost, effect.gained, effect.finite, effect.identical) == (1, 0, 1, 1)
    both = paired_effect([0.1, 0.8], [0.2, 0.8], missing=missing[1:])
    assert both.outcome is PairedOutcome.IDENTICAL


@pytest.mark.parametrize(
    ("before", "after", "missing"), [([NAN], [0.5], None), ([], [], None), ([0.5], [0.5], [[True, True]])]
)
def test_no_pair(before: list[float], after: list[float], missing: list[list[bool]] | None) -> None:
    """Nothing to compare."""
    effect = paired_effect(before, after, missing=missing)
    assert effect.outcome is PairedOutcome.NO_PAIR
    assert (effect.difference, effect.distance, effect.variance_share) == (None, None, None)


def test_vectors() -> None:
    """A size and a share, no mean difference; one component that is NaN makes the run no number."""
    rng = np.random.default_rng(2)
    before = rng.random((8, 5))
    after = before + 0.01 * rng.standard_normal((8, 5)) + 0.01
    after[3, 2] = NAN
    effect = paired_effect(before, after, variance=0.1)
    squares = ((after - before)[[0, 1, 2, 4, 5, 6, 7]] ** 2).sum(axis=1)
    assert effect.outcome is PairedOutcome.DIFFERENT
    assert (effect.finite, effect.lost) == (7, 1)
    assert (effect.difference, effect.interval) == (None, None)
    assert effect.distance == pytest.approx(math.sqrt(squares.mean()))
    assert effect.variance_share is not None
    assert effect.variance_share.value == pytest.approx(squares.mean() / 0.2)
    assert effect.test is not None


def test_many_pairs_use_the_generator() -> None:
    """Above 16."""
    rng = np.random.default_rng(0)
    before = rng.random(30)
    effect = paired_effect(before, before + rng.random(30), rng=rng)
    assert effect.test is not None
    assert not effect.test.exact


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variance": 0.0}, "variance must be"),
        ({"variance": NAN}, "variance must be"),
        ({"margin": 0.0}, "margin must be"),
        ({"confidence": 1.0}, "confidence"),
        ({"missing": [[False]]}, "missing must have"),
    ],
)
def test_what_makes_no_sense(options: dict[str, object], message: str) -> None:
    """Each is refused by name."""
    with pytest.raises(ValueError, match=message):
        paired_effect([1.0, 2.0, 3.0], [1.0, 2.5, 3.7], **options)  # type: ignore[arg-type] # that is the test


def test_shapes_must_agree() -> None:
    """And a margin is for scalars."""
    with pytest.raises(ValueError, match="one shape"):
        paired_effect([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="for scalars"):
        paired_effect([[1.0, 2.0]], [[1.0, 2.0]], margin=1.0)
