"""Printed text of which only the first part and the end were kept: compared by these, and by the digest of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.exact.printed_items import PrintedPlace, text_items
from bis.model.facets import PrintedRest
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Item, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.tolerances import Tolerances


@dataclass(frozen=True, slots=True)
class KeptText:
    """What is known of a stream: its text, or the first part of it and the `rest`."""

    text: str
    rest: PrintedRest | None = None

    def same_whole(self, other: KeptText) -> bool:
        """Whether all of both is known to be the same."""
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

    Where a part was not kept and the digests of all differ, it is never the same, whatever the kept parts say.
    """
    pairs = [_pair(original, other) for other in replayed]
    items = text_items(printed, pairs, tolerances, has_metrics=has_metrics)
    unknown = [o for o in replayed if o is not None and (original.rest or o.rest) and not original.same_whole(o)]
    if not unknown or any(i.level is Level.DIVERGENT for i in items):
        return items
    said = statement(StatementCode.REST_DIFFERS, other=len(unknown), total=len(replayed))
    level = Level.METRICS_BITWISE if has_metrics else Level.INCONCLUSIVE
    return [
        replace(i, level=max(i.level, level, key=lambda x: x.rank), statements=(said, *i.statements)) for i in items
    ]


def _pair(original: KeptText, replayed: KeptText | None) -> tuple[str, str | None]:
    if replayed is None:
        return original.text, None
    if original.rest is None and replayed.rest is None:
        return original.text, replayed.text
    if original.same_whole(replayed):
        return original.text, original.text  # of bytes that are the same, the texts may be cut in two places
    room = min(len(original.text), len(replayed.text))
    return _known(original, room), _known(replayed, room)


def _known(kept: KeptText, room: int) -> str:
    """The whole lines among the first `room` characters, and those of the end."""
    head = kept.text[:room].rpartition("\n")[0] if len(kept.text) > room or kept.rest else kept.text
    tail = "" if kept.rest is None else kept.rest.tail.partition("\n")[2]
    return f"{head}\n{tail}"
