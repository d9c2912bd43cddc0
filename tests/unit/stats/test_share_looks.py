"""When shares are precise enough."""

from __future__ import annotations

import numpy as np
import pytest

from bis.stats.double_star import estimate_shares
from bis.stats.share_looks import ShareDecision, look_confidence, planned_looks, share_decision
from tests.unit.stats.synthetic_experiments import VECTOR, additive


@pytest.mark.parametrize(
    ("most", "looks"),
    [
        (1, (1,)),
        (3, (3,)),
        (4, (4,)),
        (5, (4, 5)),
        (6, (4, 6)),
        (16, (4, 8, 16)),
        (17, (4, 8, 16, 17)),
        (64, (4, 8, 16, 32, 64)),
    ],
)
def test_looks_double_until_the_end(most: int, looks: tuple[int, ...]) -> None:
    """4, 8, 16 by plan; the last block is always a look."""
    assert planned_looks(most) == looks


@pytest.mark.parametrize(("looks", "confidence"), [((4, 8, 16), 1 - 0.05 / 3), ((6,), 0.95), ((4, 6), 0.975)])
def test_error_is_divided_among_the_looks(looks: tuple[int, ...], confidence: float) -> None:
    """A third at each of three."""
    assert look_confidence(looks) == pytest.approx(confidence)


def test_it_stops_at_a_look_that_is_precise() -> None:
    """Between looks it goes on, at the last it ends in any case."""
    shares = estimate_shares(VECTOR.outputs(8, "look"))
    assert shares.widest_half_width is not None
    wide, narrow = shares.widest_half_width + 1, shares.widest_half_width - 1
    looks = (4, 8, 16)
    assert share_decision(shares, made=8, looks=looks, target=wide) is ShareDecision.PRECISE
    assert share_decision(shares, made=7, looks=looks, target=wide) is ShareDecision.CONTINUE
    assert share_decision(shares, made=8, looks=looks, target=narrow) is ShareDecision.CONTINUE
    assert share_decision(shares, made=16, looks=looks, target=narrow) is ShareDecision.EXHAUSTED


def test_the_widest_share_decides() -> None:
    """Not the largest share alone."""
    shares = estimate_shares(additive(8, "widest"))
    widths = [factor.share.half_width for factor in shares.factors]
    assert shares.widest_half_width == max(width for width in widths if width is not None)
    assert shares.half_width == shares.factors[0].share.half_width


def test_without_an_interval_nothing_is_precise() -> None:
    """Constant outputs, one block."""
    for outputs in (np.ones((4, 12, 1)), additive(1, "one")):
        decision = share_decision(estimate_shares(outputs), made=4, looks=(4, 8), target=50)
        assert decision is ShareDecision.CONTINUE


@pytest.mark.parametrize("target", [0.0, -1.0, float("nan")])
def test_targets_are_positive(target: float) -> None:
    """In percentage points."""
    with pytest.raises(ValueError, match="target must be a positive"):
        share_decision(estimate_shares(np.ones((4, 12, 1))), made=4, looks=(4,), target=target)


def test_there_must_be_a_look() -> None:
    """And a block."""
    with pytest.raises(ValueError, match="at least one look"):
        look_confidence(())
    with pytest.raises(ValueError, match="at least 1 block"):
        planned_looks(0)
