"""Of an original whose end nobody saw: the part that is known, and the same part of a replay, which are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.facets import OutputPart
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Item, ItemKind, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.facets import Curve, Outputs


def whole_lines(text: str) -> str:
    """A text without its last line, where that has no end: it may have gone on.

    Examples
    --------
    >>> whole_lines("epoch 1\\nepo"), whole_lines("epoch 1\\n"), whole_lines("epo")
    ('epoch 1\\n', 'epoch 1\\n', '')
    """
    head, newline, _ = text.rpartition("\n")
    return head + newline


def first_lines(text: str, like: str) -> str:
    """So many lines of a text as another one has.

    Examples
    --------
    >>> first_lines("a\\nb\\nc\\n", "x\\ny\\n"), first_lines("a", "x\\ny\\n")
    ('a\\nb\\n', 'a')
    """
    lines = text.split("\n")
    number = like.count("\n")
    return text if len(lines) <= number else "".join(f"{line}\n" for line in lines[:number])


def known_part(original: Outputs) -> Outputs:
    """What is known of it, without a line that was cut and without files that may have been."""
    found = original
    if OutputPart.PRINTED in original.incomplete:
        stdout, stderr = (None if t is None else whole_lines(t) for t in (original.stdout, original.stderr))
        found = replace(found, stdout=stdout, stderr=stderr)
    return replace(found, contents=()) if OutputPart.WRITTEN in original.incomplete else found


def same_part(original: Outputs, replayed: Outputs) -> Outputs:
    """The part of a replay's outputs that is known of the original (`known_part`)."""
    found = replayed
    if OutputPart.PRINTED in original.incomplete:
        found = replace(
            found,
            stdout=_first_lines(found.stdout, original.stdout),
            stderr=_first_lines(found.stderr, original.stderr),
        )
    if OutputPart.WRITTEN in original.incomplete:
        found = replace(found, contents=())
    if OutputPart.LOGGED in original.incomplete:
        known = {c.name: set(c.steps) for c in original.metrics}
        cut = (_at_steps(c, known[c.name]) for c in found.metrics if c.name in known)
        found = replace(found, metrics=tuple(cut))
    return found


def in_part(items: Sequence[Item], original: Outputs, *, has_metrics: bool) -> list[Item]:
    """Items on files that may have been cut: one that differs leaves it open, and beside metrics does not count."""
    if OutputPart.WRITTEN not in original.incomplete:
        return list(items)
    said = statement(StatementCode.PART_KNOWN)
    return [
        replace(i, level=Level.INCONCLUSIVE, statements=(*i.statements, said), counts=not has_metrics)
        if i.kind in {ItemKind.FILE, ItemKind.ARTIFACT} and i.counts and i.level is not Level.BITWISE
        else i
        for i in items
    ]


def _first_lines(text: str | None, like: str | None) -> str | None:
    return text if text is None or like is None else first_lines(text, like)


def _at_steps(curve: Curve, steps: set[int]) -> Curve:
    kept = [(s, v) for s, v in zip(curve.steps, curve.values, strict=True) if s in steps]
    return replace(curve, steps=tuple(s for s, _ in kept), values=tuple(v for _, v in kept))
