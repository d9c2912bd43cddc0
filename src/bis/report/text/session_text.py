"""The runs of a program in a verdict: those that differ first, and no more than a screen of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bis.model.verdict import Level
from bis.report.text.figure_words import counted
from bis.report.text.terminal import styled, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.model.verdict import Item, JudgedRun, Verdict

# More runs, or items of runs, than this are counted and not listed, unless all are asked for.
MOST_LISTED = 12
_SHORT_ID = 8
_MOST_NAMES = 4


def run_labels(runs: Sequence[JudgedRun]) -> dict[str, str]:
    """What each run is called: by its name where no other run has it, else with its id, or by its id alone."""
    names = Counter(run.name for run in runs)
    labels = {}
    for run in runs:
        short = run.run_id[:_SHORT_ID]
        labels[run.run_id] = run.name if names[run.name] == 1 and run.name else f"{run.name} {short}".strip()
    return labels


def runs_table(verdict: Verdict, *, full: bool) -> list[Any]:
    """A row for each run that was judged; nothing where it is one alone."""
    if not verdict.runs:
        return []
    labels = run_labels(verdict.runs)
    order = sorted(verdict.runs, key=lambda run: -1 if run.level is None else run.level.rank, reverse=True)
    shown = order if full else order[:MOST_LISTED]
    replays = len(verdict.outcomes)
    rows: list[tuple[Any, Any, str]] = [
        (
            f"run {labels[run.run_id]}",
            "(not compared)" if run.level is None else styled(run.level.value),
            "; ".join(_remarks(run, verdict, labels, replays)),
        )
        for run in shown
    ]
    parts = ["", table(("", "", ""), rows)]
    if left := order[len(shown) :]:
        tally = Counter("not compared" if run.level is None else run.level.value for run in left)
        parts.append(
            f"and {counted(len(left), 'more run')} (--full): {', '.join(f'{n} {x}' for x, n in tally.items())}"
        )
    return parts


def _remarks(run: JudgedRun, verdict: Verdict, labels: Mapping[str, str], replays: int) -> list[str]:
    said = []
    if run.parent in labels:
        said.append(f"in {labels[run.parent]}")
    if run.replays < replays:
        said.append(f"missing in {replays - run.replays} of {counted(replays, 'replay')}")
    if run.by_results:
        said.append("paired by its results")
    weakest = _weakest(run, verdict)
    if weakest:
        more = f" and {len(weakest) - _MOST_NAMES} more" if len(weakest) > _MOST_NAMES else ""
        said.append(", ".join(weakest[:_MOST_NAMES]) + more)
    return said


def _weakest(run: JudgedRun, verdict: Verdict) -> list[str]:
    """The names of the items by which a run got its level, where that is not the level of most of them."""
    if run.level in {None, Level.BITWISE, Level.STATISTICAL}:
        return []
    items = [i for g in verdict.groups for i in g.items if i.run == run.run_id and i.counts and i.level.rank > 0]
    at_level = [i for i in items if i.level is run.level]
    return list(dict.fromkeys(i.name for i in at_level or items))


def listed_first(items: Sequence[Item], *, full: bool) -> tuple[list[Item], int]:
    """The items that are listed, the weakest of those that count first, and how many are not."""
    order = sorted(items, key=lambda i: (not i.counts, -i.level.rank))
    shown = order if full else order[:MOST_LISTED]
    return shown, len(order) - len(shown)
