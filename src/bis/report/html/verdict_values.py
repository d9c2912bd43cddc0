"""What a page shows of a verdict: level, statements, a row for each item, and how far that is evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.verdict import ItemKind, Level
from bis.report.figures.palette import anchor
from bis.report.languages.statement_words import all_stated, stated
from bis.report.languages.terms import term
from bis.report.text.session_text import run_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.model.verdict import Group, Item, JudgedRun, Verdict
    from bis.report.languages.language import Language

MOST_ITEMS = 200  # rows of one table, the weakest first; the rest is counted
_LOOKS = {
    Level.BITWISE: "good",
    Level.METRICS_BITWISE: "fair",
    Level.NUMERICAL: "good",
    Level.STATISTICAL: "good",
    Level.INCONCLUSIVE: "fair",
    Level.DIVERGENT: "bad",
    Level.NOT_EXECUTABLE: "bad",
}


def badge(level: Level, language: Language) -> dict[str, str]:
    """A level in words, and the class of its looks."""
    return {"word": term(level, language), "look": _LOOKS[level]}


def verdict_values(verdict: Verdict, language: Language, drawn: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What the templates show of a verdict.

    Parameters
    ----------
    verdict : Verdict
    language : Language
    drawn : frozenset of str
        Anchors of the figures that the page has: items lead to theirs.
    """
    labels = run_labels(verdict.runs)
    in_groups = [one for group in verdict.groups for one in group.statements]
    said = verdict.statements
    return {
        "run_id": verdict.run_id,
        "badge": badge(verdict.level, language),
        "headline": stated(said[0], language) if said else "",
        "statements": [stated(one, language) for one in said[1:] if one not in in_groups],
        "groups": [_group(group, verdict, labels, drawn, language) for group in verdict.groups],
        "runs": [_run(run, labels, language) for run in sorted(verdict.runs, key=_weakest_first)],
        "needed": verdict.needed,
    }


def _weakest_first(run: JudgedRun) -> int:
    return 1 if run.level is None else -run.level.rank


def _run(run: JudgedRun, labels: Mapping[str, str], language: Language) -> dict[str, Any]:
    return {
        "label": labels[run.run_id],
        "parent": labels.get(run.parent, ""),
        "badge": None if run.level is None else badge(run.level, language),
        "replays": language.integer(run.replays),
        "by_results": run.by_results,
    }


def _group(
    group: Group, verdict: Verdict, labels: Mapping[str, str], drawn: frozenset[str], language: Language
) -> dict[str, Any]:
    # Of exact replays that differ it may be open whether that is a divergence: then nothing calls it one.
    undecided = verdict.level is Level.INCONCLUSIVE and group.level is Level.DIVERGENT
    own = {"", verdict.run_id}  # whose figures the page has
    order = sorted(group.items, key=lambda i: (not i.counts, -i.level.rank, list(ItemKind).index(i.kind)))
    return {
        "anchor": anchor("group", group.kind.value),
        "kind": term(group.kind, language),
        "badge": _open(language) if undecided else badge(group.level, language),
        "replays": language.integer(group.replays),
        "failed": group.failed,
        "statements": [stated(one, language) for one in group.statements if one not in verdict.statements[:1]],
        "items": [
            _item(item, labels, drawn if item.run in own else frozenset(), language, undecided=undecided)
            for item in order[:MOST_ITEMS]
        ],
        "more": max(0, len(order) - MOST_ITEMS),
    }


def _open(language: Language) -> dict[str, str]:
    return {"word": language.text("not the same"), "look": "fair"}


def _item(
    item: Item, labels: Mapping[str, str], drawn: frozenset[str], language: Language, *, undecided: bool
) -> dict[str, Any]:
    name = item_label(item, language)
    if item.run in labels:
        name = language.text("{item} of {run}", item=name, run=labels[item.run])
    own = anchor("curve" if item.kind is ItemKind.CURVE else "strip", item.name)
    other = anchor("curve", item.name)
    figure = next((one for one in (own, other) if one in drawn and item.kind in {ItemKind.METRIC, ItemKind.CURVE}), "")
    shown = (
        _open(language) if undecided and item.counts and item.level is Level.DIVERGENT else badge(item.level, language)
    )
    return {
        "name": name,
        "kind": term(item.kind, language),
        "badge": shown if item.counts else {"word": language.text("not counted"), "look": "none"},
        "said": all_stated(item.statements, language),
        "figure": figure,
    }


def item_label(item: Item, language: Language) -> str:
    """What an item is about."""
    _ = language.text
    place = item.label or ("" if item.line is None else _("line {line}", line=item.line))
    if item.kind is ItemKind.EXIT:
        return _("end of the program")
    if item.kind is ItemKind.RUNS:
        return _("number of runs")
    if item.kind is ItemKind.PICTURE:
        return _("cell {cell}, picture {number}", cell=item.cell, number=item.name)
    if item.kind in {ItemKind.ARTIFACT, ItemKind.FILE}:
        plural = _("artifacts") if item.kind is ItemKind.ARTIFACT else _("files")
        return f"{item.name}: {place}" if place else item.name or plural
    if item.kind in {ItemKind.CELL, ItemKind.STDOUT, ItemKind.STDERR}:
        what = f" ({item.name})" if item.name else ""
        name = item.name if item.cell is None else _("cell {cell}", cell=item.cell) + what
        column = "" if item.label or item.column is None else ", " + _("column {column}", column=item.column)
        return f"{name}: {place}{column}" if place or column else name
    return f"{item.name} ({item.label})" if item.label else item.name
