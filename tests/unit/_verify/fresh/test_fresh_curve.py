"""Curves of fresh replays."""

from __future__ import annotations

import numpy as np
import pytest

from bis._verify.fresh.fresh_curve import judge_curves
from bis.model.facets import Curve
from bis.report.text.statement_text import statements_text
from tests.unit._verify.runs import curve


def some(n: int) -> list[Curve]:
    """Noisy curves of 10 steps."""
    rng = np.random.default_rng(0)
    return [curve("loss", list(np.exp(-np.arange(10) / 3) + rng.normal(0, 0.01, 10))) for _ in range(n)]


def test_few_replays_are_tested_by_three_summaries() -> None:
    """Final, best and mean value below 19 replays."""
    judged = judge_curves(some(9)[0], some(9)[1:], larger_is_better=False, level=0.05)
    assert judged.summaries == 3
    assert "final" in judged.said[0].figures


def test_many_replays_are_tested_as_whole_curves() -> None:
    """Conformal from 19 replays."""
    judged = judge_curves(some(20)[0], some(20)[1:], larger_is_better=False, level=0.05)
    assert statements_text(judged.said).startswith("whole curve (conformal, 10 steps)")


def test_the_conformal_test_must_be_able_to_reject() -> None:
    """Among ten metrics, 19 replays cannot reach the level by rank: the summaries are used."""
    judged = judge_curves(some(20)[0], some(20)[1:], larger_is_better=False, level=0.005)
    assert judged.summaries == 3


def test_order_of_replays_does_not_matter() -> None:
    """Sums are taken in an order of their own."""
    a = judge_curves(some(9)[0], some(9)[1:], larger_is_better=False, level=0.05)
    b = judge_curves(some(9)[0], some(9)[:0:-1], larger_is_better=False, level=0.05)
    assert a == b


def test_no_common_step() -> None:
    """Curves without a common step are judged by their length alone."""
    late = Curve("loss", (5, 6), ((0.5).hex(), (0.25).hex()))
    judged = judge_curves(curve("loss", [1.0]), [late] * 3, larger_is_better=False, level=0.05)
    assert judged.p_value == pytest.approx(0.5, abs=0.2)
    assert statements_text(judged.said).startswith("number of steps 1, in replays 2 to 2")
