"""Tests of whole curves."""

from __future__ import annotations

import numpy as np
import pytest

from bis.stats.curve_tests import SUMMARIES, curve_test, summary_p_values, sup_scores
from bis.stats.multiplicity import holm
from bis.stats.prediction import prediction_test

FALL = np.exp(-np.arange(20) / 5.0)


def runs(n: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """N + 1 falling curves with a level of their own and noise."""
    rng = np.random.default_rng(seed)
    return FALL + 0.05 * rng.standard_normal((n + 1, 1)) + 0.02 * rng.standard_normal((n + 1, 20))


def test_sup_score_by_hand() -> None:
    """Median 1 and MAD 1 at both steps: the third curve is 4 MADs away at the second."""
    assert sup_scores([[0.0, 0.0], [1.0, 1.0], [2.0, 5.0]]).tolist() == [1.0, 0.0, 4.0]


def test_steps_at_which_runs_agree() -> None:
    """MAD 0: the mean absolute deviation stands in; a step at which all agree says nothing."""
    assert sup_scores([[1.0, 7.0], [1.0, 7.0], [1.0, 7.0], [2.0, 7.0]]).tolist() == [0.0, 0.0, 0.0, 4.0]
    assert sup_scores(np.ones((4, 3))).tolist() == [0.0] * 4


def test_scores_treat_all_runs_alike() -> None:
    """Permuting the runs permutes the scores, which is what makes the rank exact."""
    curves, order = runs(9), np.random.default_rng(1).permutation(10)
    assert sup_scores(curves[order]).tolist() == pytest.approx(sup_scores(curves)[order].tolist())


def test_conformal_from_nineteen_replays() -> None:
    """A curve that leaves the bundle in the middle only is found; one of the bundle is not."""
    curves = runs(19)
    assert curve_test(curves).p_value > 0.05
    curves[0, 10] += 1.0
    test = curve_test(curves)
    assert (test.method, test.p_value, test.n, test.summaries) == ("conformal", 0.05, 19, ())


def test_identical_curves_are_consistent() -> None:
    """P = 1 with 5 and with 25 equal replays."""
    for n in (5, 25):
        assert curve_test(np.tile(FALL, (n + 1, 1))).p_value == 1.0


def test_three_summaries_below_nineteen() -> None:
    """Final, best and mean value by prediction interval, adjusted together."""
    curves = runs(6)
    test = curve_test(curves)
    raw = [
        prediction_test(summary[0], summary[1:]).p_value
        for summary in (curves[:, -1], curves.min(axis=1), curves.mean(axis=1))
    ]
    assert test.method == "summaries"
    assert [name for name, _ in test.summaries] == list(SUMMARIES)
    assert [p for _, p in test.summaries] == pytest.approx(holm(raw).tolist())
    assert test.p_value == pytest.approx(min(holm(raw)))


def test_direction_of_best() -> None:
    """An accuracy that once was higher than any other is found by its best value only in the right direction."""
    curves = runs(8)
    curves[0, 3] += 2.0
    up = dict(zip(SUMMARIES, summary_p_values(curves, larger_is_better=True), strict=True))
    down = dict(zip(SUMMARIES, summary_p_values(curves), strict=True))
    assert up["best"] < 0.05 < down["best"]


@pytest.mark.parametrize("shape", [(5,), (2, 5), (3, 4, 5)])
def test_shape_is_checked(shape: tuple[int, ...]) -> None:
    """(n + 1, T) with n >= 2."""
    with pytest.raises(ValueError, match=r"shape \(n \+ 1, T\)"):
        curve_test(np.zeros(shape))


def test_curves_are_finite_and_not_empty() -> None:
    """NaN belongs to the categories; no common step is no curve."""
    with pytest.raises(ValueError, match="curves must be finite"):
        curve_test(np.full((4, 3), np.nan))
    with pytest.raises(ValueError, match="curves must hold at least 1 values"):
        curve_test(np.zeros((4, 0)))
