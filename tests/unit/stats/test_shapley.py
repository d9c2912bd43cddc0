"""Shapley values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.shapley import shapley_values, shapley_weights


def by_orders(values: list[float], k: int) -> list[float]:
    """The definition: what each adds when all join one after the other, averaged over all orders."""
    added = np.zeros(k)
    orders = list(itertools.permutations(range(k)))
    for order in orders:
        subset = 0
        for player in order:
            added[player] += values[subset | 1 << player] - values[subset]
            subset |= 1 << player
    return list(added / len(orders))


@given(st.integers(1, 4).flatmap(lambda k: st.lists(st.integers(-9, 9), min_size=2**k, max_size=2**k)))
def test_average_over_all_orders(values: list[int]) -> None:
    """And they add up to the value of all less that of none."""
    k = len(values).bit_length() - 1
    found = shapley_values(values)
    assert found == pytest.approx(by_orders([float(v) for v in values], k))
    assert found.sum() == pytest.approx(values[-1] - values[0])


def test_gloves() -> None:
    """The textbook game: one left glove, two right ones; a pair is worth 1. The left one gets 2/3."""
    worth = [1.0 if s & 1 and s & 6 else 0.0 for s in range(8)]
    assert shapley_values(worth) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_many_games_at_once() -> None:
    """Along the last axis."""
    games = np.random.default_rng(0).standard_normal((3, 4, 8))
    assert shapley_values(games)[2, 1] == pytest.approx(shapley_values(games[2, 1]))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_weights_of_a_player_add_up_to_one(k: int) -> None:
    """Each joins once in every order."""
    weights = shapley_weights(k)
    assert np.clip(weights, 0, None).sum(axis=1) == pytest.approx(np.ones(k))
    assert weights.sum(axis=1) == pytest.approx(np.zeros(k))


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0], 4.0])
def test_subsets_come_in_powers_of_two(values: object) -> None:
    """Anything else is no set function."""
    with pytest.raises(ValueError, match=r"2\*\*k subsets"):
        shapley_values(values)  # type: ignore[arg-type] # that is the test
    with pytest.raises(ValueError, match="k must be at least 1"):
        shapley_weights(0)
