"""Sequential stopping rules."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.stats.sequential import BesagClifford, Decision, draws_to_reject, exact_replay_decision, longest_sequence


def run(original: float, values: list[float], *, h: int = 1, n_max: int = 19) -> BesagClifford:
    """Feed values until the test ends."""
    state = BesagClifford(original, h=h, n_max=n_max)
    for value in values:
        if state.decision is not Decision.CONTINUE:
            break
        state = state.update(value)
    return state


def test_stops_at_the_first_replay_as_extreme() -> None:
    """Centre 1, original at distance 2: the third replay after calibration is as far; p = 1/3."""
    state = run(3.0, [0.0, 1.0, 2.0, 1.5, 0.5, -1.0, 99.0])
    assert (state.decision, state.p_value, len(state.values)) == (Decision.CONSISTENT, 1 / 3, 6)


def test_rejects_after_nineteen() -> None:
    """No replay as extreme among 19: p = 1/20."""
    state = run(100.0, [float(i % 5) for i in range(22)])
    assert (state.decision, state.p_value, state.level) == (Decision.REJECT, 0.05, 0.05)


def test_calibration_decides_nothing() -> None:
    """Extreme values among the first three only set the centre."""
    state = run(3.0, [-50.0, 50.0, 0.0])
    assert (state.decision, state.centre, state.extreme, state.p_value) == (Decision.CONTINUE, 0.0, 0, None)


def test_two_as_extreme() -> None:
    """H = 2 of 39: the second extreme replay ends it with p = 2/n; one among 39 rejects with p = 2/40."""
    assert run(3.0, [0, 1, 2, 5, 1, 1, 9.0], h=2, n_max=39).p_value == 2 / 4
    rejected = run(3.0, [0, 1, 2, 5, *[1.0] * 38], h=2, n_max=39)
    assert (rejected.decision, rejected.p_value) == (Decision.REJECT, 0.05)


def test_last_replay_may_still_be_consistent() -> None:
    """The 19th is as extreme: p = 1/19, not rejected."""
    state = run(3.0, [0, 1, 2, *[1.0] * 18, 9.0])
    assert (state.decision, state.p_value) == (Decision.CONSISTENT, 1 / 19)


def test_ties_count_as_extreme() -> None:
    """A constant metric is consistent at once, also where the distances differ by rounding only."""
    assert run(0.1, [0.1] * 4).decision is Decision.CONSISTENT
    assert run(0.1, [0.2, 0.2, 0.2, 0.3]).decision is Decision.CONSISTENT
    assert run(0.3, [0.2, 0.2, 0.2, 0.1]).decision is Decision.CONSISTENT


def test_states_are_values() -> None:
    """An update leaves the old state alone, and a state cannot be changed."""
    start = BesagClifford(1.0)
    assert start.update(2.0).values == (2.0,)
    assert start.values == ()
    with pytest.raises(FrozenInstanceError):
        start.original = 2.0  # type: ignore[misc]  # that it is refused is what is tested


def test_no_update_after_the_end() -> None:
    """Going on would change the error of the test."""
    with pytest.raises(ValueError, match="has ended with 'consistent' after 4 replays"):
        run(0.0, [0.0] * 4).update(1.0)


@pytest.mark.parametrize(("m0", "h", "n_max"), [(0, 1, 19), (3, 0, 19), (3, 5, 4)])
def test_bad_rules_are_refused(m0: int, h: int, n_max: int) -> None:
    """m0 and h at least 1, n_max at least h."""
    with pytest.raises(ValueError, match="need m0 >= 1"):
        BesagClifford(0.0, m0=m0, h=h, n_max=n_max)


@pytest.mark.parametrize(
    ("alpha", "draws"), [(0.5, 1), (0.1, 9), (0.05, 19), (0.025, 39), (0.02, 49), (0.01, 99), (0.001, 999), (0.03, 33)]
)
def test_the_longest_sequence_follows_from_the_level(alpha: float, draws: int) -> None:
    """1 / (n + 1) is at most alpha, and no smaller n will do; 3 replays for the centre come first."""
    assert draws_to_reject(alpha) == draws
    assert 1 / (draws + 1) <= alpha + 1e-12 < 1 / draws
    assert longest_sequence(alpha) == 3 + draws


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_a_level_lies_between_zero_and_one(alpha: float) -> None:
    """Nothing else is a level."""
    with pytest.raises(ValueError, match="alpha"):
        draws_to_reject(alpha)


def test_failed_replays_do_not_enter() -> None:
    """NaN belongs to the categorical test."""
    with pytest.raises(ValueError, match="replay must be finite"):
        BesagClifford(0.0).update(float("nan"))
    with pytest.raises(ValueError, match="ends after 22 replays"):
        BesagClifford(0.0, values=(1.0,) * 23)


@given(st.floats(-9, 9), st.lists(st.floats(-9, 9), min_size=22, max_size=22))
def test_every_sequence_ends(original: float, values: list[float]) -> None:
    """With m0 + n_max replays there is always an answer with a p-value of at least 1/20."""
    state = run(original, values)
    assert state.decision is not Decision.CONTINUE
    assert state.p_value is not None
    assert 0.05 <= state.p_value <= 1.0
    assert (state.p_value <= state.level) == (state.decision is Decision.REJECT)


@pytest.mark.parametrize(
    ("matches", "replays", "decision"),
    [
        ([], 3, Decision.CONTINUE),
        ([True, True], 3, Decision.CONTINUE),
        ([True] * 3, 3, Decision.CONSISTENT),
        ([True] * 3, 10, Decision.CONTINUE),
        ([True, False], 10, Decision.REJECT),
    ],
)
def test_exact_replays_stop_at_the_first_mismatch(matches: list[bool], replays: int, decision: Decision) -> None:
    """Else after the number asked for."""
    assert exact_replay_decision(matches, replays=replays) is decision


def test_no_exact_replays_is_no_plan() -> None:
    """At least one."""
    with pytest.raises(ValueError, match="replays must be at least 1"):
        exact_replay_decision([], replays=0)
