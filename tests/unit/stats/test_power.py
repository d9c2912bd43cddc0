"""Power and detectable shifts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bis.stats.power import minimum_detectable_shift, prediction_power


@pytest.mark.parametrize(
    ("n", "powers"),
    [
        (3, (0.08, 0.18, 0.32, 0.47, 0.62)),
        (5, (0.11, 0.29, 0.55, 0.78, 0.92)),
        (8, (0.13, 0.37, 0.68, 0.90, 0.98)),
        (10, (0.14, 0.40, 0.72, 0.92, 0.99)),
        (20, (0.15, 0.46, 0.79, 0.96, 1.0)),
        (30, (0.16, 0.48, 0.81, 0.97, 1.0)),
        (math.inf, (0.17, 0.516, 0.85, 0.98, 1.0)),
    ],
)
def test_power_table(n: float, powers: tuple[float, ...]) -> None:
    """Power for shifts of 1 to 5 standard deviations."""
    assert prediction_power([1, 2, 3, 4, 5], n).tolist() == pytest.approx(powers, abs=0.0061)


@pytest.mark.parametrize(
    ("n", "shift"), [(3, 6.53), (5, 4.12), (8, 3.47), (10, 3.30), (20, 3.03), (30, 2.95), (math.inf, 2.80)]
)
def test_minimum_detectable_shift_table(n: float, shift: float) -> None:
    """Shift with 80 % power."""
    assert round(minimum_detectable_shift(n), 2) == shift


def test_ceiling_for_one_original() -> None:
    """A shift of 2 standard deviations is never found with more than 51.6 % power."""
    assert float(prediction_power(2.0, math.inf)) == pytest.approx(0.516, abs=5e-4)
    assert float(prediction_power(2.0, 10_000)) < 0.5161


def test_power_without_shift_is_the_level() -> None:
    """A test that is right has size alpha."""
    assert float(prediction_power(0.0, 7, alpha=0.01)) == pytest.approx(0.01, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.floats(0.3, 0.95))
def test_detectable_shift_has_the_power_asked_for(n: int, power: float) -> None:
    """The two functions are inverse."""
    shift = minimum_detectable_shift(n, power=power)
    assert float(prediction_power(shift, n)) == pytest.approx(power, abs=1e-4)
    assert prediction_power(-shift, n) == pytest.approx(prediction_power(shift, n))


@pytest.mark.parametrize("n", [2, 3, 5, 20, 60])
def test_power_grows_to_one_for_large_shifts(n: int) -> None:
    """Finite and increasing, also where SciPy's noncentral t is NaN."""
    power = prediction_power(np.linspace(0, 200, 401), n)
    assert np.isfinite(power).all()
    assert (np.diff(power) >= -1e-9).all()
    assert power[-1] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("alpha", [0.05, 0.001])
@pytest.mark.parametrize("n", [2, 3, 10, 100, 1000])
def test_power_agrees_with_scipy_where_scipy_has_it(n: int, alpha: float) -> None:
    """The noncentral t of SciPy, for small noncentralities."""
    shifts = np.linspace(0, 5, 30)
    bound, nc = stats.t.isf(alpha / 2, n - 1), shifts / math.sqrt(1 + 1 / n)
    expected = stats.nct.sf(bound, n - 1, nc) + stats.nct.cdf(-bound, n - 1, nc)
    assert prediction_power(shifts, n, alpha=alpha).tolist() == pytest.approx(expected.tolist(), abs=1e-9)


def test_bad_arguments_are_refused() -> None:
    """N below 2, power below alpha."""
    with pytest.raises(ValueError, match="n must be at least 2"):
        prediction_power(1.0, 1)
    with pytest.raises(ValueError, match="power must exceed alpha"):
        minimum_detectable_shift(5, power=0.04)
