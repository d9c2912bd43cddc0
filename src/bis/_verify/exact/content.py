"""Models, artifacts, files and printed text of exact replays, by digest and by what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._verify.alignment import finite_relative
from bis._verify.figures import counted, distance
from bis._verify.printed_text import NumberPair, TextComparison, compare_texts
from bis.model.verdict import Evidence, Item, ItemKind, Level, Outcome
from bis.stats.ulp import measure_ulps, relative_difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bis._verify.tolerances import Applied, Tolerances
    from bis.model.facets import CellOutput, Outputs

# Evidence that bis itself stores under the run is no output of the program.
_OWN_ARTIFACTS = "bis/"


def content_items(
    original: Outputs, outcomes: Sequence[Outcome], tolerances: Tolerances, *, has_metrics: bool
) -> list[Item]:
    """The items on all outputs that are no metrics.

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
    if original.stdout is not None:
        pairs = [(original.stdout, o.stdout) for o in ran]
        items += _text_items("stdout", ItemKind.STDOUT, pairs, tolerances, has_metrics=has_metrics)
    cells = cell_texts(original.cells)
    for key, text in cells.items():
        pairs = [(text, cell_texts(o.cells).get(key)) for o in ran]
        name = f"cell {key[0]} ({key[1]})"
        items += _text_items(name, ItemKind.CELL, pairs, tolerances, has_metrics=has_metrics)
    return items


def _digests(outputs: Outputs, kind: ItemKind) -> dict[str, str]:
    if kind is ItemKind.MODEL:
        return {m.name: m.digest for m in outputs.models}
    if kind is ItemKind.ARTIFACT:
        return {a.path: a.digest for a in outputs.artifacts if not a.path.startswith(_OWN_ARTIFACTS)}
    return {f.path: f.digest for f in outputs.files}


_DIGEST_WORDS: dict[ItemKind, tuple[str, Callable[[int], str]]] = {
    ItemKind.MODEL: ("weights", lambda n: counted(n, "model")),
    ItemKind.ARTIFACT: ("bytes", lambda n: counted(n, "artifact")),
    ItemKind.FILE: ("bytes", lambda n: counted(n, "output file")),
}


def _digest_items(
    original: Outputs, ran: Sequence[Outputs], kind: ItemKind, *, counts: bool, other: Level
) -> list[Item]:
    first = _digests(original, kind)
    if not first or not ran:
        return []
    what, count_of = _DIGEST_WORDS[kind]
    total = len(ran)
    not_counted = "" if counts else " (shown, does not count: such files often hold times and names; --strict counts)"
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
        evidence = Evidence(original=digest[:12], replayed=next((d[:12] for d in found if d and d != digest), ""))
        if not digest:
            items.append(Item(name, kind, Level.INCONCLUSIVE, f"{what} of the original not recorded", evidence, False))  # noqa: FBT003 (positional field of a value)
        elif alike == total:
            words = f"same {what} in {alike}/{total}"
            items.append(Item(name, kind, Level.BITWISE, words + not_counted, evidence, counts))
        else:
            words = f"other {what} in {total - alike - absent}/{total}" if absent < total - alike else ""
            words += f"{', ' if words and absent else ''}{f'absent in {absent}/{total}' if absent else ''}"
            items.append(Item(name, kind, other, words + not_counted, evidence, counts))
    if same and kind is not ItemKind.MODEL:
        words = f"{len(same)} of {count_of(len(first))}: same bytes in {total}/{total}"
        items.insert(0, Item(f"{kind.value}s", kind, Level.BITWISE, words, Evidence(replays=total), counts))
    return items


def cell_texts(cells: Iterable[CellOutput]) -> dict[tuple[int, str], str]:
    """Text by cell and kind; several pieces of one stream are one text, however they were cut up."""
    texts: dict[tuple[int, str], str] = {}
    for cell in cells:
        key = (cell.position, cell.kind)
        texts[key] = texts.get(key, "") + cell.text
    return texts


def _text_items(
    name: str,
    kind: ItemKind,
    pairs: Sequence[tuple[str, str | None]],
    tolerances: Tolerances,
    *,
    has_metrics: bool,
) -> list[Item]:
    if not pairs:
        return []
    counts = tolerances.strict or not has_metrics
    tail = "" if counts else " (shown, does not count: the run has metrics)"
    total = len(pairs)
    there = [compare_texts(a, b) for a, b in pairs if b is not None]
    identical = sum(c.identical for c in there)
    evidence = Evidence(replays=total)
    if identical == total:
        return [Item(name, kind, Level.BITWISE, f"same text in {total}/{total}{tail}", evidence, counts)]
    if tolerances.strict:
        level = Level.METRICS_BITWISE if has_metrics else Level.DIVERGENT
        return [Item(name, kind, level, f"other bytes in {total - identical}/{total} (--strict)", evidence, counts)]
    items = []
    other = next((c for c in there if not c.same_words), None)
    if len(there) < total:
        words, level = f"not printed in {total - len(there)}/{total}", Level.DIVERGENT
    elif other is not None:
        words, level = _other_words(other), Level.DIVERGENT
    else:
        words, level = _same_words(there, total), Level.BITWISE
    items.append(Item(name, kind, level, words + tail, evidence, counts))
    return items + _number_items(name, kind, there, tolerances, counts=counts, tail=tail)


def _other_words(comparison: TextComparison) -> str:
    return (
        f"line {comparison.first_other_line} reads otherwise: "
        f"{comparison.original_line!r} / {comparison.replayed_line!r}"
    )


def _same_words(comparisons: Sequence[TextComparison], total: int) -> str:
    ignored = sorted({k for c in comparisons for k in c.ignored})
    but = f"; not compared: {', '.join(ignored)}" if ignored else ""
    numbers = any(c.differing for c in comparisons)
    return (
        f"same words in {total}/{total}{', some numbers differ (below)' if numbers else ' and the same numbers'}{but}"
    )


def _number_items(
    name: str,
    kind: ItemKind,
    comparisons: Sequence[TextComparison],
    tolerances: Tolerances,
    *,
    counts: bool,
    tail: str,
) -> list[Item]:
    """One item for each label of which a number was printed otherwise."""
    by_label: dict[str, list[NumberPair]] = {}
    for comparison in comparisons:
        for pair in comparison.differing:
            by_label.setdefault(pair.original.label or f"line {pair.original.line}", []).append(pair)
    return [
        _number_item(f"{name}: {label}", kind, pairs, tolerances, counts=counts, tail=tail)
        for label, pairs in by_label.items()
    ]


def _number_item(
    name: str,
    kind: ItemKind,
    pairs: Sequence[NumberPair],
    tolerances: Tolerances,
    *,
    counts: bool,
    tail: str,
) -> Item:
    values = [v for p in pairs for v in (p.original.value, p.replayed.value)]
    applied: Applied = tolerances.apply(name, values)
    # Printed digits are decimal: whether the values behind them were float32 cannot be seen, and is not assumed.
    worst = max(pairs, key=lambda p: relative_difference(p.original.value, p.replayed.value))
    ulps = measure_ulps(worst.original.value, worst.replayed.value)
    relative = finite_relative(worst.original.value, worst.replayed.value)
    evidence = Evidence(
        original=worst.original.text,
        replayed=worst.replayed.text,
        ulps=ulps.count if ulps else None,
        relative=relative,
        tolerance=applied.text,
        replays=len(pairs),
    )
    if all(applied.holds(p.replayed.value, p.original.value) for p in pairs):
        words, level = f"printed within {applied.text}; at most {distance(ulps, relative)}", Level.NUMERICAL
    else:
        words, level = f"printed as {worst.original.text} / {worst.replayed.text}", Level.DIVERGENT
    return Item(name, kind, level, words + tail, evidence, counts)
