"""Originals selected as the best of several."""

from __future__ import annotations

import numpy as np
import pytest

from bis.stats.selection import beats_every_replay, best_of_rank_p


def test_lucky_seed_is_recognised() -> None:
    """Better than all replays; a tie is not."""
    assert beats_every_replay(0.99, [0.95, 0.98], larger_is_better=True)
    assert not beats_every_replay(0.98, [0.95, 0.98], larger_is_better=True)


def test_exact_p_of_the_best_of_five() -> None:
    """Simulated: the best of 5 among 19 further runs has a p-value at most .2083 in 5/24 of all cases."""
    rng = np.random.default_rng(2)
    best, replays = rng.standard_normal((20_000, 5)).max(axis=1), rng.standard_normal((20_000, 19)).max(axis=1)
    assert best_of_rank_p(1.0, [0.0] * 19, selected_from=5, larger_is_better=True) == pytest.approx(5 / 24)
    assert np.mean(best > replays) == pytest.approx(5 / 24, abs=3 * 0.0029)


def test_selection_from_nothing_is_refused() -> None:
    """K is at least 1."""
    with pytest.raises(ValueError, match="selected_from must be at least 1"):
        best_of_rank_p(1.0, [0.0], selected_from=0, larger_is_better=True)
