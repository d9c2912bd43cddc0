"""Standard output with standard error in it (``2>&1``), in exact replays: which line was of which is not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.exact.cut_text import stream_items
from bis._verify.exact.log_items import own_text
from bis._verify.volatile import without_volatile
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Evidence, Item, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.exact.cut_text import KeptText
    from bis._verify.exact.printed_items import PrintedPlace
    from bis._verify.tolerances import Tolerances

_OF_EITHER = statement(StatementCode.STREAMS_TOGETHER)


def shared_items(
    printed: PrintedPlace,
    original: KeptText,
    replayed: Sequence[KeptText | None],
    tolerances: Tolerances,
    *,
    has_metrics: bool,
) -> list[Item]:
    """The items on a text that both streams of a program wrote.

    Lines of libraries and of the interpreter are left out, as in standard error. With the same words, numbers are
    compared. With other words it is open whether a result differs, as these may be words of a log, which would not
    count on standard error; so it is for numbers without a label: a line may have been cut by one of the other stream
    where the program's buffer was full. The same lines in another order are the same. With ``strict``, other bytes are
    open as well.
    """
    theirs = [None if other is None else own_text(other) for other in replayed]
    ours = own_text(original)
    items = stream_items(printed, ours, theirs, replace(tolerances, strict=False), has_metrics=has_metrics)
    if items and None not in theirs and items[0].level is Level.DIVERGENT and not items[0].label:
        if _same_lines(ours, theirs, printed):
            moved = statement(StatementCode.LINES_MOVED, total=len(theirs))
            items = [printed.item(Level.BITWISE, moved, evidence=Evidence(replays=len(theirs)))]
        else:
            items = [_left_open(item) for item in items]
    other = sum(o is None or not original.same_whole(o) for o in replayed)
    if not tolerances.strict or not other:
        return items
    said = statement(StatementCode.OTHER_TEXT, other=other, total=len(replayed))
    level = Level.METRICS_BITWISE if has_metrics else Level.INCONCLUSIVE
    whole = printed.item(level, said, _OF_EITHER, evidence=Evidence(replays=len(replayed)))
    return [whole, *(i for i in items if i.level is Level.DIVERGENT and not has_metrics)]


def _same_lines(original: KeptText, replayed: Sequence[KeptText | None], printed: PrintedPlace) -> bool:
    """Whether all hold the same lines, in whatever order; False where not all of one is known."""
    if any(text is None or text.open or text.rest is not None for text in (original, *replayed)):
        return False
    lines = [_lines(text.text, printed) for text in (original, *replayed) if text is not None]
    return all(found == lines[0] for found in lines)


def _lines(text: str, printed: PrintedPlace) -> Counter[str]:
    lines = (line.rstrip() for line in without_volatile(text, printed.windows)[0].split("\n"))
    return Counter(line for line in lines if line)


def _left_open(item: Item) -> Item:
    if item.level is not Level.DIVERGENT or (item.label and item.line is None):
        return item
    return replace(item, level=Level.INCONCLUSIVE, statements=(*item.statements, _OF_EITHER))
