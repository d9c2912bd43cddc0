"""What was published or saved: printed figures against what a run gives, at the precision of the print."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bis._verify.exact.printed_items import line_differs, not_compared
from bis._verify.exact_numbers import distance_figures, exactly, extent
from bis._verify.printed_text import NumberPair, TextComparison, cell_texts, compare_texts
from bis._verify.tolerances import Applied, Tolerances
from bis.errors import NotFound, UsageError
from bis.model.facets import Outputs
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import (
    AppliedTolerance,
    Basis,
    Evidence,
    Group,
    Item,
    ItemKind,
    Level,
    ReplayKind,
    ToleranceOrigin,
    Verdict,
)
from bis.stats.printed import Agreement, PrintedComparison, compare_printed, parse_printed
from bis.stats.samples import MINIMUM_ORIGINALS, compare_samples

if TYPE_CHECKING:
    from pathlib import Path

    from bis.config import Tolerance
    from bis.model.facets import CellOutput

# Columns that name a row and are not metrics.
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
        The file does not exist.
    UsageError
        It is not such a table.
    """
    try:
        return parse_table(path.read_text(encoding="utf-8-sig"), name=str(path))
    except FileNotFoundError as error:
        raise NotFound(f"{path} does not exist", hint="Name a CSV file with published figures.") from error
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
        There is no header or no figure, a row has another length, or a value is not a figure.
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
        The run itself, or the run and its fresh replays.
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
        One published run, or several that agree: each run at the precision printed (`bitwise` where 15 or more
        digits were printed and they read as exactly that double; `numerical` within the printed precision; else
        `divergent`). Several that differ from each other: a test of two samples, which takes at least 3 on each side.

    Raises
    ------
    UsageError
        A name of the table is not a metric of the runs; the message lists what there is.
    """
    runs = (outputs,) if isinstance(outputs, Outputs) else tuple(outputs)
    matched = _matched(table, runs, names or {})
    declared = Tolerances(declared=tolerances or {})
    family = sum(len(set(texts)) > 1 for texts in table.columns.values())
    items = []
    for published, texts in table.columns.items():
        metric = matched[published]
        values = [c.final for r in runs if (c := r.metric(metric))]
        if len(set(texts)) == 1:
            applied = declared.apply(metric, values)
            item = _printed_item(published, texts[0], values, applied if applied.declared else None)
        else:
            item = _sample_item(published, texts, values, level=alpha / max(1, family))
        items.append(replace(item, label="" if metric == published else metric))
    return _verdict(items, run_id, Basis.PUBLISHED)


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
    total = len(values)
    level = _LEVEL_OF[worst.agreement]
    found = exactly(worst.computed)
    ulps = worst.ulps.count if worst.ulps else None
    evidence = Evidence(original=(text,), replayed=(found,), ulps=ulps, replays=total)
    if applied and level is not Level.BITWISE:
        printed = float(worst.figure.value)
        level = Level.NUMERICAL if all(applied.holds(v, printed) for v in values) else Level.DIVERGENT
        code = StatementCode.FOUND_WITHIN if level is Level.NUMERICAL else StatementCode.FOUND_OUTSIDE
        said = statement(code, found=found, **applied.figures)
        return Item(name, ItemKind.METRIC, level, (said,), replace(evidence, tolerance=applied.used))
    if level is Level.NUMERICAL:
        tolerance = AppliedTolerance(ToleranceOrigin.PRINTED_DIGITS, digits=worst.figure.digits)
        evidence = replace(evidence, tolerance=tolerance)
    in_all = total > 1 and level is not Level.DIVERGENT
    all_said = (_agreement(worst), *([statement(StatementCode.IN_ALL_RUNS, runs=total)] if in_all else []))
    return Item(name, ItemKind.METRIC, level, all_said, evidence)


_LEVEL_OF = {
    Agreement.BITS: Level.BITWISE,
    Agreement.ROUNDED: Level.NUMERICAL,
    Agreement.TRUNCATED: Level.NUMERICAL,
    Agreement.DIGITS: Level.NUMERICAL,
    Agreement.DIFFERS: Level.DIVERGENT,
}


_CODE_OF = {
    Agreement.BITS: StatementCode.PRINTED_BITS,
    Agreement.ROUNDED: StatementCode.PRINTED_ROUNDED,
    Agreement.TRUNCATED: StatementCode.PRINTED_CUT,
    Agreement.DIGITS: StatementCode.PRINTED_DIGITS,
    Agreement.DIFFERS: StatementCode.PRINTED_DIFFERS,
}


def _agreement(compared: PrintedComparison) -> Statement:
    code, digits = _CODE_OF[compared.agreement], compared.figure.digits
    if compared.agreement is Agreement.BITS:
        return statement(code, digits=digits)
    if compared.agreement is not Agreement.DIFFERS:
        return statement(code, digits=digits, **distance_figures(compared.ulps, None))
    units = abs(compared.units) if math.isfinite(compared.units) else None
    return statement(code, printed=compared.figure.text, found=exactly(compared.computed), units=units)


def _sample_item(name: str, texts: Sequence[str], values: Sequence[float], *, level: float) -> Item:
    """Several published runs that differ: both samples by a test, which says nothing below 3 on a side."""
    published = [float(parse_printed(t).value) for t in texts]
    evidence = Evidence(original=extent(published), replayed=extent(values), replays=len(values))
    if min(len(published), len(values)) < MINIMUM_ORIGINALS:
        few = statement(StatementCode.TOO_FEW_RUNS, published=len(published), ours=len(values), least=MINIMUM_ORIGINALS)
        return Item(name, ItemKind.METRIC, Level.INCONCLUSIVE, (few,), evidence)
    if not all(np.isfinite(values)):
        return Item(name, ItemKind.METRIC, Level.DIVERGENT, (statement(StatementCode.NOT_NUMBERS),), evidence)
    # Beyond 200,000 permutations a random part of them is drawn; the seed is part of the method, not of the data.
    result = compare_samples(published, sorted(values), rng=np.random.default_rng(0))
    found = Level.DIVERGENT if result.p_value <= level else Level.STATISTICAL
    said = statement(
        StatementCode.MEANS_COMPARED,
        difference=result.difference,
        p_value=result.p_value,
        variance=result.variance.value,
        level=level,
        p_permutation=result.p_permutation,
    )
    evidence = replace(evidence, p_value=result.p_value, rank_p_value=result.p_permutation)
    return Item(name, ItemKind.METRIC, found, (said,), evidence)


def compare_saved_outputs(saved: Sequence[CellOutput], now: Sequence[CellOutput], *, run_id: str = "") -> Verdict:
    """Compare the outputs that a notebook was saved with to those of its execution now.

    Numbers are compared at the precision in which they were saved; the words around them must be the same, but for
    times, dates, addresses and progress bars. Cells that were saved without output are not compared.
    """
    before, after = _by_cell(saved), _by_cell(now)
    items = []
    for key, text in before.items():
        cell, stream = key
        if key not in after:
            item = Item(stream, ItemKind.CELL, Level.DIVERGENT, (statement(StatementCode.OUTPUT_GONE),))
        else:
            item = _saved_item(stream, compare_texts(text, after[key]))
        items.append(replace(item, cell=cell))
    return _verdict(items, run_id, Basis.SAVED)


def _by_cell(cells: Sequence[CellOutput]) -> dict[tuple[int, str], str]:
    """Texts that say something: a cell that printed nothing has nothing to compare."""
    return {key: text for key, text in cell_texts(cells).items() if text.strip()}


def _saved_item(stream: str, compared: TextComparison) -> Item:
    if compared.identical:
        return Item(stream, ItemKind.CELL, Level.BITWISE, (statement(StatementCode.SAVED_TEXT_SAME),))
    if not compared.same_words:
        return Item(stream, ItemKind.CELL, Level.DIVERGENT, (line_differs(compared),))
    aside = not_compared([compared])
    differing = compared.differing
    if not differing:
        return Item(stream, ItemKind.CELL, Level.BITWISE, (statement(StatementCode.SAVED_WORDS_SAME), *aside))
    odd = next(
        (p for p in differing if not (math.isfinite(p.original.value) and math.isfinite(p.replayed.value))), None
    )
    if odd:
        said = statement(
            StatementCode.SAVED_NOT_FINITE,
            label=odd.original.label or None,
            saved=odd.original.text,
            found=odd.replayed.text,
        )
        return Item(stream, ItemKind.CELL, Level.DIVERGENT, (said,))
    results = [_compare_pair(p) for p in differing]
    worst_pair, worst = max(
        zip(differing, results, strict=True), key=lambda pr: (not pr[1].agreement.matches, abs(pr[1].units))
    )
    matches = worst.agreement.matches
    evidence = Evidence(
        original=(worst_pair.original.text,),
        replayed=(worst_pair.replayed.text,),
        ulps=worst.ulps.count if worst.ulps else None,
        tolerance=AppliedTolerance(ToleranceOrigin.PRINTED_DIGITS, digits=worst.figure.digits) if matches else None,
    )
    said = statement(
        StatementCode.NUMBERS_DIFFER,
        _agreement(worst),
        differing=len(differing),
        numbers=len(compared.pairs),
        label=worst_pair.original.label or None,
    )
    level = Level.NUMERICAL if matches else Level.DIVERGENT
    return Item(stream, ItemKind.CELL, level, (said, *aside), evidence)


def _compare_pair(pair: NumberPair) -> PrintedComparison:
    """At the coarser of the two printed precisions, since either side may have been printed with fewer digits."""
    a, b = pair.original, pair.replayed
    if _decimals(b.text) < _decimals(a.text):
        return compare_printed(b.text, a.value)
    return compare_printed(a.text, b.value)


def _decimals(text: str) -> int:
    return len(text.lower().partition("e")[0].partition(".")[2])


def _verdict(items: Sequence[Item], run_id: str, basis: Basis) -> Verdict:
    """The weakest item decides."""
    if not items:
        nothing = statement(StatementCode.NOTHING_TO_COMPARE, basis=basis.value)
        return Verdict(run_id, Level.INCONCLUSIVE, (), (nothing,), basis=basis)
    level = max((i.level for i in items), key=lambda x: x.rank)
    tally = Counter(i.level for i in items)
    levels = [x for x in Level if tally[x]]
    said = statement(
        StatementCode.COMPARED,
        basis=basis.value,
        total=len(items),
        levels=tuple(x.value for x in levels),
        counts=tuple(tally[x] for x in levels),
    )
    group = Group(ReplayKind.EXACT, level, replays=0, failed=0, items=tuple(items), statements=(said,))
    return Verdict(run_id, level, (group,), (said,), basis=basis)
