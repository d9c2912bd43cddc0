"""Pairs that fit best."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bis.stats.assignment import best_assignment


def test_it_is_the_best_of_all_assignments() -> None:
    """Compared with all permutations of small tables."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        table = rng.normal(size=(5, 5))
        best = max(sum(table[i, p] for i, p in enumerate(order)) for order in itertools.permutations(range(5)))
        assert sum(table[i, k] for i, k in best_assignment(table)) == pytest.approx(best)


def test_the_smaller_side_is_paired_whole() -> None:
    """Rows or columns may be left over."""
    assert best_assignment([[1.0, 5.0, 2.0]]) == [(0, 1)]
    assert best_assignment([[1.0], [5.0]]) == [(1, 0)]


@pytest.mark.parametrize("scores", [[1.0, 2.0], [[float("nan")]], [[float("inf")]]])
def test_what_is_no_table_of_numbers_is_refused(scores: list[object]) -> None:
    """The error gives the shape."""
    with pytest.raises(ValueError, match="table of finite numbers"):
        best_assignment(np.asarray(scores, dtype=float))
