"""A verdict as text: the answer first, then the figures behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.verdict import Basis, Group, Item, ItemKind, Level, ReplayKind, Verdict
from bis.report.text.failure_text import failed_replays
from bis.report.text.figure_words import counted, short
from bis.report.text.plots import strip
from bis.report.text.saved_outputs_text import saved_outputs_parts
from bis.report.text.session_text import MOST_LISTED, listed_first, run_labels, runs_table
from bis.report.text.statement_text import item_name, statement_text, statements_text
from bis.report.text.terminal import bullet, headline, print_text, styled, table, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.model.verdict import Outcome

# More rows of one and the same statement than this are printed in one line, unless all are asked for.
_MANY = 12
_FEW = 3  # the same, where several runs have the like of each
_ROWS = 30  # of one table, and
_NOTES = 12  # of one list: the rest is counted, so that the answer stays on the screen
_SCREEN = 40  # lines; after more than that the answer is repeated


def verdict_text(verdict: Verdict, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """A verdict as text.

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
        Lines that end in a newline; the first starts with the level.
    """
    said = verdict.statements
    first = statement_text(said[0]) if said else ""
    parts: list[Any] = [headline(verdict.level.value, first), f"run {verdict.run_id}", *runs_table(verdict, full=full)]
    for group in verdict.groups:
        # No replay was made for a comparison with figures that were published or saved.
        if verdict.basis is Basis.REPLAYS:
            parts += ["", *_group(group, verdict, full=full)]
        elif verdict.basis is Basis.SAVED:
            parts += saved_outputs_parts(group.items, full=full)
        else:
            parts += ["", *_expectation(group.items)]
    shown = [one for group in verdict.groups for one in group.statements]
    notes = [one for one in said[1:] if one not in shown]
    if notes:
        parts.append("")
        parts += _bullets([statement_text(one) for one in notes], full=full)
    if verdict.deviations:
        parts += ["", "knowingly changed in the replays:"]
        changes = [_deviation(d.what, d.recorded, d.replayed, d.why) for d in verdict.deviations]
        parts += _bullets(changes, full=full)
    parts += failed_replays(verdict.outcomes)
    text = text_of(parts, width=width, colour=colour)
    if text.count("\n") > _SCREEN:
        text += text_of(["", parts[0]], width=width, colour=colour)
    return text


def _bullets(texts: Sequence[str], *, full: bool) -> list[Any]:
    left = 0 if full else len(texts) - _NOTES
    more = [bullet(f"and {left} more (--full)")] if left > 1 else []
    return [bullet(text) for text in (texts[:_NOTES] if more else texts)] + more


def _expectation(items: Sequence[Item]) -> list[Any]:
    """What was published beside what was found."""
    rows = [
        (item_name(i), _values(i.evidence.original), _values(i.evidence.replayed), styled(i.level.value)) for i in items
    ]
    heads = ("", "expected", "found", "")
    return [table(heads, rows, right=(1, 2), fold=0), "", *[_item_text(i) for i in items]]


def _item_text(item: Item, labels: Mapping[str, str] | None = None) -> Any:
    return bullet(f"{_name(item, labels or {})}: {statements_text(item.statements)}")


def _values(values: tuple[str, ...]) -> str:
    """One value with all its digits, or the smallest and the largest of several."""
    return " .. ".join(short(v) for v in values) if len(values) > 1 else "".join(values)


def print_verdict(verdict: Verdict, *, full: bool = False) -> None:
    """Print a verdict on stdout."""
    print_text(lambda width, colour: verdict_text(verdict, width=width, colour=colour, full=full))


def _group(group: Group, verdict: Verdict, *, full: bool) -> list[Any]:
    failed = f", {group.failed} ended differently from the original" if group.failed else ""
    own = {"", verdict.run_id}  # whose values the outcomes hold
    count = f"{group.replays} {group.kind.value} replay{'' if group.replays == 1 else 's'}{failed}: "
    # Of exact replays that differ it may be open whether that is a divergence: then nothing calls it one.
    undecided = verdict.level is Level.INCONCLUSIVE and group.level is Level.DIVERGENT
    parts: list[Any] = [headline(f"{count}{'not the same' if undecided else group.level.value}", "")]
    tested = [i for i in group.items if i.evidence.interval is not None]
    rest = [i for i in group.items if i not in tested]
    left = 0
    labels = run_labels(verdict.runs)
    if verdict.runs:
        tested, left = listed_first(tested, full=full)
    if tested:
        parts += [_tests(tested, labels), "", *_strips([i for i in tested if i.run in own], verdict.outcomes, labels)]
    if rest:
        parts.append(_items(rest, labels, full=full, undecided=undecided))
    if left:
        parts.append(f"and {counted(left, 'more metric')} of these runs (--full)")
    parts += [bullet(statement_text(one)) for one in group.statements if one not in verdict.statements[:1]]
    told = [i for i in tested if full or i.level is not Level.STATISTICAL]
    parts += [_item_text(i, labels) for i in (told[:_FEW] if labels and not full else told)]
    return parts


def _items(items: Sequence[Item], labels: Mapping[str, str], *, full: bool, undecided: bool) -> Any:
    many = _FEW if labels else _MANY
    rows: list[tuple[Any, Any, str]] = []
    alike: dict[tuple[Level, ItemKind, str], list[Item]] = {}
    for item in sorted(items, key=lambda i: (not i.counts, -i.level.rank, list(ItemKind).index(i.kind))):
        alike.setdefault((item.level, item.kind, statements_text(item.statements)), []).append(item)
    for (_, kind, said), members in alike.items():
        if len(members) > many and not full:
            runs = {i.run for i in members}
            where = f" of {len(runs)} runs" if len(runs) > 1 else ""
            level = _level(members[0], undecided=undecided)
            rows.append((f"{len(members)} {kind.value}s{where}", level, said))
        else:
            rows += [(_name(i, labels), _level(i, undecided=undecided), said) for i in members]
    most = MOST_LISTED if labels else _ROWS
    left = 0 if full else len(rows) - most
    if left > 1:  # the weakest come first
        rows[most:] = [(f"and {left} more (--full)", "", "")]
    return table(("", "", ""), rows)


def _name(item: Item, labels: Mapping[str, str]) -> str:
    """What an item is about, with its run where there are several."""
    return f"{item_name(item)} of {labels[item.run]}" if item.run in labels else item_name(item)


def _level(item: Item, *, undecided: bool = False) -> Any:
    if undecided and item.counts and item.level is Level.DIVERGENT:
        return "differs"
    return styled(item.level.value) if item.counts else "(not counted)"


def _tests(items: Sequence[Item], labels: Mapping[str, str]) -> Any:
    """The figures of the tests; empty columns are left out."""
    one_level = len({(i.level, i.counts) for i in items}) == 1
    ranked = any(i.evidence.rank_p_value is not None for i in items)
    columns = ["", "" if one_level else "level", "original", _interval_head(items), "p", "rank p", "detectable shift"]
    rows: list[tuple[Any, ...]] = []
    for item in items:
        e = item.evidence
        interval = f"{e.interval.low:.4g} .. {e.interval.high:.4g}" if e.interval else ""
        p = e.p_adjusted if e.p_adjusted is not None else e.p_value
        shift = "" if e.detectable_shift is None else f"{e.detectable_shift:.3g}"
        sigmas = "" if e.detectable_sigmas is None else f" ({e.detectable_sigmas:.1f} sd)"
        level = "" if one_level else _level(item)
        original = f"{float(e.original[0]):.6g}" if e.original else ""
        rows.append((_name(item, labels), level, original, interval, _p(p), _p(e.rank_p_value), shift + sigmas))
    shown = [i for i in range(len(columns)) if not (i == 1 and one_level) and not (i == 5 and not ranked)]
    return table(
        [columns[i] for i in shown],
        [[row[i] for i in shown] for row in rows],
        right=[k for k, i in enumerate(shown) if i in {2, 3, 4, 5, 6}],
        whole=[k for k, i in enumerate(shown) if i >= 2],
        fold=0,
    )


def _interval_head(items: Sequence[Item]) -> str:
    confidence = next((i.evidence.interval.confidence for i in items if i.evidence.interval), None)
    return "interval" if confidence is None else f"{100 * confidence:g} % interval"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1e}" if 0 < value < 0.001 else f"{value:.3f}"


def _strips(items: Sequence[Item], outcomes: Sequence[Outcome], labels: Mapping[str, str]) -> list[Any]:
    """Where the original lies among the replays, a line for each metric that varies."""
    rows = []
    for item in items:
        curves = [
            c for o in outcomes if o.kind is ReplayKind.FRESH and o.outputs and (c := o.outputs.metric(item.name))
        ]
        values = [c.final for c in curves if c.values]
        if not item.evidence.original:
            continue
        original = float(item.evidence.original[0])
        if len(set(values)) > 1 and (line := strip(values, original)):
            low, high = min(*values, original), max(*values, original)
            rows.append((_name(item, labels), f"{low:.4g}", line, f"{high:.4g}"))
    if not rows:
        return []
    legend = "bars: replays, from the smallest to the largest value; ◆ (◇ where it is alone): the original"
    return [table(("", "", "", ""), rows, right=(1,), whole=(1, 2, 3), fold=3), legend, ""]


def _deviation(what: str, recorded: str, replayed: str, why: str) -> str:
    change = f"{recorded} -> {replayed}" if recorded or replayed else ""
    return f"{what}{': ' if change else ''}{change}{f' ({why})' if why else ''}"
