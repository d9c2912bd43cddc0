"""A comparison of groups of runs as text: a table and a plot for each metric, and which groups differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.comparison import Direction, GroupComparison, MetricByGroup
from bis.report.text.figure_words import counted, percent, probability, short
from bis.report.text.plots import interval_plot
from bis.report.text.terminal import bullet, headline, print_text, table, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.comparison import GroupDifference, GroupFigures

_CELLS = 40
_PAIRS = 15  # pairs of groups that are listed; the rest is counted, unless all are asked for

LEFT_OUT = {
    "failed": "failed",
    "unfinished": "did not end",
    "no-group": "without a value of the keys of groups",
    "no-repeat": "without a value of {over}",
    "no-metric": "without the metric",
    "not-finite": "with a value that is not finite",
}


def groups_text(found: GroupComparison, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """A comparison of groups as text.

    Parameters
    ----------
    found : GroupComparison
        What was found.
    width : int
        Of the terminal, in characters.
    colour : bool
        Whether to use colour.
    full : bool
        Every pair of groups, however many there are.

    Returns
    -------
    str
        Lines that end in a newline.
    """
    parts: list[Any] = []
    for metric in found.metrics:
        parts += [*_metric(metric, found, full=full), ""]
    if not found.metrics:
        parts += [headline("nothing to compare", "no run has all the keys of groups and ended well"), ""]
    used = f"{counted(found.runs, 'run')} by {', '.join(found.keys)}" + (f" over {found.over}" if found.over else "")
    where = counted(len(found.experiments), "experiment") if len(found.experiments) != 1 else found.experiments[0]
    parts.append(f"{used}, in {where}")
    notes = [
        f"{counted(count, 'run')} left out: {LEFT_OUT[why].format(over=found.over)}"
        for why, count in found.left_out.items()
    ]
    if found.nested:
        notes.append(f"{counted(found.nested, 'run')} of them nested in other runs")
    parts += [bullet(note) for note in notes]
    return text_of(parts, width=width, colour=colour)


def print_groups(found: GroupComparison, *, full: bool = False) -> None:
    """Print a comparison of groups on stdout."""
    print_text(lambda width, colour: groups_text(found, width=width, colour=colour, full=full))


def _metric(metric: MetricByGroup, found: GroupComparison, *, full: bool) -> list[Any]:
    groups = metric.groups
    parts: list[Any] = [headline(metric.name, _answer(metric)), ""]
    plots = interval_plot(
        [(g.values, g.mean, None if g.low is None or g.high is None else (g.low, g.high)) for g in groups],
        cells=_CELLS,
    )
    heads = (
        *(_head(key) for key in found.keys),
        "runs",
        "mean",
        "sd",
        f"{percent(round(1 - found.alpha, 6))} interval",
    )
    rows = [(*g.key, str(g.draws), short(g.mean), _or_dash(g.sd), _interval(g.low, g.high)) for g in groups]
    k = len(found.keys)
    parts.append(table(heads, rows, right=(k, k + 1, k + 2), whole=tuple(range(k, k + 4)), fold=0))
    if len(groups) > 1:
        parts += ["", table(("", ""), [(_name(g), plots[i]) for i, g in enumerate(groups)], whole=(1,), fold=0)]
    shown = metric.differences if full else metric.differences[:_PAIRS]
    if shown:
        parts += ["", _pairs(metric, shown)]
    if len(metric.differences) > len(shown):
        parts.append(bullet(f"and {counted(len(metric.differences) - len(shown), 'more pair')} (--full)"))
    single = [_name(g) for g in groups if g.draws == 1]
    if single:
        parts.append(bullet(f"one run only, so no spread: {', '.join(single)}"))
    for g in groups:
        if g.repeated:
            more = f"{counted(g.repeated, 'run')} of {_name(g)} repeat a value of {found.over}"
            parts.append(bullet(f"{more}: runs with one value count once, with their mean"))
    return parts


def _answer(metric: MetricByGroup) -> str:
    """Which group is the first, and which cannot be told from it."""
    groups = metric.groups
    if len(groups) < 2:
        return f"one group only, {_name(groups[0])}" if groups else "no run has it"
    word = {Direction.HIGHER: "best", Direction.LOWER: "best (lowest)"}.get(metric.direction, "highest")
    of_first = [d for d in metric.differences if d.first == 0]
    open_ones = [_name(groups[d.second]) for d in of_first if d.p_value is not None and not d.differs]
    untested = [_name(groups[d.second]) for d in of_first if d.p_value is None]
    said = f"{_name(groups[0])} is {word}"
    if not open_ones and not untested:
        return f"{said}, and differs from {'the other group' if len(groups) == 2 else 'all other groups'}"
    parts = []
    if open_ones:
        parts.append(f"not distinguishable from it: {', '.join(open_ones)}")
    if untested:
        parts.append(f"not tested against it (too few runs, or no spread): {', '.join(untested)}")
    return "; ".join([said, *parts])


def _pairs(metric: MetricByGroup, shown: Sequence[GroupDifference]) -> Any:
    rows = []
    for d in shown:
        first, second = (_name(metric.groups[place]) for place in (d.first, d.second))
        rows.append(
            (
                f"{second} - {first}",
                f"{d.difference:+.4g}",
                _interval(d.low, d.high),
                "-" if d.p_adjusted is None else probability(d.p_adjusted),
                str(d.pairs) if d.pairs else "-",
                "differ" if d.differs else "not tested" if d.p_value is None else "open",
            )
        )
    heads = ("groups", "difference", "interval", "p (Holm)", "pairs", "")
    return table(heads, rows, right=(1, 3, 4), whole=(1, 2, 3, 4, 5), fold=0)


def _name(group: GroupFigures) -> str:
    return ", ".join(group.key)


def _head(key: str) -> str:
    """The key without its place."""
    return key.partition(".")[2].strip("`") or key


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{short(low)} .. {short(high)}"
