"""Printed text of which not all is known.

Where only the first part and the end were kept, it is compared by these, and by the digest of all. Where nobody saw its
end, its whole lines are compared, with as many of the other text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.exact.printed_items import PrintedPlace, text_items
from bis._verify.known_part import first_lines, whole_lines
from bis.model.facets import PrintedRest
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Evidence, Item, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.tolerances import Tolerances


@dataclass(frozen=True, slots=True)
class KeptText:
    """What is known of a stream: its text, or the first part of it and the `rest`.

    `open` says that nobody saw its end: there may have been more, of which nothing is known.
    """

    text: str
    rest: PrintedRest | None = None
    open: bool = False

    def same_whole(self, other: KeptText) -> bool:
        """Whether all of both is known to be the same."""
        if self.open or other.open:
            return False
        if self.rest is None or other.rest is None:
            return self.rest is other.rest and self.text == other.text
        return (self.rest.size_bytes, self.rest.digest) == (other.rest.size_bytes, other.rest.digest)


def stream_items(
    printed: PrintedPlace,
    original: KeptText,
    replayed: Sequence[KeptText | None],
    tolerances: Tolerances,
    *,
    has_metrics: bool,
) -> list[Item]:
    """The items on a stream of the program; see `text_items`.

    Where a part was not kept and the digests of all differ, it is never the same, whatever the kept parts say. Nor is
    it where nobody saw the end of one.
    """
    pairs = [_pair(original, other) for other in replayed]
    if original.open or any(o is not None and o.open for o in replayed):
        return _open_items(printed, pairs, [o for o in replayed if o is not None], tolerances, has_metrics=has_metrics)
    items = text_items(printed, pairs, tolerances, has_metrics=has_metrics)
    unknown = [o for o in replayed if o is not None and (original.rest or o.rest) and not original.same_whole(o)]
    if not unknown or any(i.level is Level.DIVERGENT for i in items):
        return items
    said = statement(StatementCode.REST_DIFFERS, other=len(unknown), total=len(replayed))
    level = Level.METRICS_BITWISE if has_metrics else Level.INCONCLUSIVE
    return [
        replace(i, level=max(i.level, level, key=lambda x: x.rank), statements=(said, *i.statements)) for i in items
    ]


def _open_items(
    printed: PrintedPlace,
    pairs: Sequence[tuple[str, str | None]],
    replayed: Sequence[KeptText],
    tolerances: Tolerances,
    *,
    has_metrics: bool,
) -> list[Item]:
    """The items on a stream of which nobody saw the end: that is never the same, and differs where the known part does.

    Where nothing of it is known, and a replay printed something, that is open.
    """
    items = text_items(printed, pairs, tolerances, has_metrics=has_metrics)
    if any(i.level is Level.DIVERGENT for i in items):
        return items
    level = Level.METRICS_BITWISE if has_metrics else Level.INCONCLUSIVE
    if not items:
        if not any(o.text.strip() for o in replayed):
            return []
        unknown = statement(StatementCode.PART_KNOWN)
        return [printed.item(level, unknown, evidence=Evidence(replays=len(pairs)))]
    said = statement(StatementCode.PART_SAME, same=len(pairs), total=len(pairs))
    first, *others = items
    kept = tuple(s for s in first.statements if s.code is not StatementCode.SAME_TEXT)
    items = [replace(first, statements=(said, *kept)), *others]
    return [replace(i, level=max(i.level, level, key=lambda x: x.rank)) for i in items]


def _pair(original: KeptText, replayed: KeptText | None) -> tuple[str, str | None]:
    if replayed is None:
        return (whole_lines(original.text) if original.open else original.text), None
    if original.open or replayed.open:
        return _same_number_of_lines(original, replayed)
    if original.rest is None and replayed.rest is None:
        return original.text, replayed.text
    if original.same_whole(replayed):
        return original.text, original.text  # of bytes that are the same, the texts may be cut in two places
    room = min(len(original.text), len(replayed.text))
    return _known(original, room), _known(replayed, room)


def _same_number_of_lines(original: KeptText, replayed: KeptText) -> tuple[str, str]:
    """The known part of both; where one is known whole and is the shorter, it is all there is to be compared."""
    ours, theirs = original.text, replayed.text
    if original.open:
        ours = whole_lines(ours)
        theirs = first_lines(theirs, ours)
    if replayed.open:
        theirs = whole_lines(theirs)
        ours = first_lines(ours, theirs)
    return ours, theirs


def _known(kept: KeptText, room: int) -> str:
    """The whole lines among the first `room` characters, and those of the end."""
    head = kept.text[:room].rpartition("\n")[0] if len(kept.text) > room or kept.rest else kept.text
    tail = "" if kept.rest is None else kept.rest.tail.partition("\n")[2]
    return f"{head}\n{tail}"
