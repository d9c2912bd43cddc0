"""One metric against fresh replays."""

from __future__ import annotations

import math

import pytest

from bis._verify.case import Case
from bis._verify.fresh.fresh_metric import MetricReading, Sample, Watch, examine, representative
from bis._verify.tolerances import Tolerances
from bis.model.verdict import AppliedTolerance, Level, ToleranceOrigin
from bis.stats.prediction import prediction_test
from tests.unit._verify.runs import curve, drawn, outputs

ONE = Watch(decisive=1, level=0.05)


def finding(name: str, y0: float, *values: float) -> MetricReading:
    """The finding on a metric of one value."""
    case = Case(outputs({name: y0}), Tolerances())
    return examine(case, Sample(name, curve(name, y0), tuple(curve(name, v) for v in values)), ONE)


def test_the_p_value_is_the_prediction_interval() -> None:
    """For a score, on the raw scale."""
    values = [o.metrics[0].final for o in drawn(8)]
    assert finding("score", 1.0, *values).p_value == pytest.approx(prediction_test(1.0, values).p_value)


def test_losses_are_tested_on_the_log_scale() -> None:
    """A positive loss has an interval that never reaches below zero."""
    found = finding("loss", 0.5, 0.1, 0.2, 0.9)
    assert found.item.evidence.interval is not None
    assert found.item.evidence.interval.low > 0
    zero = finding("loss", 0.5, 0.0, 0.2, 0.9)
    assert zero.item.evidence.interval is not None
    assert zero.item.evidence.interval.low < 0


def test_a_curve_is_represented_by_its_first_odd_value() -> None:
    """NaN anywhere makes the curve NaN; nothing logged is None."""
    assert representative(curve("m", [1.0, 2.0])) == 2.0
    odd = representative(curve("m", [1.0, float("nan"), 2.0]))
    assert odd is not None
    assert math.isnan(odd)
    assert representative(None) is None


def test_too_few_numbers_are_inconclusive() -> None:
    """Two numbers and three NaN: one more number would do."""
    found = finding("m", 0.5, 0.25, 0.75, *[float("nan")] * 3)
    assert (found.item.level, found.needed) == (Level.INCONCLUSIVE, 1)


def test_a_float32_step_is_within_the_default_tolerance() -> None:
    """Values computed in float32 are held to a float32 tolerance."""
    found = finding("m", 0.1 + 2**-60, *[0.1] * 3)
    assert found.item.level is Level.BITWISE
    near = finding("m", 1.1000000238418579, *[1.1000001430511475, 1.1000000238418579, 1.1000001430511475])
    assert near.item.level is Level.NUMERICAL
    assert near.item.evidence.tolerance == AppliedTolerance(ToleranceOrigin.FLOAT32, rtol=1e-5)
