"""Published tables: printed figures against what runs give, at the precision of the print."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bis._verify.exact_numbers import exactly, extent
from bis._verify.published.printed_agreement import LEVEL_OF, agreement_statement
from bis._verify.tolerances import Applied, Tolerances
from bis.errors import UsageError
from bis.model.facets import Outputs
from bis.model.statement import StatementCode, statement
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
from bis.stats.printed import Agreement, compare_printed, parse_printed
from bis.stats.samples import MINIMUM_ORIGINALS, compare_samples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis._verify.published.published_table import PublishedTable
    from bis.config import Tolerance


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
    return _verdict(items, run_id)


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
    level = LEVEL_OF[worst.agreement]
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
    all_said = (agreement_statement(worst), *([statement(StatementCode.IN_ALL_RUNS, runs=total)] if in_all else []))
    return Item(name, ItemKind.METRIC, level, all_said, evidence)


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


def _verdict(items: Sequence[Item], run_id: str) -> Verdict:
    """The weakest item decides."""
    if not items:
        nothing = statement(StatementCode.NOTHING_TO_COMPARE, basis=Basis.PUBLISHED.value)
        return Verdict(run_id, Level.INCONCLUSIVE, (), (nothing,), basis=Basis.PUBLISHED)
    level = max((i.level for i in items), key=lambda x: x.rank)
    tally = Counter(i.level for i in items)
    levels = [x for x in Level if tally[x]]
    said = statement(
        StatementCode.COMPARED,
        basis=Basis.PUBLISHED.value,
        total=len(items),
        levels=tuple(x.value for x in levels),
        counts=tuple(tally[x] for x in levels),
    )
    group = Group(ReplayKind.EXACT, level, replays=0, failed=0, items=tuple(items), statements=(said,))
    return Verdict(run_id, level, (group,), (said,), basis=Basis.PUBLISHED)
