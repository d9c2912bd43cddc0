"""Comparing groups of runs that exist already: mean, spread and interval of each, and which of them differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._explain.comparison.run_groups import PARENT, group_values, usable_runs, values_by_group
from bis.errors import UsageError
from bis.model.comparison import Direction, GroupComparison, GroupDifference, GroupFigures, MetricByGroup
from bis.stats.group_statistics import group_statistics
from bis.stats.multiplicity import holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bis._explain.comparison.run_groups import RunKey
    from bis.model.stored_runs import RunSummary
    from bis.stats.group_statistics import GroupedRun, GroupStatistics

_NAMED = 10


def compare_groups_of(
    runs: Iterable[RunSummary],
    keys: Sequence[RunKey],
    over: RunKey | None,
    metrics: Sequence[str],
    directions: Mapping[str, Direction],
    *,
    alpha: float = 0.05,
) -> GroupComparison:
    """Statistics of metrics by group.

    Parameters
    ----------
    runs : iterable of RunSummary
        With params, tags and metrics; no replays among them.
    keys : sequence of RunKey
        What they are grouped by.
    over : RunKey, optional
        What runs of a group differ in: where it has the same value in two groups, runs are compared in pairs.
    metrics : sequence of str
        What is compared; at least one.
    directions : mapping of str to Direction
        Which values of a metric are better, where that is known.
    alpha : float
        The error that is allowed for all pairs of groups and all metrics together.

    Raises
    ------
    UsageError
        No metric was named, or no run has one of them.
    """
    usable, left_out = usable_runs(runs, keys, over)
    known = Counter(name for run in usable for name in run.metrics)
    lacking = [name for name in metrics if name not in known]
    if usable and (lacking or not metrics):
        some = ", ".join(name for name, _count in known.most_common(_NAMED)) or "none"
        what = f"no run has a metric {lacking[0]!r}" if lacking else "no metric was named"
        raise UsageError(what, hint=f"Name it with --metric. Metrics of most runs: {some}.")
    found = []
    for name in metrics if usable else ():
        values, without = values_by_group(usable, keys, over, name)
        left_out += without
        statistics = group_statistics(values, confidence=1.0 - alpha)
        found.append(_by_group(name, values, statistics, directions.get(name, Direction.UNKNOWN)))
    return GroupComparison(
        keys=tuple(key.text for key in keys),
        over="" if over is None else over.text,
        metrics=tuple(_corrected(found, alpha)),
        alpha=alpha,
        runs=len(usable),
        experiments=tuple(sorted({run.experiment for run in usable})),
        left_out=dict(sorted(left_out.items())),
        nested=sum(PARENT in run.tags for run in usable),
    )


def _by_group(
    name: str, values: Sequence[GroupedRun], statistics: GroupStatistics, direction: Direction
) -> MetricByGroup:
    """One metric, the group with the best mean first; where that is not known, the highest."""
    own: dict[str, list[float]] = {}
    for run in values:
        own.setdefault(run.group, []).append(run.value)
    sign = 1.0 if direction is Direction.LOWER else -1.0
    ordered = sorted((g for g in statistics.groups if g.mean is not None), key=lambda g: sign * (g.mean or 0.0))
    places = {g.group: place for place, g in enumerate(ordered)}
    groups = tuple(
        GroupFigures(
            key=group_values(g.group),
            values=tuple(own[g.group]),
            mean=g.mean or 0.0,
            draws=g.n,
            repeated=g.repeated,
            sd=g.sd,
            low=g.interval.low if g.interval is not None else None,
            high=g.interval.high if g.interval is not None else None,
        )
        for g in ordered
    )
    differences = []
    for pair in statistics.pairs:
        first, second = places[pair.first], places[pair.second]
        turned = first > second
        means = pair.means
        shift = groups[second].mean - groups[first].mean if means is None else means.difference
        tested = means is not None and pair.p_value is not None
        low, high = (means.interval.low, means.interval.high) if tested and means is not None else (None, None)
        if turned:
            first, second, shift = second, first, -shift
            low, high = (None if high is None else -high), (None if low is None else -low)
        matched = pair.matched if pair.paired else 0
        differences.append(GroupDifference(first, second, matched, shift, low, high, pair.p_value))
    differences.sort(key=lambda d: (d.first, d.second))
    return MetricByGroup(name, direction, groups, tuple(differences))


def _corrected(metrics: Sequence[MetricByGroup], alpha: float) -> Iterable[MetricByGroup]:
    """The same with p-values that are corrected for all pairs of all metrics, and what they say."""
    tested = [d.p_value for m in metrics for d in m.differences if d.p_value is not None]
    adjusted = iter(holm(tested).tolist() if tested else ())
    for metric in metrics:
        differences = tuple(
            d if d.p_value is None else replace(d, p_adjusted=(p := float(next(adjusted))), differs=p <= alpha)
            for d in metric.differences
        )
        like = tuple(d.second for d in differences if d.first == 0 and not d.differs)
        yield replace(metric, differences=differences, like_the_first=like)
