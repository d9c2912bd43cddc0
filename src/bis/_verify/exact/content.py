"""Models, artifacts, files and printed text of exact replays, by digest and by what is printed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import finite_relative
from bis._verify.exact_numbers import distance_figures
from bis._verify.figures.clock_times import windows_of
from bis._verify.printed_text import NumberPair, TextComparison, cell_texts, compare_texts
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level, Outcome
from bis.stats.ulp import measure_ulps, relative_difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.tolerances import Applied, Tolerances
    from bis.model.facets import Outputs

# Evidence that bis itself stores under the run is not an output of the program.
_OWN_ARTIFACTS = "bis/"
# Files often hold times and names; printed text is beside the point where there are metrics.
_NOT_STRICT = statement(StatementCode.NOT_COUNTED, reason="not-strict")
_HAS_METRICS = statement(StatementCode.NOT_COUNTED, reason="has-metrics")


def content_items(
    original: Outputs, outcomes: Sequence[Outcome], tolerances: Tolerances, *, has_metrics: bool
) -> list[Item]:
    """The items on all outputs that are not metrics.

    Models always count. Artifacts and output files count with ``strict`` only, because plots, pickles and reports
    hold the time at which they were written. Printed text counts with ``strict``, or where there are no metrics.
    """
    ran = [o.outputs for o in outcomes if o.outputs is not None]
    # Where metrics agree to the bit and a digest does not, the run is "metrics bitwise"; without metrics, divergent.
    other = Level.METRICS_BITWISE if has_metrics else Level.DIVERGENT
    strict = tolerances.strict
    items = _digest_items(original, ran, ItemKind.MODEL, counts=True, other=other)
    items += _digest_items(original, ran, ItemKind.ARTIFACT, counts=strict, other=other)
    items += _digest_items(original, ran, ItemKind.FILE, counts=strict, other=other)
    printed_counts = strict or not has_metrics
    if original.stdout is not None:
        stdout = _Printed("stdout", ItemKind.STDOUT, None, printed_counts)
        there = [_compared(original.stdout, o.stdout, original, o) for o in ran]
        items += _text_items(stdout, there, tolerances, has_metrics=has_metrics)
    cells = cell_texts(original.cells)
    for key, text in cells.items():
        cell = _Printed(key[1], ItemKind.CELL, key[0], printed_counts)
        there = [_compared(text, cell_texts(o.cells).get(key), original, o) for o in ran]
        items += _text_items(cell, there, tolerances, has_metrics=has_metrics)
    return items


def _digests(outputs: Outputs, kind: ItemKind) -> dict[str, str]:
    if kind is ItemKind.MODEL:
        return {m.name: m.digest for m in outputs.models}
    if kind is ItemKind.ARTIFACT:
        return {a.path: a.digest for a in outputs.artifacts if not a.path.startswith(_OWN_ARTIFACTS)}
    return {f.path: f.digest for f in outputs.files}


def _digest_items(
    original: Outputs, ran: Sequence[Outputs], kind: ItemKind, *, counts: bool, other: Level
) -> list[Item]:
    first = _digests(original, kind)
    if not first or not ran:
        return []
    total = len(ran)
    content = "weights" if kind is ItemKind.MODEL else "bytes"
    aside = () if counts else (_NOT_STRICT,)
    same: list[str] = []
    items = []
    for name, digest in sorted(first.items()):
        found = [_digests(o, kind).get(name) for o in ran]
        alike = sum(bool(digest) and d == digest for d in found)
        absent = sum(d is None for d in found)
        if alike == total:
            same.append(name)
            if kind is not ItemKind.MODEL:
                continue
        others = tuple(dict.fromkeys(d for d in found if d and d != digest))
        evidence = Evidence(original=(digest,), replayed=others[:1])
        if not digest:
            said = statement(StatementCode.DIGEST_NOT_RECORDED, content=content)
            items.append(Item(name, kind, Level.INCONCLUSIVE, (said,), evidence, counts=False))
        elif alike == total:
            said = statement(StatementCode.SAME_CONTENT, content=content, same=alike, total=total)
            items.append(Item(name, kind, Level.BITWISE, (said, *aside), evidence, counts))
        else:
            said = statement(
                StatementCode.OTHER_CONTENT, content=content, other=total - alike - absent, absent=absent, total=total
            )
            items.append(Item(name, kind, other, (said, *aside), evidence, counts))
    if same and kind is not ItemKind.MODEL:
        said = statement(StatementCode.SAME_CONTENTS, kind=kind.value, same=len(same), listed=len(first), total=total)
        items.insert(0, Item("", kind, Level.BITWISE, (said, *aside), Evidence(replays=total), counts))
    return items


@dataclass(frozen=True, slots=True)
class _Printed:
    """Where a text was printed, whether it counts, and the statements on each of its items."""

    name: str
    kind: ItemKind
    cell: int | None
    counts: bool

    @property
    def handle(self) -> str:
        """What tolerances are declared for."""
        return self.name if self.cell is None else f"cell {self.cell} ({self.name})"

    def item(self, level: Level, *said: Statement, evidence: Evidence) -> Item:
        """An item on the text as a whole."""
        aside = () if self.counts else (_HAS_METRICS,)
        return Item(self.name, self.kind, level, (*said, *aside), evidence, self.counts, cell=self.cell)


def _compared(text: str, again: str | None, original: Outputs, replayed: Outputs) -> TextComparison | None:
    return None if again is None else compare_texts(text, again, windows_of(original, replayed))


def _text_items(
    printed: _Printed, comparisons: Sequence[TextComparison | None], tolerances: Tolerances, *, has_metrics: bool
) -> list[Item]:
    """The items on a text; a comparison is None where it was not printed again."""
    if not comparisons:
        return []
    total = len(comparisons)
    there = [c for c in comparisons if c is not None]
    identical = sum(c.identical for c in there)
    evidence = Evidence(replays=total)
    if identical == total:
        return [printed.item(Level.BITWISE, statement(StatementCode.SAME_TEXT, total=total), evidence=evidence)]
    if tolerances.strict:
        level = Level.METRICS_BITWISE if has_metrics else Level.DIVERGENT
        said = statement(StatementCode.OTHER_TEXT, other=total - identical, total=total)
        return [printed.item(level, said, evidence=evidence)]
    other = next((c for c in there if not c.same_words), None)
    if len(there) < total:
        gone = statement(StatementCode.NOT_PRINTED, absent=total - len(there), total=total)
        whole = printed.item(Level.DIVERGENT, gone, evidence=evidence)
    elif other is not None:
        whole = printed.item(Level.DIVERGENT, line_differs(other), evidence=evidence)
    else:
        numbers = any(c.differing for c in there)
        same = statement(StatementCode.SAME_WORDS, total=total, numbers_differ=numbers)
        whole = printed.item(Level.BITWISE, same, *not_compared(there), evidence=evidence)
    return [whole, *_number_items(printed, there, tolerances)]


def line_differs(comparison: TextComparison) -> Statement:
    """Statements about two texts with different words."""
    assert comparison.first_other_line is not None
    return statement(
        StatementCode.LINE_DIFFERS,
        line=comparison.first_other_line,
        original=comparison.original_line,
        replayed=comparison.replayed_line,
    )


def not_compared(comparisons: Sequence[TextComparison]) -> tuple[Statement, ...]:
    """Statements about tokens that differ between any two executions, with how many there are of each kind."""
    most: Counter[str] = Counter()
    for comparison in comparisons:
        most |= Counter({kind.value: count for kind, count in comparison.ignored.items()})
    if not most:
        return ()
    tokens = tuple(sorted(most))
    return (statement(StatementCode.NOT_COMPARED, tokens=tokens, counts=tuple(most[t] for t in tokens)),)


def _number_items(printed: _Printed, comparisons: Sequence[TextComparison], tolerances: Tolerances) -> list[Item]:
    """One item for each label of which a number was printed differently."""
    by_place: dict[tuple[str, int | None, int | None], list[NumberPair]] = {}
    for comparison in comparisons:
        for pair in comparison.differing:
            number = pair.original
            line = None if number.label else number.line
            by_place.setdefault((number.label, line, number.column), []).append(pair)
    return [
        replace(
            _number_item(printed, pairs[0].original.series, pairs, tolerances), label=label, line=line, column=column
        )
        for (label, line, column), pairs in by_place.items()
    ]


def _number_item(printed: _Printed, label: str, pairs: Sequence[NumberPair], tolerances: Tolerances) -> Item:
    values = [v for p in pairs for v in (p.original.value, p.replayed.value)]
    applied: Applied = tolerances.apply(f"{printed.handle}: {label}", values)
    # Printed digits are decimal: whether the values behind them were float32 cannot be seen, and is not assumed.
    worst = max(pairs, key=lambda p: relative_difference(p.original.value, p.replayed.value))
    ulps = measure_ulps(worst.original.value, worst.replayed.value)
    relative = finite_relative(worst.original.value, worst.replayed.value)
    evidence = Evidence(
        original=(worst.original.text,),
        replayed=(worst.replayed.text,),
        ulps=ulps.count if ulps else None,
        relative=relative,
        tolerance=applied.used,
        replays=len(pairs),
    )
    if all(applied.holds(p.replayed.value, p.original.value) for p in pairs):
        figures = {**applied.figures, **distance_figures(ulps, relative)}
        return printed.item(Level.NUMERICAL, statement(StatementCode.PRINTED_WITHIN, **figures), evidence=evidence)
    said = statement(StatementCode.PRINTED_AS, original=worst.original.text, replayed=worst.replayed.text)
    return printed.item(Level.DIVERGENT, said, evidence=evidence)
