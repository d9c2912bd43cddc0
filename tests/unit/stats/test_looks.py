"""Group-sequential looks."""

from __future__ import annotations

import numpy as np
import pytest

from bis.stats.looks import calibrate_looks, look_decision, look_level, smallest_look_p
from bis.stats.prediction import prediction_test
from bis.stats.sequential import Decision


@pytest.mark.parametrize(
    ("looks", "level"), [((5, 10, 20), 0.0255), ((3, 5, 10, 20), 0.0184), ((5, 10, 20, 30), 0.0227)]
)
def test_tabulated_levels(looks: tuple[int, ...], level: float) -> None:
    """Levels per look for an overall .05; above Bonferroni's."""
    assert look_level(looks) == level
    assert level > 0.05 / len(looks)


def test_other_looks_are_not_guessed() -> None:
    """The message says what computes them."""
    with pytest.raises(ValueError, match="see calibrate_looks"):
        look_level((4, 8))


def test_waits_between_looks() -> None:
    """Nine replays are judged at five and wait for ten."""
    assert look_decision(0.0, [1.0, -1.0, 0.5, 0.1]) is Decision.CONTINUE
    assert look_decision(0.0, [1.0, -1.0, 0.5] * 3) is Decision.CONTINUE
    assert look_decision(0.0, [1.0, -1.0, 0.5, -0.5] * 5) is Decision.CONSISTENT


def test_rejects_at_the_first_look_that_says_so() -> None:
    """Later replays cannot undo it."""
    replays = [0.0, 1.0, -1.0, 0.5, -0.5, *[9.0] * 15]
    assert look_decision(8.0, replays[:5]) is Decision.REJECT
    assert look_decision(8.0, replays) is Decision.REJECT


def test_no_replay_yet() -> None:
    """The rule can be asked from the beginning."""
    assert look_decision(1.0, []) is Decision.CONTINUE


def test_smallest_p_is_that_of_the_single_tests() -> None:
    """Batch form against the test that is used."""
    rng = np.random.default_rng(0)
    originals, replays = rng.standard_normal(20), rng.standard_normal((20, 10))
    single = [
        min(prediction_test(a, b[:5]).p_value, prediction_test(a, b).p_value)
        for a, b in zip(originals, replays, strict=True)
    ]
    assert smallest_look_p(originals, replays, (5, 10)).tolist() == pytest.approx(single)


def test_one_look_calibrates_to_the_level_itself() -> None:
    """With a single look there is nothing to correct; and the simulation is reproducible."""
    first, second = (calibrate_looks((5,), rng=np.random.default_rng(3), simulations=40_000) for _ in range(2))
    assert first == second
    assert first == pytest.approx(0.05, abs=3 * 0.0011)


@pytest.mark.parametrize("looks", [(), (1, 5), (5, 30)])
def test_bad_looks_are_refused(looks: tuple[int, ...]) -> None:
    """None, below 2, or beyond the replays."""
    with pytest.raises(ValueError, match="looks must lie"):
        smallest_look_p([0.0], np.zeros((1, 20)), looks)
