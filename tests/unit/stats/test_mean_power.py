"""Power of comparisons of means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower, TTestPower

from bis.stats.mean_power import detectable_difference, mean_power, replays_for_equivalence, replays_to_detect


@pytest.mark.parametrize("n", [2, 4, 8, 29])
def test_agrees_with_statsmodels(n: int) -> None:
    """Another library's noncentral t, of two samples and of pairs (where it is not NaN)."""
    shifts = np.array([0.0, 0.3, 0.8, 1.5, 3.0] if n < 29 else [0.0, 0.3, 0.8])
    assert mean_power(shifts, n, second=2 * n) == pytest.approx(
        TTestIndPower().power(shifts, n, 0.05, ratio=2), abs=1e-6
    )
    assert mean_power(shifts, n) == pytest.approx(TTestPower().power(shifts, n, 0.05), abs=1e-6)


@pytest.mark.parametrize(("n", "second"), [(3, None), (8, None), (3, 3), (8, 8), (8, 20)])
def test_detectable_differences_have_the_power(n: int, second: int | None) -> None:
    """.8 by default."""
    assert float(mean_power(detectable_difference(n, second=second), n, second=second)) == pytest.approx(0.8, abs=1e-5)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("shift", [0.2, 0.5, 1.0, -1.0, 2.0])
def test_replays_to_detect_are_the_fewest(shift: float, *, paired: bool) -> None:
    """One fewer would not do, but for the least that permutation tests need."""
    n = replays_to_detect(shift, paired=paired)
    assert n is not None
    assert float(mean_power(shift, n, second=None if paired else n)) >= 0.8
    if n > (6 if paired else 4):
        assert float(mean_power(shift, n - 1, second=None if paired else n - 1)) < 0.8


@pytest.mark.parametrize(
    ("shift", "paired", "n"), [(math.inf, True, 6), (math.inf, False, 4), (0.0, True, None), (1e-4, False, None)]
)
def test_ends_of_the_range(shift: float, n: int | None, *, paired: bool) -> None:
    """Enormous differences still need as many as a permutation test does; for none there is no number."""
    assert replays_to_detect(shift, paired=paired) == n


@pytest.mark.parametrize(("margin", "n"), [(0.5, 70), (1.0, 18), (1.5, 9), (2.0, 6)])
def test_replays_for_equivalence(margin: float, n: int) -> None:
    """The normal formula 2 ((1.645 + 1.282) / margin)**2 gives 69, 17, 8 and 4: t asks for one or two more."""
    assert replays_for_equivalence(margin, paired=False) == n


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: replays_to_detect(math.nan, paired=True), "shift"),
        (lambda: replays_to_detect(1.0, paired=True, power=0.01), "power must exceed"),
        (lambda: detectable_difference(8, power=0.01), "power must exceed"),
        (lambda: replays_for_equivalence(0.0, paired=True), "margin"),
        (lambda: replays_for_equivalence(1.0, paired=True, alpha=0.5), "alpha"),
        (lambda: mean_power(1.0, 1), "degree of freedom"),
        (lambda: mean_power(1.0, 3, second=0), "degree of freedom"),
    ],
)
def test_what_makes_no_sense(call: object, message: str) -> None:
    """Each is refused by name."""
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator] # one of the lambdas
