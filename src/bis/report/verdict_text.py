"""A verdict as text: the answer first, then the figures behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.verdict import Group, Item, ItemKind, Level, Outcome, ReplayKind, Verdict
from bis.report.plots import strip
from bis.report.terminal import bullet, headline, styled, table, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# More rows of one and the same statement than this are told in one line, unless all are asked for.
_MANY = 12


def verdict_text(verdict: Verdict, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """Tell a verdict.

    Parameters
    ----------
    verdict : Verdict
        What was found.
    width : int
        Of the terminal, in characters.
    colour : bool
        Whether to use colour; without it the text says as much.
    full : bool
        Every item in a row of its own, however many are alike.

    Returns
    -------
    str
        Lines that end in a newline; the first begins with the level.
    """
    said = verdict.statements
    parts: list[Any] = [headline(verdict.level.value, said[0] if said else ""), f"run {verdict.run_id}"]
    for group in verdict.groups:
        parts += ["", *_group(group, verdict.outcomes, full=full)]
    notes = [*said[1:]]
    if notes:
        parts.append("")
        parts += [bullet(text) for text in notes]
    if verdict.deviations:
        parts += ["", "knowingly changed in the replays:"]
        parts += [bullet(_deviation(d.what, d.recorded, d.replayed, d.why)) for d in verdict.deviations]
    failures = [o for o in verdict.outcomes if o.failure]
    if failures:
        parts += ["", "failed replays:"]
        parts += [bullet(_failure(o)) for o in failures]
    return text_of(parts, width=width, colour=colour)


def _group(group: Group, outcomes: Sequence[Outcome], *, full: bool) -> list[Any]:
    failed = f", {group.failed} ended otherwise than the original" if group.failed else ""
    count = f"{group.replays} {group.kind.value} replay{'' if group.replays == 1 else 's'}{failed}: "
    parts: list[Any] = [headline(f"{count}{group.level.value}", "")]
    tested = [i for i in group.items if i.evidence.p_value is not None and i.kind is not ItemKind.EXIT]
    fresh = group.kind is ReplayKind.FRESH and bool(tested)
    if fresh:
        parts += [_tests(tested), ""]
        parts += _strips(tested, outcomes)
    rest = [i for i in group.items if not fresh or i not in tested]
    parts.append(_items(rest, full=full))
    parts += [bullet(text) for text in group.statements]
    if fresh:
        parts += [bullet(f"{i.name}: {i.statement}") for i in tested if full or i.level is not Level.STATISTICAL]
    return parts


def _items(items: Sequence[Item], *, full: bool) -> Any:
    rows: list[tuple[Any, Any, str]] = []
    alike: dict[tuple[Level, ItemKind, str], list[Item]] = {}
    for item in sorted(items, key=lambda i: (not i.counts, -i.level.rank, list(ItemKind).index(i.kind))):
        alike.setdefault((item.level, item.kind, item.statement), []).append(item)
    for (level, kind, statement), members in alike.items():
        if len(members) > _MANY and not full:
            rows.append((f"{len(members)} {kind.value}s", styled(level.value), statement))
        else:
            rows += [(i.name, styled(level.value), statement) for i in members]
    return table(("", "", ""), rows)


def _tests(items: Sequence[Item]) -> Any:
    rows: list[tuple[Any, ...]] = []
    for item in items:
        e = item.evidence
        interval = f"{e.interval.low:.4g} .. {e.interval.high:.4g}" if e.interval else ""
        p = e.p_adjusted if e.p_adjusted is not None else e.p_value
        rank = "" if e.rank_p_value is None else f"{e.rank_p_value:.3f}"
        shift = "" if e.detectable_shift is None else f"{e.detectable_shift:.3g}"
        sigmas = "" if e.detectable_sigmas is None else f" ({e.detectable_sigmas:.1f} s)"
        name = item.name if item.counts else f"{item.name} *"
        rows.append((name, styled(item.level.value), _shortened(e.original), interval, _p(p), rank, shift + sigmas))
    columns = ["metric", "level", "original", _interval_head(items), "p", "rank p", "detectable shift"]
    if not any(r[5] for r in rows):
        columns.pop(5)
        rows = [(*r[:5], r[6]) for r in rows]
    return table(columns, rows, right=(2, 3, 4), fold=0)


def _interval_head(items: Sequence[Item]) -> str:
    confidence = next((i.evidence.interval.confidence for i in items if i.evidence.interval), None)
    return "interval" if confidence is None else f"{100 * confidence:g} % interval"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1e}" if 0 < value < 0.001 else f"{value:.3f}"


def _shortened(text: str) -> str:
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text


def _strips(items: Sequence[Item], outcomes: Sequence[Outcome]) -> list[Any]:
    """Where the original lies among the replays, a line for each metric that varies."""
    rows = []
    for item in items:
        curves = [
            c for o in outcomes if o.kind is ReplayKind.FRESH and o.outputs and (c := o.outputs.metric(item.name))
        ]
        values = [c.final for c in curves if c.values]
        try:
            original = float(item.evidence.original)
        except ValueError:
            continue
        if len(set(values)) > 1 and (line := strip(values, original)):
            low, high = min(*values, original), max(*values, original)
            rows.append((item.name, f"{low:.4g}", line, f"{high:.4g}"))
    if not rows:
        return []
    legend = "replays from the smallest to the largest value; ◆ or ◇ (alone): the original"
    return [table(("", "", "", ""), rows, right=(1,), fold=3), legend, ""]


def _deviation(what: str, recorded: str, replayed: str, why: str) -> str:
    change = f"{recorded} -> {replayed}" if recorded or replayed else ""
    return f"{what}{': ' if change else ''}{change}{f' ({why})' if why else ''}"


def _failure(outcome: Outcome) -> str:
    failure = outcome.failure
    assert failure is not None
    where = "" if failure.cell is None else f", cell {failure.cell}"
    first = failure.message.strip().partition("\n")[0]
    return f"{outcome.kind.value} replay {outcome.index}: {failure.stage}{where}: {first}"
