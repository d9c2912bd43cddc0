"""Exact replays (recorded entropy, recorded threads): what is the same, bit for bit or within a tolerance."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import AlignedCurves, Point, align, values_of
from bis._verify.case import Case, counts
from bis._verify.ending import ending_of, ending_of_original, group_failures, judge_exact_ending, same_end
from bis._verify.exact.content import content_items
from bis._verify.exact.divergence import Reading, read_divergence
from bis._verify.figures import counted, distance, number, probability
from bis.model.verdict import Evidence, Group, Item, ItemKind, Level, Outcome, ReplayKind
from bis.stats.binomial import identical_lower_bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.tolerances import Applied
    from bis.model.facets import Curve


@dataclass(frozen=True, slots=True)
class _Pair:
    """A replay's curve beside the original's; `alignment` is None where the replay has not logged it.

    `cut` says that the replay failed where the original did not, so that what it lacks was never reached.
    """

    outcome: Outcome
    alignment: AlignedCurves | None
    cut: bool

    @property
    def identical(self) -> bool:
        """All bits the same, and nothing missing."""
        return self.alignment is not None and self.alignment.same_bits

    @property
    def identical_so_far(self) -> bool:
        """All bits the same as far as the failed replay came."""
        a = self.alignment
        return self.cut and (a is None or (not a.only_replayed and not a.divergent))

    def within(self, applied: Applied, *, final_only: bool) -> bool:
        """Every step (or the last) within the tolerance, and nothing missing."""
        a = self.alignment
        if a is None or a.only_original or a.only_replayed or a.last is None:
            return False
        points = (a.last,) if final_only else a.points
        return all(applied.holds(p.replayed, p.original) for p in points)


def judge_exact(case: Case, outcomes: Sequence[Outcome]) -> Group:
    """Judge the exact replays; `outcomes` must hold at least one, and exact ones only."""
    items = [judge_exact_ending(case.original, outcomes)]
    items += _metric_items(case, outcomes)
    has_metrics = any(i.counts and i.kind in {ItemKind.METRIC, ItemKind.CURVE} for i in items)
    items += content_items(case.original, outcomes, case.tolerances, has_metrics=has_metrics)
    level = max((i.level for i in items if i.counts), key=lambda x: x.rank)
    level = _only_end_compared(level, items)
    failed = group_failures(case.original, outcomes)
    statements = _statements(case, items, outcomes, level)
    return Group(ReplayKind.EXACT, level, len(outcomes), failed, tuple(items), statements)


def _only_end_compared(level: Level, items: Sequence[Item]) -> Level:
    """A good end alone is no result: without anything else to compare, nothing was verified."""
    if level is Level.BITWISE and not any(i.counts and i.kind is not ItemKind.EXIT for i in items):
        return Level.INCONCLUSIVE
    return level


def _metric_items(case: Case, outcomes: Sequence[Outcome]) -> list[Item]:
    first = ending_of_original(case.original)
    items = []
    for curve in sorted(case.original.metrics, key=lambda c: c.name):
        pairs = []
        for outcome in outcomes:
            replayed = outcome.outputs.metric(curve.name) if outcome.outputs else None
            end = ending_of(outcome)
            cut = end.failed and not same_end(first, end)
            pairs.append(_Pair(outcome, align(curve, replayed) if replayed else None, cut))
        items.append(_metric_item(case, curve, pairs))
    return items + _extra_items(case, outcomes)


def _metric_item(case: Case, curve: Curve, pairs: Sequence[_Pair]) -> Item:
    kind = ItemKind.CURVE if len(curve.values) > 1 else ItemKind.METRIC
    seen = [p.replayed for pair in pairs if pair.alignment for p in pair.alignment.points]
    applied = case.tolerances.apply(curve.name, [*values_of(curve), *seen])
    counting, why = counts(curve.name, case.tolerances)
    total = len(pairs)
    identical = sum(p.identical for p in pairs)
    so_far = sum(p.identical_so_far for p in pairs)
    worst = _worst(pairs)
    evidence = _evidence(case, curve, worst, total=total)
    steps = f", {len(curve.values)} steps" if kind is ItemKind.CURVE else ""
    if identical == total:
        return Item(curve.name, kind, Level.BITWISE, f"same bits in {total}/{total}{steps}{why}", evidence, counting)
    if so_far == total:
        words = f"no replay came so far; what {counted(total, 'replay')} logged before failing is the same"
        return Item(curve.name, kind, Level.INCONCLUSIVE, words + why, evidence, counting)
    if identical + so_far == total:
        words = f"same bits in {identical}/{total}{steps}; {so_far} failed before the end"
        return Item(curve.name, kind, Level.BITWISE, words + why, evidence, counting)
    final_only = case.tolerances.final_only
    if all(p.within(applied, final_only=final_only) or p.identical_so_far for p in pairs):
        evidence = _with_tolerance(evidence, applied)
        assert worst is not None
        assert worst.alignment is not None
        far_point = _farthest(worst.alignment)
        far = distance(far_point.ulps, far_point.relative)
        where = ", last step only" if final_only and kind is ItemKind.CURVE else steps
        words = f"within {applied.text} in {total}/{total}{where}; at most {far}"
        return Item(curve.name, kind, Level.NUMERICAL, words + why, evidence, counting)
    words = _difference_in_words(case, curve, pairs, worst if counting else None)
    return Item(curve.name, kind, Level.DIVERGENT, words + why, _with_tolerance(evidence, applied), counting)


def _difference_in_words(case: Case, curve: Curve, pairs: Sequence[_Pair], worst: _Pair | None) -> str:
    total = len(pairs)
    absent = sum(p.alignment is None and not p.cut for p in pairs)
    if absent:
        return f"not logged in {absent} of {counted(total, 'replay')}"
    differing = sum(not p.identical and not p.identical_so_far for p in pairs)
    lengths = sorted({len(curve.values) - a.only_original + a.only_replayed for p in pairs if (a := p.alignment)})
    start = f"differs in {differing}/{total}"
    if lengths != [len(curve.values)] and differing:
        start += f"; {len(curve.values)} steps in the original, {' or '.join(map(str, lengths))} in replays"
    reading = _reading(case, curve, worst)
    return f"{start}; {reading.text}" if reading else start


def _reading(case: Case, curve: Curve, pair: _Pair | None) -> Reading | None:
    replayed = pair.outcome.outputs.metric(curve.name) if pair and pair.outcome.outputs else None
    if pair is None or replayed is None:
        return None
    return read_divergence(curve, replayed, original_trace=case.trace, replayed_trace=pair.outcome.trace)


def _worst(pairs: Sequence[_Pair]) -> _Pair | None:
    """The pair that leaves the original first, and by most; None where none does."""
    differing = [p for p in pairs if p.alignment and p.alignment.divergent]
    return max(differing, key=lambda p: _badness(p.alignment), default=None)


def _badness(alignment: AlignedCurves | None) -> tuple[float, float]:
    assert alignment is not None
    sizes = [math.inf if p.relative is None else p.relative for p in alignment.divergent]
    return max(sizes), -float(alignment.divergent[0].step)


def _farthest(alignment: AlignedCurves) -> Point:
    return max(alignment.divergent, key=lambda p: math.inf if p.relative is None else p.relative)


def _evidence(case: Case, curve: Curve, worst: _Pair | None, *, total: int) -> Evidence:
    if worst is None or worst.alignment is None or worst.alignment.last is None:
        return Evidence(original=number(curve.final), replayed=number(curve.final), replays=total)
    far = _farthest(worst.alignment)
    reading = _reading(case, curve, worst)
    assert reading is not None
    return Evidence(
        original=number(curve.final),
        replayed=number(worst.alignment.last.replayed),
        ulps=far.ulps.count if far.ulps else None,
        relative=far.relative,
        replays=total,
        first_divergent_step=reading.divergence.step,
        growth_per_step=reading.divergence.growth,
        pattern=reading.pattern,
    )


def _with_tolerance(evidence: Evidence, applied: Applied) -> Evidence:
    return replace(evidence, tolerance=applied.text)


def _extra_items(case: Case, outcomes: Sequence[Outcome]) -> list[Item]:
    """Metrics that replays logged and the original did not."""
    known = {c.name for c in case.original.metrics}
    found = sorted({c.name for o in outcomes if o.outputs for c in o.outputs.metrics} - known)
    items = []
    for name in found:
        having = sum(o.outputs is not None and o.outputs.metric(name) is not None for o in outcomes)
        counting, why = counts(name, case.tolerances)
        words = f"logged in {having}/{len(outcomes)} replays, not in the original{why}"
        items.append(Item(name, ItemKind.METRIC, Level.DIVERGENT, words, Evidence(replays=len(outcomes)), counting))
    return items


def _statements(case: Case, items: Sequence[Item], outcomes: Sequence[Outcome], level: Level) -> tuple[str, ...]:
    total = len(outcomes)
    metrics = [i for i in items if i.counts and i.kind in {ItemKind.METRIC, ItemKind.CURVE}]
    said = []
    if metrics and level in {Level.BITWISE, Level.METRICS_BITWISE, Level.NUMERICAL}:
        word = "within tolerance" if level is Level.NUMERICAL else "identical"
        bound = probability(identical_lower_bound(total))
        names = counted(len(metrics), "metric")
        said.append(f"{names} {word} in {total}/{total} exact replays (P({word}) >= {bound} with 95 % confidence)")
    elif metrics:
        tally = Counter(i.level for i in metrics)
        near = f", {tally[Level.NUMERICAL]} within tolerance" if tally[Level.NUMERICAL] else ""
        other = f", {tally[Level.DIVERGENT]} different" if tally[Level.DIVERGENT] else ""
        said.append(
            f"{tally[Level.BITWISE]} of {counted(len(metrics), 'metric')} identical{near}{other} "
            f"in {counted(total, 'exact replay')}"
        )
    if level is Level.METRICS_BITWISE:
        said.append("every metric has the same bits, a model or output has not: the programs did not do the same")
    if not case.original.metrics and level is not Level.NOT_EXECUTABLE:
        said.append("the original logged no metrics: what it printed was compared")
    return tuple(said)
