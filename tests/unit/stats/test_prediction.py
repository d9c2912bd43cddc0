"""The prediction-interval test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from bis.stats.prediction import Scale, prediction_half_width, prediction_p_values, prediction_test

values = st.floats(-1e6, 1e6)
samples = st.lists(values, min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("n", "width"),
    [(2, 15.56), (3, 4.97), (4, 3.56), (5, 3.04), (6, 2.78), (8, 2.51), (10, 2.37), (15, 2.22), (20, 2.14), (30, 2.08)],
)
def test_half_width_table(n: int, width: float) -> None:
    """T quantile times sqrt(1 + 1/n), in standard deviations."""
    assert prediction_half_width(n) == pytest.approx(width, abs=0.0051)


def test_half_width_needs_two_replays() -> None:
    """One replay has no standard deviation."""
    with pytest.raises(ValueError, match="at least 2 replays; got 1"):
        prediction_half_width(1)


def test_known_answer() -> None:
    """A case done by hand: mean 3, s = sqrt(2.5), t = 3 / (s sqrt(1.2))."""
    test = prediction_test(6.0, [1, 2, 3, 4, 5])
    assert test.t == pytest.approx(math.sqrt(3.0))
    assert test.p_value == pytest.approx(2 * stats.t.sf(math.sqrt(3.0), 4))
    assert (test.interval.low, test.interval.high) == pytest.approx((3 - 4.809, 3 + 4.809), abs=1e-3)
    assert test.interval.confidence == 0.95


def test_is_the_two_sample_t_test_with_one_value() -> None:
    """With a single value in one arm the pooled t-test is the same test."""
    replays = [0.91, 0.93, 0.92, 0.95, 0.90]
    expected = stats.ttest_ind([0.97], replays, equal_var=True)
    assert prediction_test(0.97, replays).p_value == pytest.approx(expected.pvalue, rel=1e-10)


@given(values, samples)
def test_p_value_and_interval_agree(original: float, replays: list[float]) -> None:
    """P is in [0, 1], and below .05 exactly outside the interval (away from its very bounds)."""
    test = prediction_test(original, replays)
    assert 0.0 <= test.p_value <= 1.0
    assume(abs(test.p_value - 0.05) > 1e-6)
    assume(not test.constant)
    assert (test.p_value < 0.05) == (not test.interval.contains(original))


@given(st.integers(-1000, 1000), st.lists(st.integers(-1000, 1000), min_size=3, max_size=8), st.randoms())
def test_order_of_replays_does_not_matter(original: int, replays: list[int], random: object) -> None:
    """Replays are exchangeable."""
    shuffled = list(replays)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' randoms() is a random.Random
    expected = prediction_test(original, replays).p_value
    assert prediction_test(original, shuffled).p_value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.integers(-100, 100), st.lists(st.integers(-100, 100), min_size=3, max_size=8), st.integers(-900, 900))
def test_unit_of_the_metric_does_not_matter(original: int, replays: list[int], exponent: int) -> None:
    """Scaling by any power of two, down to 1e-270 and up to 1e270, changes nothing at all."""
    factor = 2.0**exponent
    scaled = prediction_test(original * factor, [y * factor for y in replays])
    assert scaled.p_value == prediction_test(original, replays).p_value


@given(samples, st.floats(0, 10), st.floats(0, 10))
@example([0.0, 0.0, 2.225073858507203e-309], 0.0, 2.0)  # replays that differ by a subnormal number
@example([0.0, 0.0, 1e-300], 1e-300, 10.0)
@example([1.5, 1.5, 1.5], 5e-324, 1e-5)
def test_larger_quantum_never_rejects_more(replays: list[float], a: float, b: float) -> None:
    """The floor only widens."""
    low, high = sorted((a, b))
    narrow, wide = (prediction_test(1.5, replays, quantum=q).p_value for q in (low, high))
    assert narrow <= wide + 1e-12


@pytest.mark.parametrize("quantum", [0.0, 1.0])
@pytest.mark.parametrize(
    ("original", "replays"), [(0.0, [1.0, -1.0, 0.0]), (1.7, [-1.0, 0.0, 0.5]), (1.0, [-1.0, -1.0, -1.1])]
)
def test_differences_beyond_the_largest_number(original: float, replays: list[float], quantum: float) -> None:
    """Values whose differences no floating-point number holds are tested as small ones are."""
    huge = prediction_test(original * 1e308, [y * 1e308 for y in replays], quantum=quantum * 1e308)
    small = prediction_test(original, replays, quantum=quantum)
    assert huge.p_value == pytest.approx(small.p_value)
    assert huge.centre == pytest.approx(small.centre * 1e308)


def test_batch_and_single_forms_agree() -> None:
    """The form that is calibrated is the form that is used."""
    rng = np.random.default_rng(0)
    originals, replays = rng.standard_normal(50), rng.standard_normal((50, 7))
    batch = prediction_p_values(originals, replays, quantum=0.3)
    single = [prediction_test(y0, y, quantum=0.3).p_value for y0, y in zip(originals, replays, strict=True)]
    assert batch.tolist() == pytest.approx(single, rel=1e-12)


def test_log_scale_tests_logarithms_and_transforms_back() -> None:
    """Interval and centre of a loss are those of its logarithm, exponentiated."""
    losses = np.array([0.2, 0.25, 0.3, 0.22, 0.27])
    test = prediction_test(0.9, losses, scale=Scale.LOG)
    logs = prediction_test(math.log(0.9), np.log(losses))
    assert test.scale is Scale.LOG
    assert test.p_value == pytest.approx(logs.p_value)
    assert test.centre == pytest.approx(stats.gmean(losses))
    assert (test.interval.low, test.interval.high) == pytest.approx(
        (math.exp(logs.interval.low), math.exp(logs.interval.high))
    )
    assert test.shift(2.0) == pytest.approx(test.centre * (math.exp(2 * test.spread) - 1))


@pytest.mark.parametrize(("original", "replays"), [(0.0, [0.1, 0.2, 0.3]), (0.1, [0.1, 0.0, 0.3]), (-0.1, [0.1] * 3)])
def test_log_scale_falls_back_to_raw(original: float, replays: list[float]) -> None:
    """A zero or negative value has no logarithm; the scale that was used is recorded."""
    test = prediction_test(original, replays, scale=Scale.LOG)
    assert test.scale is Scale.RAW
    assert test.p_value == prediction_test(original, replays).p_value


@pytest.mark.parametrize("scale", list(Scale))
def test_zero_variance_and_equal_original(scale: Scale) -> None:
    """Deterministic given fresh entropy: p = 1, whatever the rounding of a mean."""
    test = prediction_test(0.1, [0.1] * 3, scale=scale)
    assert (test.p_value, test.constant, test.spread, test.centre) == (1.0, True, 0.0, 0.1)
    assert test.interval.contains(0.1)


@pytest.mark.parametrize("scale", list(Scale))
def test_zero_variance_and_other_original(scale: Scale) -> None:
    """A deterministic mismatch: p = 0, even one ULP away (tolerance is judged elsewhere)."""
    test = prediction_test(math.nextafter(0.1, 1.0) if scale is Scale.RAW else 0.11, [0.1] * 5, scale=scale)
    assert (test.p_value, test.constant, test.t) == (0.0, True, math.inf)
    assert not test.interval.contains(test.original)


def test_zero_variance_with_a_quantum_is_no_deterministic_mismatch() -> None:
    """One item of 360 off, n = 5: p = .41, not rejected; ten items off are."""
    replays = [342 / 360] * 5
    one = prediction_test(343 / 360, replays, quantum=1 / 360)
    assert one.p_value == pytest.approx(2 * stats.t.sf(1 / math.sqrt(1.2), 4), abs=1e-6)
    assert round(one.p_value, 2) == 0.41
    assert prediction_test(352 / 360, replays, quantum=1 / 360).p_value < 0.001


@pytest.mark.parametrize("n", [3, 5, 10, 20, 100])
def test_one_quantum_off_is_never_rejected_when_replays_agree(n: int) -> None:
    """For every number of replays."""
    assert prediction_test(0.96, [0.95] * n, quantum=0.01).p_value > 0.3


def test_floor_adds_the_variance_of_rounding() -> None:
    """s*^2 = s^2 + q^2/12 where the replays differ."""
    test = prediction_test(0.0, [1.0, 2.0, 3.0], quantum=0.6)
    assert test.spread == pytest.approx(math.sqrt(1.0 + 0.36 / 12))


def test_values_that_differ_in_their_last_bits() -> None:
    """A spread of a few ULPs is not lost to rounding."""
    ulp = math.ulp(1e6)
    test = prediction_test(1e6 + 3 * ulp, [1e6, 1e6 + ulp, 1e6 + 2 * ulp])
    assert test.t == pytest.approx(2 / math.sqrt(4 / 3))
    assert test.spread == pytest.approx(ulp)


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
def test_bad_quantum_is_refused(bad: float) -> None:
    """A quantum is finite and not negative."""
    with pytest.raises(ValueError, match="quantum must be finite"):
        prediction_test(1.0, [1.0, 2.0, 3.0], quantum=bad)


@pytest.mark.parametrize(
    ("original", "replays"), [(math.nan, [1.0, 2.0]), (1.0, [1.0, math.inf]), (1.0, [1.0]), (1.0, [])]
)
def test_what_is_no_sample_is_refused(original: float, replays: list[float]) -> None:
    """NaN, infinities and fewer than two replays do not enter the numeric test."""
    with pytest.raises(ValueError, match="must"):
        prediction_test(original, replays)


def test_originals_must_fit_the_replays() -> None:
    """Shapes of a batch are checked."""
    with pytest.raises(ValueError, match="broadcast"):
        prediction_p_values([1.0, 2.0, 3.0], np.ones((2, 5)))
