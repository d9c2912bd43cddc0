"""Group statistics: a metric by group over runs that exist, and which groups differ."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from bis.stats.arrays import as_fraction
from bis.stats.interval import Interval
from bis.stats.mean_difference import MeanDifference, mean_difference, paired_mean_difference
from bis.stats.multiplicity import holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEAST_MATCHES = 3


@dataclass(frozen=True, slots=True)
class GroupedRun:
    """One run.

    Parameters
    ----------
    group : str
        What it is grouped by.
    value : float
        Its metric; NaN or infinite where it failed.
    seed : str or None
        What it is repeated over; None where this is not recorded: then it is a draw of its own, without a counterpart.
    """

    group: str
    value: float
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """The metric within a group.

    Parameters
    ----------
    group : str
        Its name.
    runs : int
        Runs that were given.
    failed : int
        Runs whose value is NaN or infinite; they are in none of the figures.
    repeated : int
        Runs with a seed that an earlier run of the group has. Runs of one seed are no independent draws: they count
        once, with their mean.
    n : int
        Independent draws with a finite value: what the figures are computed from.
    mean, low, high : float or None
        Mean, smallest and largest, in the metric's unit; None for n = 0.
    sd : float or None
        Standard deviation of a run, in the metric's unit; None below n = 2.
    interval : Interval or None
        Of the mean, from t; None below n = 2, and where all values are equal, which is no proof of precision.
    """

    group: str
    runs: int
    failed: int
    repeated: int
    n: int
    mean: float | None
    low: float | None
    high: float | None
    sd: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class GroupPair:
    """Two groups.

    Parameters
    ----------
    first, second : str
        Names of the groups.
    paired : bool
        Whether runs of the same seed were compared.
    matched : int
        Seeds with a finite value in both.
    means : MeanDifference or None
        Second less first. None where there is too little: fewer than 2 runs of either.
    p_value : float or None
        Two-sided, of the t-test of this pair alone; None without scatter, which leaves nothing to compare with.
    adjusted : float or None
        Holm's, over all pairs with a p-value.
    """

    first: str
    second: str
    paired: bool
    matched: int
    means: MeanDifference | None
    p_value: float | None
    adjusted: float | None


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """All groups, and all pairs of them.

    Parameters
    ----------
    groups : tuple of GroupSummary
        In the order in which they first appear.
    pairs : tuple of GroupPair
        In the same order.
    confidence : float
        Of all intervals.
    """

    groups: tuple[GroupSummary, ...]
    pairs: tuple[GroupPair, ...]
    confidence: float


def group_statistics(runs: Iterable[GroupedRun], *, confidence: float = 0.95) -> GroupStatistics:
    """Summarise a metric by group, and compare all pairs of groups.

    Parameters
    ----------
    runs : iterable of GroupedRun
        In any order; the order of the groups is that of their first runs.
    confidence : float
        Of all intervals, in (0, 1).

    Returns
    -------
    GroupStatistics
        Mean, spread and interval of each group; difference, interval, p-value and Holm's adjusted p-value of each pair.

    Raises
    ------
    ValueError
        `confidence` is not in (0, 1).

    Notes
    -----
    Two groups are compared in pairs where at least 3 seeds, and at least half of the smaller group's draws, have a
    counterpart of the same seed; else as independent samples, with all their draws. Intervals of differences are those
    of a pair alone, not of all at once. An adjusted p-value of at most alpha is a difference; over all pairs of groups
    the probability of any false one is then at most alpha.

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733. Welch (1947), doi:10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> runs = [GroupedRun("cnn", 0.91 + s / 100, str(s)) for s in range(4)]
    >>> runs += [GroupedRun("mlp", 0.90 + s / 100 - (s == 3) / 200, str(s)) for s in range(4)]
    >>> result = group_statistics(runs)
    >>> [(g.group, g.n, round(g.mean, 4)) for g in result.groups]
    [('cnn', 4, 0.925), ('mlp', 4, 0.9138)]
    >>> result.pairs[0].paired, round(result.pairs[0].adjusted, 4)
    (True, 0.0029)
    """
    as_fraction(confidence, name="confidence")
    by_group: dict[str, list[GroupedRun]] = {}
    for run in runs:
        by_group.setdefault(run.group, []).append(run)
    draws = {group: _draws(members) for group, members in by_group.items()}
    groups = tuple(_summary(group, by_group[group], list(draws[group].values()), confidence) for group in by_group)
    pairs = [_pair(a, b, draws[a], draws[b], confidence) for a, b in itertools.combinations(by_group, 2)]
    tested = [i for i, pair in enumerate(pairs) if pair.p_value is not None]
    adjusted = holm([pairs[i].p_value or 0.0 for i in tested])
    for i, value in zip(tested, adjusted.tolist(), strict=True):
        pairs[i] = replace(pairs[i], adjusted=value)
    return GroupStatistics(groups, tuple(pairs), confidence)


def _draws(runs: list[GroupedRun]) -> dict[tuple[str | None, int], float]:
    """Independent draws with a finite value, by seed; those without a seed are numbered."""
    values: dict[tuple[str | None, int], list[float]] = {}
    for i, run in enumerate(runs):
        if math.isfinite(run.value):
            values.setdefault((run.seed, i if run.seed is None else 0), []).append(run.value)
    return {key: float(np.mean(same)) if len(set(same)) > 1 else same[0] for key, same in values.items()}


def _summary(group: str, runs: list[GroupedRun], draws: list[float], confidence: float) -> GroupSummary:
    n = len(draws)
    seeds = [run.seed for run in runs if run.seed is not None]
    constant = len(set(draws)) == 1
    mean = float(np.mean(draws)) if draws and not constant else draws[0] if draws else None
    sd = (0.0 if constant else float(np.std(draws, ddof=1))) if n > 1 else None
    interval = None
    if mean is not None and sd:
        reach = float(scipy.stats.t.isf((1.0 - confidence) / 2.0, n - 1)) * sd / math.sqrt(n)
        interval = Interval(mean - reach, mean + reach, confidence)
    return GroupSummary(
        group=group,
        runs=len(runs),
        failed=sum(not math.isfinite(run.value) for run in runs),
        repeated=len(seeds) - len(set(seeds)),
        n=n,
        mean=mean,
        low=min(draws, default=None),
        high=max(draws, default=None),
        sd=sd,
        interval=interval,
    )


def _pair(
    first: str,
    second: str,
    a: Mapping[tuple[str | None, int], float],
    b: Mapping[tuple[str | None, int], float],
    confidence: float,
) -> GroupPair:
    common = [key for key in a if key[0] is not None and key in b]
    paired = len(common) >= max(LEAST_MATCHES, math.ceil(min(len(a), len(b)) / 2))
    means = None
    if paired:
        means = paired_mean_difference([a[key] for key in common], [b[key] for key in common], confidence=confidence)
    elif min(len(a), len(b)) > 1:
        means = mean_difference(list(a.values()), list(b.values()), confidence=confidence)
    p_value = means.p_value if means is not None and means.spread else None
    return GroupPair(first, second, paired, len(common), means, p_value, None)
