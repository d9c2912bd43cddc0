"""Exact replays (recorded entropy, recorded threads): what is the same, bit for bit or within a tolerance."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import AlignedCurves, Point, align, values_of
from bis._verify.case import Case, counts, not_counted, runs_with_metrics
from bis._verify.ending import ending_of, ending_of_original, group_failures, judge_exact_ending, same_end
from bis._verify.exact.content import content_items, holds_figures
from bis._verify.exact.divergence import Reading, read_divergence
from bis._verify.exact_numbers import distance_figures, exactly
from bis._verify.scoped_names import plain, scope, scoped
from bis.model.facets import OutputPart
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Basis, Evidence, Group, Item, ItemKind, Level, Outcome, ReplayKind
from bis.stats.binomial import identical_lower_bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.tolerances import Applied
    from bis.model.facets import Curve

# Of the bound on the probability of identical replays.
CONFIDENCE = 0.95
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Pair:
    """A replay's curve beside the original's; `alignment` is None where the replay has not logged it.

    `cut` says that the replay failed where the original did not, so that what it lacks was never reached. `open` says
    that nobody saw the end of the original: it may have logged more.
    """

    outcome: Outcome
    alignment: AlignedCurves | None
    cut: bool
    open: bool = False

    @property
    def identical(self) -> bool:
        """All bits the same, and nothing missing."""
        return self.alignment is not None and self.alignment.same_bits

    @property
    def identical_so_far(self) -> bool:
        """All bits the same as far as the failed replay came."""
        a = self.alignment
        return self.cut and (a is None or (not a.only_replayed and not a.divergent))

    @property
    def goes_on(self) -> bool:
        """All that is known of the original is the same, and the replay has more, or that is not known either."""
        a = self.alignment
        return self.open and a is not None and not a.only_original and not a.divergent

    def within(self, applied: Applied, *, final_only: bool) -> bool:
        """Every step (or the last) within the tolerance, and nothing missing."""
        a = self.alignment
        if a is None or a.only_original or (a.only_replayed and not self.open) or a.last is None:
            return False
        points = (a.last,) if final_only and not a.only_replayed else a.points
        return all(applied.holds(p.replayed, p.original) for p in points)


def judge_exact(case: Case, outcomes: Sequence[Outcome]) -> Group:
    """Judge the exact replays; `outcomes` must hold at least one, and exact ones only."""
    items = [judge_exact_ending(case.original, outcomes)]
    items += _metric_items(case, outcomes)
    measured = runs_with_metrics(i.name for i in items if i.counts and i.kind is not ItemKind.EXIT)
    items += content_items(case.original, outcomes, case.tolerances, measured=measured)
    level = max((i.level for i in items if i.counts), key=lambda x: x.rank, default=Level.BITWISE)
    failed = group_failures(case.original, outcomes)
    if level is Level.BITWISE and not any(i.counts and i.kind is not ItemKind.EXIT for i in items):
        # A good end alone is not a result: without anything else to compare, nothing was verified.
        said = (statement(StatementCode.NOTHING_TO_COMPARE, basis=Basis.REPLAYS.value),)
        return Group(ReplayKind.EXACT, Level.INCONCLUSIVE, len(outcomes), failed, tuple(items), said)
    statements = _statements(case, items, outcomes, level)
    return Group(ReplayKind.EXACT, level, len(outcomes), failed, tuple(items), statements)


def _metric_items(case: Case, outcomes: Sequence[Outcome]) -> list[Item]:
    first = ending_of_original(case.original)
    items = []
    for curve in sorted(case.original.metrics, key=lambda c: c.name):
        pairs = []
        for outcome in outcomes:
            replayed = outcome.outputs.metric(curve.name) if outcome.outputs else None
            end = ending_of(outcome)
            cut = end.failed and not same_end(first, end)
            pairs.append(_Pair(outcome, align(curve, replayed) if replayed else None, cut, open=_is_open(case)))
        items.append(_metric_item(case, curve, pairs))
    return items + _extra_items(case, outcomes)


def _is_open(case: Case) -> bool:
    """Whether the original may have logged more than is known."""
    return OutputPart.LOGGED in case.original.incomplete


def _metric_item(case: Case, curve: Curve, pairs: Sequence[_Pair]) -> Item:
    seen = [p.replayed for pair in pairs if pair.alignment for p in pair.alignment.points]
    applied = case.tolerances.apply(curve.name, [*values_of(curve), *seen])
    if any(p.goes_on and not p.identical for p in pairs) and all(p.goes_on or p.identical_so_far for p in pairs):
        said: tuple[Statement, ...] = (statement(StatementCode.PART_SAME, same=len(pairs), total=len(pairs)),)
        level = Level.INCONCLUSIVE
    else:
        level, said = _compared(case, curve, pairs, applied)
    evidence = _evidence(case, curve, pairs)
    if level in {Level.NUMERICAL, Level.DIVERGENT}:
        evidence = replace(evidence, tolerance=applied.used)
    return Item(
        curve.name,
        ItemKind.CURVE if len(curve.values) > 1 else ItemKind.METRIC,
        level,
        (*said, *not_counted(curve.name, case.tolerances)),
        evidence,
        counts(curve.name, case.tolerances),
    )


def _compared(
    case: Case, curve: Curve, pairs: Sequence[_Pair], applied: Applied
) -> tuple[Level, tuple[Statement, ...]]:
    """The level of one metric and the statements about it."""
    total, steps = len(pairs), len(curve.values)
    identical = sum(p.identical for p in pairs)
    so_far = sum(p.identical_so_far for p in pairs)
    if identical == total:
        return Level.BITWISE, (statement(StatementCode.SAME_BITS, same=total, total=total, steps=steps),)
    if so_far == total:
        logged = sum(p.alignment is not None and p.alignment.last is not None for p in pairs)
        code = StatementCode.SAME_SO_FAR if logged else StatementCode.NOT_REACHED
        return Level.INCONCLUSIVE, (statement(code, logged=logged or None),)
    if identical + so_far == total:
        said = statement(StatementCode.SAME_BITS_SOME_FAILED, same=identical, total=total, steps=steps, failed=so_far)
        return Level.BITWISE, (said,)
    final_only = case.tolerances.final_only
    if all(p.within(applied, final_only=final_only) or p.identical_so_far for p in pairs):
        worst = _worst(pairs)
        assert worst is not None
        assert worst.alignment is not None
        far = _farthest(worst.alignment)
        figures = {**applied.figures, **distance_figures(far.ulps, far.relative)}
        within = statement(
            StatementCode.WITHIN_TOLERANCE,
            same=total,
            total=total,
            steps=steps,
            last_only=final_only and steps > 1,
            **figures,
        )
        if any(p.alignment and p.alignment.only_replayed for p in pairs):
            return Level.INCONCLUSIVE, (within, statement(StatementCode.PART_KNOWN))
        return Level.NUMERICAL, (within,)
    return Level.DIVERGENT, _difference(case, curve, pairs)


def _difference(case: Case, curve: Curve, pairs: Sequence[_Pair]) -> tuple[Statement, ...]:
    total = len(pairs)
    absent = sum(p.alignment is None and not p.cut for p in pairs)
    if absent:
        return (statement(StatementCode.NOT_LOGGED, absent=absent, total=total),)
    steps = len(curve.values)
    lengths = tuple(sorted({steps - a.only_original + a.only_replayed for p in pairs if (a := p.alignment)}))
    differs = statement(
        StatementCode.METRIC_DIFFERS,
        differing=sum(not p.identical and not p.identical_so_far for p in pairs),
        total=total,
        steps=steps,
        other_steps=None if lengths == (steps,) else lengths,
    )
    # How a measurement of the machine differs says nothing.
    reading = _reading(case, curve, _worst(pairs)) if counts(curve.name, case.tolerances) else None
    return (differs, *reading.said) if reading else (differs,)


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


def _evidence(case: Case, curve: Curve, pairs: Sequence[_Pair]) -> Evidence:
    total, worst = len(pairs), _worst(pairs)
    if worst is None or worst.alignment is None or worst.alignment.last is None:
        same = exactly(curve.final)
        logged = any(p.alignment is not None and p.alignment.last is not None for p in pairs)
        return Evidence(original=(same,), replayed=(same,) if logged else (), replays=total)
    far = _farthest(worst.alignment)
    reading = _reading(case, curve, worst)
    assert reading is not None
    return Evidence(
        original=(exactly(curve.final),),
        replayed=(exactly(worst.alignment.last.replayed),),
        ulps=far.ulps.count if far.ulps else None,
        relative=far.relative,
        replays=total,
        first_divergent_step=reading.divergence.step,
        growth_per_step=reading.divergence.growth,
        pattern=reading.pattern,
    )


def _extra_items(case: Case, outcomes: Sequence[Outcome]) -> list[Item]:
    """Metrics that replays logged and the original did not."""
    known = {c.name for c in case.original.metrics}
    found = sorted({c.name for o in outcomes if o.outputs for c in o.outputs.metrics} - known)
    items = []
    for name in found:
        having = sum(o.outputs is not None and o.outputs.metric(name) is not None for o in outcomes)
        said = statement(StatementCode.NOT_IN_ORIGINAL, logged=having, total=len(outcomes))
        part = (statement(StatementCode.PART_KNOWN),) if _is_open(case) else ()
        items.append(
            Item(
                name,
                ItemKind.METRIC,
                Level.INCONCLUSIVE if part else Level.DIVERGENT,
                (said, *part, *not_counted(name, case.tolerances)),
                Evidence(replays=len(outcomes)),
                counts(name, case.tolerances),
            )
        )
    return items


def _statements(case: Case, items: Sequence[Item], outcomes: Sequence[Outcome], level: Level) -> tuple[Statement, ...]:
    total = len(outcomes)
    metrics = [i for i in items if i.counts and i.kind in {ItemKind.METRIC, ItemKind.CURVE}]
    said = []
    if metrics and level in {Level.BITWISE, Level.METRICS_BITWISE, Level.NUMERICAL}:
        code = StatementCode.ALL_WITHIN if level is Level.NUMERICAL else StatementCode.IDENTICAL
        bound = identical_lower_bound(total, confidence=CONFIDENCE)
        said.append(statement(code, metrics=len(metrics), total=total, bound=bound, confidence=CONFIDENCE))
    elif metrics:
        tally = Counter(i.level for i in metrics)
        said.append(
            statement(
                StatementCode.TALLY,
                identical=tally[Level.BITWISE],
                metrics=len(metrics),
                within=tally[Level.NUMERICAL],
                different=tally[Level.DIVERGENT],
                replays=total,
            )
        )
    if differing := _outputs_that_differ(items, metrics):
        named = tuple(dict.fromkeys(map(_named, differing)))
        parts = said[:1]
        code = StatementCode.OUTPUTS_DIFFER
        said = [statement(code, *parts, items=named[:_MOST_NAMED], more=len(named[_MOST_NAMED:])), *said[1:]]
    if in_part := [i for i in items if i.counts and _is_in_part(i)]:
        said.insert(0, statement(StatementCode.KNOWN_IN_PART, items=tuple(dict.fromkeys(map(_named, in_part)))))
    if level is Level.METRICS_BITWISE:
        said.append(statement(StatementCode.METRICS_ONLY))
    if not metrics and level is not Level.NOT_EXECUTABLE:
        figures = bool(case.original.models) or holds_figures(case.original)
        said.append(statement(StatementCode.NO_METRICS if figures else StatementCode.WORDS_ONLY))
    end = next(i for i in items if i.kind is ItemKind.EXIT)
    if end.level is Level.DIVERGENT and not metrics and not differing:
        said = [*end.statements, *said]
    return tuple(said)


def _named(item: Item) -> str:
    run, name = scope(item.name), plain(item.name)
    place = name if item.cell is None else f"cell {item.cell} ({name})"
    place = f"{place}: {item.label}" if item.label else place
    return place if run is None else scoped(place, run)


def _is_in_part(item: Item) -> bool:
    """Whether no more is known of the original than a part, and that is not another one."""
    codes = {s.code for s in item.statements}
    return item.level is Level.INCONCLUSIVE and bool(codes & {StatementCode.PART_SAME, StatementCode.PART_KNOWN})


def _outputs_that_differ(items: Sequence[Item], metrics: Sequence[Item]) -> list[Item]:
    """What the headline names: files beside metrics that are the same; without metrics, all that differs."""
    same = {Level.BITWISE, Level.NUMERICAL}
    if not metrics:
        weaker = [i for i in items if i.counts and i.kind is not ItemKind.EXIT and i.level not in same]
        weaker = [i for i in weaker if not _is_in_part(i)]
        worst = max((i.level.rank for i in weaker), default=0)
        return [i for i in weaker if i.level.rank == worst]
    if any(i.level not in same for i in metrics):
        return []
    written = {ItemKind.FILE, ItemKind.ARTIFACT}
    named = [i for i in items if i.counts and i.kind in written and i.label and i.level is not Level.BITWISE]
    # What counts as much as a metric: of runs to which none was logged.
    weaker = [i for i in items if i.counts and i.kind in {*written, ItemKind.MODEL} and i.level is Level.DIVERGENT]
    return [*weaker, *(i for i in named if i not in weaker)]
