"""Group-sequential looks."""

from __future__ import annotations

import pytest

from bis.stats.looks import look_decision, look_level
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
    with pytest.raises(ValueError, match="no tabulated level"):
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
