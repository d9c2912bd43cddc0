"""Gates of all kinds, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from bis.model.comparison import (
    ComparedRun,
    ComparisonDesign,
    Direction,
    MetricComparison,
    MetricResult,
    RunComparison,
)
from bis.model.gate import GateCode, GateFinding, GateResult, ProgramGate
from bis.model.project_audit import Confidence, Finding, Place, Severity
from bis.model.verdict import Level
from tests.unit.report.values import bitwise

RUN, BASE = "a" * 32, "b" * 32


def compared(
    result: MetricResult = MetricResult.B_HIGHER,
    *,
    direction: Direction = Direction.UNKNOWN,
    p_adjusted: float | None = 0.001,
    margin: float | None = None,
    name: str = "accuracy",
) -> RunComparison:
    """A comparison of one metric that went from 0.8 to 0.9."""
    metric = MetricComparison(
        name,
        result,
        direction=direction,
        a=(0.79, 0.81),
        b=(0.89, 0.91),
        mean_a=0.8,
        mean_b=0.9,
        difference=0.1,
        low=0.09,
        high=0.11,
        p_value=p_adjusted,
        p_adjusted=p_adjusted,
        margin=margin,
    )
    return RunComparison(
        ComparedRun(BASE, "", 2), ComparedRun(RUN, "", 2), ComparisonDesign.UNPAIRED, (metric,), 0.05, 0.75
    )


def passed() -> GateResult:
    """One program, the same as ever."""
    return GateResult((ProgramGate("train.py --lr 0.1", RUN, file="train.py", verdict=bitwise()),))


def moved(name: str = "accuracy") -> GateResult:
    """One metric beyond noise."""
    (program,) = passed().programs
    finding = GateFinding(GateCode.METRIC_MOVED, name)
    return GateResult((replace(program, comparison=compared(name=name), base=BASE, findings=(finding,)),), "main")


def not_repeatable() -> GateResult:
    """A program that the audit suspects."""
    (program,) = passed().programs
    verdict = replace(bitwise(), level=Level.DIVERGENT)
    suspect = Finding(
        "BIS301", "unseeded-split", "no random_state", Place("train.py", line=3), Severity.WARNING, Confidence.HIGH
    )
    finding = GateFinding(GateCode.NOT_REPEATABLE)
    return GateResult((replace(program, verdict=verdict, findings=(finding,), suspects=(suspect,)),))
