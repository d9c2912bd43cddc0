"""Standard error of exact replays: its numbers are results, its words are not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.exact.cut_text import KeptText, stream_items
from bis._verify.printed_text import compare_texts, numbers_in
from bis._verify.stderr_lines import own_lines
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Item, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.exact.printed_items import PrintedPlace
    from bis._verify.tolerances import Tolerances

_WORDS_ONLY = statement(StatementCode.NOT_COUNTED, reason="log-words")


def log_items(
    printed: PrintedPlace,
    original: KeptText,
    replayed: Sequence[KeptText | None],
    tolerances: Tolerances,
    *,
    has_metrics: bool,
) -> list[Item]:
    """The items on a stream of log lines; `printed` says whether they may count.

    Lines of libraries and of the interpreter are left out. Numbers in lines with the same words are compared. What else
    is said there (which line came first, how often a warning) does not count; where a number of the original stands in
    a line that a replay does not have, it is open whether it was the same.
    """
    ours = own_text(original)
    theirs = [None if other is None else own_text(other) for other in replayed]
    if not ours.text.strip() and not any(t.text.strip() for t in theirs if t is not None):
        return []
    items = stream_items(printed, ours, theirs, tolerances, has_metrics=has_metrics)
    if tolerances.strict or not printed.counts:
        return items
    numbers = len(numbers_in(ours.text, printed.windows))
    whole, figures = items[:1], items[1:]
    if not numbers:
        return [replace(i, counts=False, statements=(*i.statements, _WORDS_ONLY)) if i.counts else i for i in whole]
    if whole and whole[0].level is Level.DIVERGENT:
        if any(t is None or compare_texts(ours.text, t.text, printed.windows).unpaired for t in theirs):
            whole = [replace(i, level=Level.INCONCLUSIVE) for i in whole]
        else:
            whole = [replace(i, counts=False, statements=(*i.statements, _WORDS_ONLY)) for i in whole]
            if not figures:
                said = statement(StatementCode.FIGURES_SAME, numbers=numbers, total=len(theirs))
                figures = [printed.item(Level.BITWISE, said, evidence=whole[0].evidence)]
    return [*whole, *figures]


def own_text(kept: KeptText) -> KeptText:
    """A text without the lines of libraries and of the interpreter."""
    rest = None if kept.rest is None else replace(kept.rest, tail=own_lines(kept.rest.tail))
    return replace(kept, text=own_lines(kept.text), rest=rest)
