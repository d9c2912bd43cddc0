"""The difference of two records as text (``bis diff``)."""

from __future__ import annotations

from typing import Any

from bis.model.record_difference import Change, FacetDifference, Likeness, MetricDifference, RecordDifference
from bis.report.text.terminal import bullet, print_text, styled, table, text_of

_FEW = 12


def diff_text(difference: RecordDifference, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """What two runs have and have not in common, facet by facet, then the metrics.

    Nothing is called the same that was not recorded on both sides.
    """
    parts: list[Any] = [_headline(difference), f"A: run {difference.a}", f"B: run {difference.b}", ""]
    parts.append(table(("", "", ""), [_facet_row(f) for f in difference.facets], whole=(0,)))
    for facet in difference.facets:
        if facet.changes:
            parts += ["", f"{facet.name}:", _changes(facet.changes, full=full)]
            if len(facet.changes) > _FEW and not full:
                parts.append(f"  and {len(facet.changes) - _FEW} more (--full)")
        if facet.reasons and facet.likeness in {Likeness.DIFFERS, Likeness.SAME_AS_FAR}:
            parts += [bullet(reason, mark="!") for reason in facet.reasons]
    if difference.metrics:
        parts += ["", _metrics(difference.metrics)]
    return text_of(parts, width=width, colour=colour)


def print_difference(difference: RecordDifference, *, full: bool = False) -> None:
    """Print the difference of two records on stdout."""
    print_text(lambda width, colour: diff_text(difference, width=width, colour=colour, full=full))


def _headline(difference: RecordDifference) -> str:
    names = {x: [f.name for f in difference.facets if f.likeness is x] for x in Likeness}
    said = []
    for likeness, word in (
        (Likeness.DIFFERS, "differ in"),
        (Likeness.NOT_RECORDED, "cannot be compared in"),
    ):
        if names[likeness]:
            said.append(f"{word} {', '.join(names[likeness])}")
    others = [m for m in difference.metrics if m.likeness is not Likeness.SAME]
    if difference.metrics:
        said.append(
            f"{len(others)} of {len(difference.metrics)} metrics differ"
            if others
            else f"all {len(difference.metrics)} metrics have the same bits"
        )
    return "the runs " + "; ".join(said) if said else "the runs are the same in all facets"


def _facet_row(facet: FacetDifference) -> tuple[Any, Any, str]:
    if facet.likeness is Likeness.DIFFERS:
        words = f"{len(facet.changes)} {'change' if len(facet.changes) == 1 else 'changes'}"
    elif facet.likeness is Likeness.SAME:
        words = ""
    else:
        words = "; ".join(facet.reasons)
    return facet.name, styled(facet.likeness.value), words


def _changes(changes: tuple[Change, ...], *, full: bool) -> Any:
    shown = changes if full else changes[:_FEW]
    rows = [(f"  {c.what}", c.a or "(not there)", "->", c.b or "(not there)") for c in shown]
    return table(("", "", "", ""), rows)


def _metrics(metrics: tuple[MetricDifference, ...]) -> Any:
    rows = [(m.name, m.a or "(not logged)", m.b or "(not logged)", _distance(m)) for m in metrics]
    return table(("metric", "A", "B", "distance"), rows, right=(1, 2))


def _distance(metric: MetricDifference) -> str:
    if metric.likeness is Likeness.SAME:
        return "same bits"
    if metric.a is None or metric.b is None:
        return f"{metric.likeness.value}"
    parts = []
    if metric.ulps == 0 and metric.steps_differing:
        parts.append("last value the same")
    elif metric.ulps is not None and metric.ulps < 100_000:
        parts.append(f"{metric.ulps} ULP{'' if metric.ulps == 1 else 's'}")
    if metric.relative:
        parts.append(f"{metric.relative:.2g} relative")
    if metric.steps > 1:
        where = "" if metric.first_step is None else f", from step {metric.first_step}"
        parts.append(f"{metric.steps_differing} of {metric.steps} steps{where}")
    return ", ".join(parts) or "differs"
