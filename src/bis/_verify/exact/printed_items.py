"""Printed text of exact replays: words and numbers apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import finite_relative
from bis._verify.exact_numbers import distance_figures
from bis._verify.figures.clock_times import RunWindow
from bis._verify.printed_text import NumberPair, TextComparison, compare_texts, says_something
from bis._verify.scoped_names import plain
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level
from bis.stats.ulp import measure_ulps, relative_difference

if TYPE_CHECKING:
    from bis._verify.tolerances import Applied, Tolerances

_SAYS_NOTHING = statement(StatementCode.NOT_COUNTED, reason="says-nothing")


@dataclass(frozen=True, slots=True)
class PrintedPlace:
    """Where a text was printed, whether it counts, and else why not; `windows` says when the programs ran."""

    name: str
    kind: ItemKind
    cell: int | None
    counts: bool
    aside: str = "has-metrics"
    label: str = ""
    windows: Sequence[RunWindow] = ()

    @property
    def handle(self) -> str:
        """What tolerances are declared for."""
        name = plain(self.name)
        place = name if self.cell is None else f"cell {self.cell} ({name})"
        return f"{place}: {self.label}" if self.label else place

    def item(self, level: Level, *said: Statement, evidence: Evidence) -> Item:
        """An item on the text as a whole."""
        aside = () if self.counts else (statement(StatementCode.NOT_COUNTED, reason=self.aside),)
        return Item(
            self.name, self.kind, level, (*said, *aside), evidence, self.counts, cell=self.cell, label=self.label
        )


def text_items(
    printed: PrintedPlace, pairs: Sequence[tuple[str, str | None]], tolerances: Tolerances, *, has_metrics: bool
) -> list[Item]:
    """The items on a text, of which each pair holds the original's and a replay's (None: it printed none).

    A text that is empty on both sides, or in which nothing lasts, is no evidence: it has no item, or one that does not
    count.
    """
    if not pairs or not any((a or b or "").strip() for a, b in pairs):
        return []
    items = _text_items(printed, pairs, tolerances, has_metrics=has_metrics)
    if tolerances.strict or not printed.counts:
        return items
    if any(says_something(text, printed.windows) for pair in pairs for text in pair if text):
        return items
    return [replace(i, counts=False, statements=(*i.statements, _SAYS_NOTHING)) for i in items]


def _text_items(
    printed: PrintedPlace, pairs: Sequence[tuple[str, str | None]], tolerances: Tolerances, *, has_metrics: bool
) -> list[Item]:
    total = len(pairs)
    there = [compare_texts(a, b, printed.windows) for a, b in pairs if b is not None]
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


def _number_items(printed: PrintedPlace, comparisons: Sequence[TextComparison], tolerances: Tolerances) -> list[Item]:
    """One item for each label of which a number was printed differently."""
    by_place: dict[tuple[str, int | None, int | None], list[NumberPair]] = {}
    for comparison in comparisons:
        for pair in comparison.differing:
            number = pair.original
            line = None if number.label else number.line
            by_place.setdefault((number.label, line, number.column), []).append(pair)
    return [
        replace(
            _number_item(printed, pairs[0].original.series, pairs, tolerances),
            label=label or printed.label,
            line=line,
            column=column,
        )
        for (label, line, column), pairs in by_place.items()
    ]


def _number_item(printed: PrintedPlace, label: str, pairs: Sequence[NumberPair], tolerances: Tolerances) -> Item:
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
