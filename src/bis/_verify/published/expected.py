"""What was published or saved: printed figures against what a run gives, at the precision of the print."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bis._verify.exact.content import cell_texts
from bis._verify.figures import counted, number, probability, short
from bis._verify.printed_text import NumberPair, TextComparison, compare_texts
from bis._verify.tolerances import Applied, Tolerances
from bis.errors import NotFound, UsageError
from bis.model.facets import Outputs
from bis.model.verdict import Evidence, Group, Item, ItemKind, Level, ReplayKind, Verdict
from bis.stats.printed import Agreement, PrintedComparison, compare_printed, parse_printed
from bis.stats.samples import MINIMUM_ORIGINALS, compare_samples

if TYPE_CHECKING:
    from pathlib import Path

    from bis.config import Tolerance
    from bis.model.facets import CellOutput

# Columns that name a row and are no metric.
_ROW_NAMES = frozenset({"run", "run_id", "seed", "id", "#", ""})


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """Published figures as text, digit for digit: by metric, one figure for each published run."""

    columns: Mapping[str, tuple[str, ...]]

    @property
    def runs(self) -> int:
        """How many runs were published."""
        return max((len(v) for v in self.columns.values()), default=0)


def read_table(path: Path) -> PublishedTable:
    """Read a CSV file of published figures; see `parse_table`.

    Raises
    ------
    NotFound
        There is no such file.
    UsageError
        It is no such table.
    """
    try:
        return parse_table(path.read_text(encoding="utf-8-sig"), name=str(path))
    except FileNotFoundError as error:
        raise NotFound(f"{path} is not there", hint="Name a CSV file with published figures.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a table: {error}") from error


def parse_table(text: str, *, name: str = "the table") -> PublishedTable:
    """Read a CSV table of published figures from its text.

    Parameters
    ----------
    text : str
        Either the columns ``metric,value`` with one row for each metric, or one column for each metric and one row
        for each run (columns named run, run_id, seed or id are passed over).
    name : str
        What to call it in messages.

    Raises
    ------
    UsageError
        There is no header or no figure, a row has another length, or a value is no figure.
    """
    rows = [r for r in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in r)]
    if len(rows) < 2:
        raise UsageError(f"{name} holds no figures", hint="Its first line names columns, the others hold figures.")
    head = [h.strip() for h in rows[0]]
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(head):
            raise UsageError(f"{name}, line {line}: expected {len(head)} fields as in the header, found {len(row)}")
    if [h.lower() for h in head] == ["metric", "value"]:
        columns: dict[str, tuple[str, ...]] = {}
        for metric, value in rows[1:]:
            columns[metric.strip()] = (*columns.get(metric.strip(), ()), value.strip())
    else:
        metrics = [i for i, h in enumerate(head) if h.lower() not in _ROW_NAMES]
        columns = {head[i]: tuple(row[i].strip() for row in rows[1:]) for i in metrics}
    for metric, texts in columns.items():
        for figure in texts:
            _check_figure(figure, f"{name}, {metric}")
    return PublishedTable(columns)


def _check_figure(text: str, where: str) -> None:
    try:
        parse_printed(text)
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", hint=error.hint) from error


def compare_table(
    table: PublishedTable,
    outputs: Outputs | Sequence[Outputs],
    *,
    names: Mapping[str, str] | None = None,
    tolerances: Mapping[str, Tolerance] | None = None,
    alpha: float = 0.05,
    run_id: str = "",
) -> Verdict:
    """Compare what runs gave with a published table.

    Parameters
    ----------
    table : PublishedTable
        One published run, or several runs of one experiment.
    outputs : Outputs or sequence of Outputs
        Ours: those of the run itself, or of the run and its fresh replays.
    names : mapping of str to str, optional
        Names in the table -> names of our metrics, where they differ. Names are not guessed.
    tolerances : mapping of str to Tolerance, optional
        By metric or pattern; where one is declared, it takes the place of the printed precision.
    alpha : float
        Family level where two samples are compared.
    run_id : str
        Of the run, for the verdict.

    Returns
    -------
    Verdict
        One published run, or several that agree: each of ours at the precision printed (`bitwise` where 15 or more
        digits were printed and they read as the very double; `numerical` within the printed precision; else
        `divergent`). Several that differ from each other: a test of two samples, which takes at least 3 on each side.

    Raises
    ------
    UsageError
        A name of the table is none of our metrics; the message lists what there is.
    """
    runs = (outputs,) if isinstance(outputs, Outputs) else tuple(outputs)
    matched = _matched(table, runs, names or {})
    declared = Tolerances(declared=tolerances or {})
    family = sum(len(set(texts)) > 1 for texts in table.columns.values())
    items = []
    for published, texts in table.columns.items():
        ours = matched[published]
        values = [c.final for r in runs if (c := r.metric(ours))]
        label = published if ours == published else f"{published} ({ours})"
        if len(set(texts)) == 1:
            applied = declared.apply(ours, values)
            items.append(_printed_item(label, texts[0], values, applied if applied.declared else None))
        else:
            items.append(_sample_item(label, texts, values, level=alpha / max(1, family)))
    return _verdict(items, counted(len(items), "published figure"), run_id, against="published figures")


def _matched(table: PublishedTable, runs: Sequence[Outputs], mapping: Mapping[str, str]) -> dict[str, str]:
    there = sorted({c.name for r in runs for c in r.metrics})
    unknown_left = sorted(set(mapping) - set(table.columns))
    if unknown_left:
        raise UsageError(
            f"--map names {', '.join(map(repr, unknown_left))}, which the table does not have",
            hint=f"The table has {', '.join(table.columns)}.",
        )
    names = {published: mapping.get(published, published) for published in table.columns}
    lost = [f"{p!r}" if p == n else f"{p!r} (mapped to {n!r})" for p, n in names.items() if n not in there]
    if lost:
        raise UsageError(
            f"no metric of the run is named {', '.join(lost)}",
            hint=f'The run has {", ".join(there) or "no metrics"}. Map names with --map "published=metric".',
        )
    return names


def _printed_item(name: str, text: str, values: Sequence[float], applied: Applied | None) -> Item:
    compared = [compare_printed(text, v) for v in values]
    worst = max(compared, key=lambda c: (list(Agreement).index(c.agreement), abs(c.units)))
    ulps = worst.ulps.count if worst.ulps else None
    total = len(values)
    level = _LEVEL_OF[worst.agreement]
    if applied and level is not Level.BITWISE:
        printed = float(worst.figure.value)
        level = Level.NUMERICAL if all(applied.holds(v, printed) for v in values) else Level.DIVERGENT
        found = f"found {number(worst.computed)}, {'within' if level is Level.NUMERICAL else 'outside'} {applied.text}"
        evidence = Evidence(original=text, replayed=number(worst.computed), ulps=ulps, tolerance=applied.text)
        return Item(name, ItemKind.METRIC, level, found, evidence)
    tolerance = "" if level is not Level.NUMERICAL else f"the {worst.figure.digits} digits printed"
    evidence = Evidence(original=text, replayed=number(worst.computed), ulps=ulps, tolerance=tolerance, replays=total)
    words = (
        f"{_agreement_words(worst)}{f' in {total}/{total} runs' if total > 1 and level is not Level.DIVERGENT else ''}"
    )
    return Item(name, ItemKind.METRIC, level, words, evidence)


_LEVEL_OF = {
    Agreement.BITS: Level.BITWISE,
    Agreement.ROUNDED: Level.NUMERICAL,
    Agreement.TRUNCATED: Level.NUMERICAL,
    Agreement.DIGITS: Level.NUMERICAL,
    Agreement.DIFFERS: Level.DIVERGENT,
}


def _agreement_words(compared: PrintedComparison) -> str:
    digits = counted(compared.figure.digits, "digit")
    far = f", {compared.ulps} away" if compared.ulps else ""
    if compared.agreement is Agreement.BITS:
        return f"the very double that the {digits} printed stand for"
    if compared.agreement is Agreement.ROUNDED:
        return f"equal to all {digits} printed (rounded){far}"
    if compared.agreement is Agreement.TRUNCATED:
        return f"equal to all {digits} printed (cut off, not rounded){far}"
    if compared.agreement is Agreement.DIGITS:
        return f"equal to the 15 digits that a double keeps, of {digits} printed{far}"
    units = short(abs(compared.units))
    return f"printed {compared.figure.text}, found {number(compared.computed)}: {units} units of the last digit"


def _sample_item(name: str, texts: Sequence[str], values: Sequence[float], *, level: float) -> Item:
    """Several published runs that differ: both samples by a test, which says nothing below 3 on a side."""
    published = [float(parse_printed(t).value) for t in texts]
    evidence = Evidence(original=_span(published), replayed=_span(values), replays=len(values))
    few = min(len(published), len(values))
    if few < MINIMUM_ORIGINALS:
        needed = MINIMUM_ORIGINALS - len(values)
        words = f"{counted(len(published), 'published run')} that differ, {len(values)} of ours: a test takes 3 of each"
        if needed > 0:
            words += f"; {counted(needed, 'more run')} would decide"
        return Item(name, ItemKind.METRIC, Level.INCONCLUSIVE, words, evidence)
    if not all(np.isfinite(values)):
        words = "not all of our values are numbers"
        return Item(name, ItemKind.METRIC, Level.DIVERGENT, words, evidence)
    # Beyond 200,000 permutations a random part of them is drawn; the seed is part of the method, not of the data.
    result = compare_samples(published, sorted(values), rng=np.random.default_rng(0))
    found = Level.DIVERGENT if result.p_value <= level else Level.STATISTICAL
    words = (
        f"difference of means {short(result.difference)}: p = {probability(result.p_value)} "
        f"({result.variance.value} t-test, level {level:.3g}), {probability(result.p_permutation)} by permutation"
    )
    evidence = Evidence(
        original=evidence.original,
        replayed=evidence.replayed,
        p_value=result.p_value,
        rank_p_value=result.p_permutation,
        replays=len(values),
    )
    return Item(name, ItemKind.METRIC, found, words, evidence)


def _span(values: Sequence[float]) -> str:
    if not values:
        return ""
    return number(values[0]) if len(set(values)) == 1 else f"{short(min(values))} .. {short(max(values))}"


def compare_saved_outputs(saved: Sequence[CellOutput], now: Sequence[CellOutput], *, run_id: str = "") -> Verdict:
    """Compare the outputs that a notebook was saved with to those of its execution now.

    Numbers are compared at the precision in which they were saved; the words around them must be the same, but for
    times, dates, addresses and progress bars. Cells that were saved without output are not compared.
    """
    before, after = _by_cell(saved), _by_cell(now)
    items = []
    for key, text in before.items():
        name = f"cell {key[0]} ({key[1]})"
        if key not in after:
            items.append(Item(name, ItemKind.CELL, Level.DIVERGENT, "gives no such output now"))
        else:
            items.append(_saved_item(name, compare_texts(text, after[key])))
    return _verdict(items, counted(len(items), "saved output"), run_id, against="saved outputs")


def _by_cell(cells: Sequence[CellOutput]) -> dict[tuple[int, str], str]:
    """Texts that say something: a cell that printed nothing has nothing to compare."""
    return {key: text for key, text in cell_texts(cells).items() if text.strip()}


def _saved_item(name: str, compared: TextComparison) -> Item:
    if compared.identical:
        return Item(name, ItemKind.CELL, Level.BITWISE, "same text")
    if not compared.same_words:
        words = (
            f"line {compared.first_other_line} reads otherwise: {compared.original_line!r} / {compared.replayed_line!r}"
        )
        return Item(name, ItemKind.CELL, Level.DIVERGENT, words)
    but = f"; not compared: {', '.join(compared.ignored)}" if compared.ignored else ""
    differing = compared.differing
    if not differing:
        return Item(name, ItemKind.CELL, Level.BITWISE, f"same words and numbers{but}")
    odd = next(
        (p for p in differing if not (math.isfinite(p.original.value) and math.isfinite(p.replayed.value))), None
    )
    if odd:
        words = f"{odd.original.label}: {odd.original.text} was saved, {odd.replayed.text} is printed now".lstrip(": ")
        return Item(name, ItemKind.CELL, Level.DIVERGENT, words)
    results = [_compare_pair(p) for p in differing]
    worst_pair, worst = max(
        zip(differing, results, strict=True), key=lambda pr: (not pr[1].agreement.matches, abs(pr[1].units))
    )
    label = f"{worst_pair.original.label}: " if worst_pair.original.label else ""
    evidence = Evidence(
        original=worst_pair.original.text,
        replayed=worst_pair.replayed.text,
        ulps=worst.ulps.count if worst.ulps else None,
        tolerance="the digits printed" if worst.agreement.matches else "",
    )
    level = Level.NUMERICAL if worst.agreement.matches else Level.DIVERGENT
    count = f"{len(differing)} of {counted(len(compared.pairs), 'number')} printed otherwise"
    return Item(name, ItemKind.CELL, level, f"{count}; {label}{_agreement_words(worst)}{but}", evidence)


def _compare_pair(pair: NumberPair) -> PrintedComparison:
    """At the coarser of the two printed precisions, since either side may have been printed with fewer digits."""
    a, b = pair.original, pair.replayed
    if _decimals(b.text) < _decimals(a.text):
        return compare_printed(b.text, a.value)
    return compare_printed(a.text, b.value)


def _decimals(text: str) -> int:
    return len(text.lower().partition("e")[0].partition(".")[2])


def _verdict(items: Sequence[Item], what: str, run_id: str, *, against: str) -> Verdict:
    """The weakest item decides. `against` in the context says that no replay was made for this."""
    context = {"against": against}
    if not items:
        said = (f"there are no {against} to compare with",)
        return Verdict(run_id, Level.INCONCLUSIVE, (), said, context=context)
    level = max((i.level for i in items), key=lambda x: x.rank)
    tally = Counter(i.level for i in items)
    said = (f"{what}: {', '.join(f'{tally[x]} {x.value}' for x in Level if tally[x])}",)
    group = Group(ReplayKind.EXACT, level, replays=0, failed=0, items=tuple(items), statements=said)
    return Verdict(run_id, level, (group,), said, context=context)
