"""Tests that allow for looking."""

from __future__ import annotations

import numpy as np
import pytest

from bis._verify.fresh.optional_stopping import SequenceEnd, most_replays, sequence_test


def run(y0: float, values: list[float], metrics: int = 1) -> SequenceEnd:
    """The state after these replays."""
    return sequence_test(y0, values, quantum=0.0, alpha=0.05, metrics=metrics)


def test_one_metric_ends_at_the_first_as_extreme() -> None:
    """Three to find the centre, then one as extreme as the original decides: p = 1 / drawn."""
    ended = run(0.5, [0.0, 1.0, 0.1, 0.2, 0.9])
    assert (ended.p_value, ended.needed) == (0.5, None)


def test_one_metric_rejects_after_twenty_two() -> None:
    """None of 19 as extreme: p = 1/20."""
    values = list(np.linspace(-1, 1, 22))
    assert run(50.0, values[:10]).needed == 12
    assert (run(50.0, values).p_value, run(50.0, values).needed) == (0.05, None)
    assert most_replays(alpha=0.05, metrics=1) == 22


def test_several_metrics_are_looked_at_three_times() -> None:
    """After 5, 10 and 20 replays; a far original is rejected at the first look."""
    values = list(np.random.default_rng(0).normal(size=20))
    assert run(0.1, values[:5], 4).needed == 15
    assert run(0.1, values, 4).needed is None
    rejected = run(500.0, values[:5], 4)
    assert rejected.needed is None
    assert rejected.p_value * 4 < 0.05
    assert most_replays(alpha=0.05, metrics=4) == 20


@pytest.mark.parametrize("metrics", [1, 4])
def test_the_level_is_kept(metrics: int) -> None:
    """Of 600 consistent originals no more than 5 % (plus 3 standard errors) are rejected in any metric."""
    rng = np.random.default_rng(7)
    rejected = 0
    for _ in range(600):
        draws = rng.normal(size=(metrics, 23))
        ends = [
            run(float(d[0]), [float(v) for v in d[1:]][: most_replays(alpha=0.05, metrics=metrics)], metrics)
            for d in draws
        ]
        rejected += any(e.p_value * metrics <= 0.05 for e in ends)
    assert rejected / 600 <= 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5
