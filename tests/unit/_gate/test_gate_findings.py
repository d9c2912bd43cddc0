"""What verdicts and comparisons mean for a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._gate.gate_findings import of_comparison, of_expectation, of_replays
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.comparison import ComparedRun, Direction, MetricResult, RunComparison
from bis.model.gate import GateCode, GateFinding
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Level
from tests.unit.report.gate_values import compared
from tests.unit.report.values import bitwise

PLAIN = Tolerances()


def codes(found: RunComparison, tolerances: Tolerances = PLAIN) -> list[GateCode]:
    """What is found of a comparison."""
    return [finding.code for finding in of_comparison(found, tolerances)]


@pytest.mark.parametrize(
    ("level", "code", "expected"),
    [
        (Level.BITWISE, None, None),
        (Level.NUMERICAL, None, None),
        (Level.STATISTICAL, None, None),
        (Level.DIVERGENT, GateCode.NOT_REPEATABLE, GateCode.NOT_AS_EXPECTED),
        (Level.INCONCLUSIVE, GateCode.REPLAYS_UNDECIDED, GateCode.EXPECTATION_UNDECIDED),
        (Level.NOT_EXECUTABLE, GateCode.NOT_REPLAYED, GateCode.NOT_AS_EXPECTED),
    ],
)
def test_levels(level: Level, code: GateCode | None, expected: GateCode | None) -> None:
    """A level that is no yes is a finding, of replays and of a published table."""
    verdict = replace(bitwise(), level=level)
    assert of_replays(verdict) == (() if code is None else (GateFinding(code),))
    assert of_expectation(verdict) == (() if expected is None else (GateFinding(expected),))


def test_a_run_with_nothing_to_compare() -> None:
    """It does not pass for a repeatable one."""
    verdict = replace(bitwise(), statements=(statement(StatementCode.NOTHING_TO_COMPARE, basis="replays"),))
    assert of_replays(verdict) == (GateFinding(GateCode.NOTHING_COMPARED),)


@pytest.mark.parametrize(
    ("result", "direction", "code"),
    [
        (MetricResult.B_HIGHER, Direction.UNKNOWN, GateCode.METRIC_MOVED),
        (MetricResult.A_HIGHER, Direction.UNKNOWN, GateCode.METRIC_MOVED),
        (MetricResult.B_HIGHER, Direction.LOWER, GateCode.METRIC_MOVED),
        (MetricResult.A_HIGHER, Direction.HIGHER, GateCode.METRIC_MOVED),
        (MetricResult.B_HIGHER, Direction.HIGHER, GateCode.METRIC_BETTER),
        (MetricResult.A_HIGHER, Direction.LOWER, GateCode.METRIC_BETTER),
    ],
)
def test_beyond_noise(result: MetricResult, direction: Direction, code: GateCode) -> None:
    """A failure, unless it is known to be for the better."""
    assert codes(compared(result, direction=direction)) == [code]


def test_within_noise() -> None:
    """No difference was shown although one could have been; the same; within the margin."""
    for result in (MetricResult.OPEN, MetricResult.SAME):
        assert codes(compared(result, p_adjusted=0.4)) == []
    assert codes(compared(MetricResult.EQUIVALENT, margin=0.2)) == []


def test_without_power_nothing_is_decided() -> None:
    """So few replays, no test at all, no finite value: open, and no pass."""
    few = statement(StatementCode.COMPARISON_CANNOT_DECIDE, metrics=1, p_value=0.3)
    assert codes(replace(compared(MetricResult.OPEN, p_adjusted=0.4), statements=(few,))) == [GateCode.METRIC_UNDECIDED]
    assert codes(compared(MetricResult.OPEN, p_adjusted=None)) == [GateCode.METRIC_UNDECIDED]
    assert codes(compared(MetricResult.NOT_COMPARABLE)) == [GateCode.METRIC_UNDECIDED]


def test_a_margin_must_be_shown() -> None:
    """Who declared one asks for more than that no difference was shown."""
    assert codes(compared(MetricResult.OPEN, p_adjusted=0.4, margin=0.2)) == [GateCode.METRIC_UNDECIDED]


def test_exact_differences_of_rounding_are_none() -> None:
    """Programs without chance: the last digits may differ as far as a verdict calls `numerical`, or as was declared."""
    found = compared()
    (metric,) = found.metrics
    rounding = replace(metric, exact=True, mean_b=0.8 * (1 + 1e-12), difference=0.8e-12)
    assert codes(replace(found, metrics=(rounding,))) == []
    real = replace(found, metrics=(replace(metric, exact=True),))
    assert codes(real) == [GateCode.METRIC_MOVED]
    assert codes(real, Tolerances({"accuracy": Tolerance(atol=0.2)})) == []


def test_values_that_are_not_finite() -> None:
    """A change that makes a loss diverge now and then does not pass by what is left."""
    found = compared(MetricResult.OPEN, p_adjusted=0.4)
    (metric,) = found.metrics
    assert codes(replace(found, metrics=(replace(metric, left_out_b=1),))) == [GateCode.METRIC_NOT_FINITE]
    assert codes(replace(found, metrics=(replace(metric, left_out_a=1, left_out_b=1),))) == []


def test_metrics_of_one_side() -> None:
    """One that is gone is told; a new one is no finding."""
    gone = statement(StatementCode.METRICS_OF_ONE, run="A", metrics=("f1", "auc"))
    new = statement(StatementCode.METRICS_OF_ONE, run="B", metrics=("loss",))
    found = replace(compared(MetricResult.SAME), statements=(gone, new))
    assert of_comparison(found, PLAIN) == (
        GateFinding(GateCode.METRIC_GONE, "f1"),
        GateFinding(GateCode.METRIC_GONE, "auc"),
    )


def test_replays_that_failed_are_a_finding() -> None:
    """They are left out of the comparison, which would else pass for one of all."""
    found = replace(compared(MetricResult.OPEN, p_adjusted=0.4), b=ComparedRun("a", "", 6, 2))
    assert codes(found) == [GateCode.REPLAYS_FAILED]
    assert codes(replace(found, b=ComparedRun("a", "", 8), a=ComparedRun("b", "", 6, 2))) == []


def test_sides_that_cannot_be_replayed() -> None:
    """Which of them it was is told; so is that there was nothing in common."""
    found = compared()
    assert codes(replace(found, a=ComparedRun("b", "", 0, 2))) == [GateCode.BASE_FAILED]
    assert codes(replace(found, b=ComparedRun("a", "", 0, 2))) == [GateCode.NOT_REPLAYED]
    assert codes(replace(found, metrics=())) == [GateCode.NOTHING_COMPARED]
