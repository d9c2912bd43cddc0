"""Originals selected as the best of several."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.selection import beats_every_replay, best_of_rank_p, one_sided_rank_p, selected_p


@pytest.mark.parametrize(("k", "expected"), [(1, 0.05), (5, 0.2262), (20, 0.6415)])
def test_correction_is_the_law_of_the_maximum(k: int, expected: float) -> None:
    """1 - (1 - p)^K."""
    assert round(selected_p(0.05, k), 4) == expected


def test_tiny_p_values_survive_the_correction() -> None:
    """1 - (1 - 1e-18)^10 is 1e-17, not 0."""
    assert selected_p(1e-18, 10) == pytest.approx(1e-17)
    assert selected_p(1.0, 3) == 1.0
    assert selected_p(0.0, 3) == 0.0


def test_direction_of_the_metric() -> None:
    """For a loss, low is good."""
    assert one_sided_rank_p(0.1, [0.2, 0.3, 0.4], larger_is_better=False) == 0.25
    assert one_sided_rank_p(0.1, [0.2, 0.3, 0.4], larger_is_better=True) == 1.0


def test_lucky_seed_is_recognised() -> None:
    """Better than all replays; a tie is not."""
    assert beats_every_replay(0.99, [0.95, 0.98], larger_is_better=True)
    assert not beats_every_replay(0.98, [0.95, 0.98], larger_is_better=True)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 40))
def test_exact_p_is_never_above_the_corrected_rank_p(n: int, k: int, better: int) -> None:
    """The formula for a known distribution is conservative with ranks, and equal for K = 1."""
    better = min(better, n)
    replays = [1.0] * better + [-1.0] * (n - better)
    exact = best_of_rank_p(0.0, replays, selected_from=k, larger_is_better=True)
    corrected = selected_p(one_sided_rank_p(0.0, replays, larger_is_better=True), k)
    assert exact <= corrected + 1e-12
    if k == 1:
        assert exact == pytest.approx(corrected)


def test_exact_p_of_the_best_of_five() -> None:
    """Simulated: the best of 5 among 19 further runs has a p-value at most .2083 in 5/24 of all cases."""
    rng = np.random.default_rng(2)
    best, replays = rng.standard_normal((20_000, 5)).max(axis=1), rng.standard_normal((20_000, 19)).max(axis=1)
    assert best_of_rank_p(1.0, [0.0] * 19, selected_from=5, larger_is_better=True) == pytest.approx(5 / 24)
    assert np.mean(best > replays) == pytest.approx(5 / 24, abs=3 * 0.0029)


@pytest.mark.parametrize(("p", "k"), [(-0.1, 1), (1.1, 1), (0.5, 0)])
def test_bad_arguments_are_refused(p: float, k: int) -> None:
    """P in [0, 1], K at least 1."""
    with pytest.raises(ValueError, match="must"):
        selected_p(p, k)


def test_selection_from_nothing_is_refused() -> None:
    """K is at least 1."""
    with pytest.raises(ValueError, match="selected_from must be at least 1"):
        best_of_rank_p(1.0, [0.0], selected_from=0, larger_is_better=True)
