"""What a verdict and a comparison mean for a change: findings, each of which weighs something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.comparison import MetricResult
from bis.model.gate import GateCode, GateFinding
from bis.model.statement import StatementCode
from bis.model.verdict import NOTHING_TO_LOOK_AT, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._verify.tolerances import Tolerances
    from bis.model.comparison import MetricComparison, RunComparison
    from bis.model.verdict import Verdict

_HIGHER = frozenset({MetricResult.A_HIGHER, MetricResult.B_HIGHER})
_BY_LEVEL = {
    Level.DIVERGENT: GateCode.NOT_REPEATABLE,
    Level.NOT_EXECUTABLE: GateCode.NOT_REPLAYED,
    Level.INCONCLUSIVE: GateCode.REPLAYS_UNDECIDED,
}
_EXPECTED_BY_LEVEL = {
    Level.DIVERGENT: GateCode.NOT_AS_EXPECTED,
    Level.NOT_EXECUTABLE: GateCode.NOT_AS_EXPECTED,
    Level.INCONCLUSIVE: GateCode.EXPECTATION_UNDECIDED,
}


def of_replays(verdict: Verdict) -> tuple[GateFinding, ...]:
    """What exact replays of a program say."""
    return _of_verdict(verdict, _BY_LEVEL)


def of_expectation(verdict: Verdict) -> tuple[GateFinding, ...]:
    """What a comparison with a published table says."""
    return _of_verdict(verdict, _EXPECTED_BY_LEVEL)


def of_comparison(found: RunComparison, tolerances: Tolerances) -> tuple[GateFinding, ...]:
    """What a comparison of the base (A) with the run (B) says, metric by metric.

    A difference was shown where it is beyond the noise of replays; it is no failure where it is known to be for the
    better. Where none was shown, the metric passes only if one could have been: a test without the power to decide
    decides nothing. A margin asks for more: that the difference is shown to be within it.

    What a comparison leaves out is a finding: replays of the run that failed, and values that are not finite where the
    base has fewer of them.
    """
    if not found.a.replays:
        return (GateFinding(GateCode.BASE_FAILED),)
    if not found.b.replays:
        return (GateFinding(GateCode.NOT_REPLAYED),)
    failed = (GateFinding(GateCode.REPLAYS_FAILED),) if found.b.failed else ()
    if not found.metrics:
        return (*failed, GateFinding(GateCode.NOTHING_COMPARED))
    powerless = any(s.code is StatementCode.COMPARISON_CANNOT_DECIDE for s in found.statements)
    judged = ((m.name, _of_metric(m, tolerances, powerless=powerless)) for m in found.metrics)
    moved = tuple(GateFinding(code, name) for name, code in judged if code is not None)
    return (*failed, *moved, *_gone(found))


def _of_verdict(verdict: Verdict, codes: dict[Level, GateCode]) -> tuple[GateFinding, ...]:
    if verdict.exit_code == NOTHING_TO_LOOK_AT:
        return (GateFinding(GateCode.NOTHING_COMPARED),)
    code = codes.get(verdict.level)
    return () if code is None else (GateFinding(code),)


def _of_metric(metric: MetricComparison, tolerances: Tolerances, *, powerless: bool) -> GateCode | None:
    if metric.left_out_b > metric.left_out_a:
        return GateCode.METRIC_NOT_FINITE
    if metric.result in _HIGHER:
        if metric.exact and _is_rounding(metric, tolerances):
            return None
        return GateCode.METRIC_BETTER if metric.better == "B" else GateCode.METRIC_MOVED
    if metric.result in {MetricResult.SAME, MetricResult.EQUIVALENT}:
        return None
    tested = metric.result is MetricResult.OPEN and metric.p_adjusted is not None and not powerless
    return None if tested and metric.margin is None else GateCode.METRIC_UNDECIDED


def _is_rounding(metric: MetricComparison, tolerances: Tolerances) -> bool:
    """Whether two exact values differ by no more than what a verdict calls `numerical`."""
    if metric.mean_a is None or metric.mean_b is None:
        return False
    return tolerances.apply(metric.name, (metric.mean_a, metric.mean_b)).holds(metric.mean_b, metric.mean_a)


def _gone(found: RunComparison) -> Iterator[GateFinding]:
    """Metrics that the base has and the run has not."""
    for said in found.statements:
        if said.code is StatementCode.METRICS_OF_ONE and said.figures.get("run") == "A":
            names = said.figures.get("metrics")
            yield from (GateFinding(GateCode.METRIC_GONE, str(n)) for n in (names if isinstance(names, tuple) else ()))
