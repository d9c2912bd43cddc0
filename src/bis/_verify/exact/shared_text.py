"""Standard output with standard error in it (``2>&1``), in exact replays: which line was of which is not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.exact.cut_text import stream_items
from bis._verify.exact.log_items import own_text
from bis._verify.printed_text import numbers_in
from bis._verify.volatile import without_volatile
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Evidence, Item, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.exact.cut_text import KeptText
    from bis._verify.exact.printed_items import PrintedPlace
    from bis._verify.tolerances import Tolerances

_MOST_READ = 1 << 18  # characters: reading takes time
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
    compared, and the same lines in another order are the same. With other words it is open whether a result differs:
    they may be of a log, and would not count on standard error. A number decides then where it is the only one with its
    label. Others may have been paired with the next one: where the program's buffer was full, a line of one stream may
    stand in one of the other. With ``strict``, other bytes are open as well.
    """
    theirs = [None if other is None else own_text(other) for other in replayed]
    ours = own_text(original)
    items = stream_items(printed, ours, theirs, replace(tolerances, strict=False), has_metrics=has_metrics)
    if items and None not in theirs and items[0].level is Level.DIVERGENT and not items[0].label:
        if _same_lines(ours, theirs, printed):
            moved = statement(StatementCode.LINES_MOVED, total=len(theirs))
            items = [printed.item(Level.BITWISE, moved, evidence=Evidence(replays=len(theirs)))]
        else:
            once = _printed_once([ours, *(t for t in theirs if t is not None)], printed)
            items = [_left_open(item, once) for item in items]
    other = sum(o is None or not original.same_whole(o) for o in replayed)
    if not tolerances.strict or not other:
        return items
    said = statement(StatementCode.OTHER_TEXT, other=other, total=len(replayed))
    level = Level.METRICS_BITWISE if has_metrics else Level.INCONCLUSIVE
    whole = printed.item(level, said, _OF_EITHER, evidence=Evidence(replays=len(replayed)))
    return [whole, *(i for i in items if i.level is Level.DIVERGENT and not has_metrics)]


def _same_lines(original: KeptText, replayed: Sequence[KeptText | None], printed: PrintedPlace) -> bool:
    """Whether all hold the same lines, in whatever order; False where that is not known."""
    if any(text is None or text.open or text.rest is not None for text in (original, *replayed)):
        return False
    return all(_only_moved(original.text, text.text, printed) for text in replayed if text is not None)


def _only_moved(original: str, replayed: str, printed: PrintedPlace) -> bool:
    ours, theirs = Counter(original.split("\n")), Counter(replayed.split("\n"))
    other = ["\n".join((a - b).elements()) for a, b in ((ours, theirs), (theirs, ours))]
    return max(map(len, other)) <= _MOST_READ and _lines(other[0], printed) == _lines(other[1], printed)


def _lines(text: str, printed: PrintedPlace) -> Counter[str]:
    lines = (line.rstrip() for line in without_volatile(text, printed.windows)[0].split("\n"))
    return Counter(line for line in lines if line)


def _printed_once(texts: Sequence[KeptText], printed: PrintedPlace) -> frozenset[str]:
    """The labels that one number has in each text: it cannot have been paired with another one of the same words."""
    if any(len(text.text) > _MOST_READ for text in texts):
        return frozenset()
    found = [Counter(n.label for n in numbers_in(text.text, printed.windows)) for text in texts]
    return frozenset(label for label in found[0] if label and all(counted[label] == 1 for counted in found))


def _left_open(item: Item, once: frozenset[str]) -> Item:
    if item.level is not Level.DIVERGENT or item.label in once:
        return item
    return replace(item, level=Level.INCONCLUSIVE, statements=(*item.statements, _OF_EITHER))
