"""Exact rank p-values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.rank import conformal_p_values, rank_p_values, rank_test, replays_for_rank

values = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(("n", "smallest"), [(3, 0.25), (10, 1 / 11), (19, 0.05), (39, 0.025)])
def test_smallest_attainable_p(n: int, smallest: float) -> None:
    """An original at any distance gives 1/(n+1) and no less."""
    test = rank_test(1e9, range(n))
    assert test.p_value == pytest.approx(smallest)
    assert test.smallest == pytest.approx(smallest)


def test_no_rejection_below_19() -> None:
    """The smallest number of replays at 5 %, and for a two-tailed interval."""
    assert (replays_for_rank(0.05), replays_for_rank(0.05, two_tailed=True)) == (19, 39)
    assert 1 / (18 + 1) > 0.05 >= 1 / (19 + 1)


def test_ties_count_against_rejection() -> None:
    """An original equal to a replay at the same distance ranks with it."""
    assert rank_test(5.0, [0.0, 0.0, 0.0, 5.0]).p_value == pytest.approx(2 / 5)


def test_rounding_does_not_break_ties() -> None:
    """.1 and .3 are equally far from .2, though not in floating point."""
    assert abs(0.3 - 0.2) != abs(0.1 - 0.2)
    assert rank_test(0.1, [0.2, 0.2, 0.3]).p_value == pytest.approx(0.5)
    assert rank_test(0.3, [0.2, 0.2, 0.1]).p_value == pytest.approx(0.5)


def test_all_equal_is_consistent() -> None:
    """P = 1 for a constant metric."""
    assert rank_test(0.1, [0.1] * 7).p_value == 1.0


@given(values, st.lists(values, min_size=1, max_size=25), st.randoms())
def test_p_value_lies_on_its_grid_and_ignores_order(original: float, replays: list[float], random: object) -> None:
    """A multiple of 1/(n+1), in (0, 1], the same for every order of the replays."""
    p_value = rank_test(original, replays).p_value
    ranks = p_value * (len(replays) + 1)
    assert ranks == pytest.approx(round(ranks))
    assert 1 <= round(ranks) <= len(replays) + 1
    random.shuffle(replays)  # type: ignore[attr-defined]  # hypothesis' randoms() is a random.Random
    assert rank_test(original, replays).p_value == p_value


@given(st.lists(st.integers(0, 3), min_size=2, max_size=7))
def test_size_is_exact_over_all_choices_of_the_original(runs: list[int]) -> None:
    """Taking each run as the original in turn, at most a share a of the p-values is at most a: ties included."""
    p_values = [rank_test(runs[i], [*runs[:i], *runs[i + 1 :]]).p_value for i in range(len(runs))]
    for level in (k / len(runs) for k in range(1, len(runs) + 1)):
        assert np.mean(np.array(p_values) <= level + 1e-9) <= level + 1e-9


def test_batch_and_single_forms_agree() -> None:
    """The form that is calibrated is the form that is used."""
    rng = np.random.default_rng(1)
    originals, replays = rng.standard_normal(40), rng.standard_normal((40, 19))
    single = [rank_test(y0, y).p_value for y0, y in zip(originals, replays, strict=True)]
    assert rank_p_values(originals, replays).tolist() == single


def test_conformal_p_is_the_share_of_higher_scores() -> None:
    """All orders of four distinct scores: the p-value is uniform on its grid."""
    p_values = sorted(float(conformal_p_values(order)) for order in itertools.permutations([1.0, 2.0, 3.0, 4.0]))
    assert p_values == sorted([0.25, 0.5, 0.75, 1.0] * 6)


def test_infinite_scores_are_ranked() -> None:
    """An infinite score ties with another."""
    assert float(conformal_p_values([np.inf, np.inf, 1.0, 2.0])) == 0.5


@pytest.mark.parametrize("bad", [[np.nan, 1.0], 1.0])
def test_bad_scores_are_refused(bad: object) -> None:
    """NaN has no rank, a scalar no sample."""
    with pytest.raises(ValueError, match="scores must"):
        conformal_p_values(np.asarray(bad))


def test_bad_level_is_refused() -> None:
    """Level 0 needs infinitely many replays."""
    with pytest.raises(ValueError, match="alpha must"):
        replays_for_rank(0.0)
