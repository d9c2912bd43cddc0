"""Values of shares of variance."""

from __future__ import annotations

import pytest

from bis.stats.double_star import estimate_shares
from bis.stats.interval import Interval
from bis.stats.variance_shares import VariancePart, needed_blocks
from tests.unit.stats.synthetic_experiments import additive


def test_intervals_are_cut_for_display_only() -> None:
    """The values that are kept may lie outside [0, 1]."""
    parts = [part.share for part in estimate_shares(additive(4, "cut")).factors]
    assert any(part.interval is not None and part.interval.low < 0.0 for part in parts)
    for part in parts:
        shown = part.shown
        assert shown.interval is not None
        assert 0.0 <= shown.interval.low <= shown.value <= shown.interval.high <= 1.0
    assert VariancePart(-0.1, None).shown == VariancePart(0.0, None)


def test_half_widths_are_percentage_points_of_the_uncut_interval() -> None:
    """What a target is compared with must not shrink at the border."""
    part = VariancePart(0.05, Interval(-0.15, 0.25, 0.95))
    assert part.half_width == pytest.approx(20.0)
    assert VariancePart(0.05, None).half_width is None


@pytest.mark.parametrize(("dimension", "blocks"), [(0.0, 16), (1.0, 16), (3.9, 16), (4.0, 4), (25.0, 4)])
def test_blocks_that_are_needed(dimension: float, blocks: int) -> None:
    """16 for what varies as a scalar does, 4 for what varies in many directions."""
    assert needed_blocks(dimension) == blocks
