"""A place within a line of text that is read as a whole."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.figures.volatile_token import VolatileToken

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TextSpan:
    """From `start` to before `end` of a line.

    `kind` says why it is not compared; None where it is text as any other, whose digits are no numbers (a date of the
    data).
    """

    start: int
    end: int
    kind: VolatileToken | None


def without_overlaps(spans: Iterable[TextSpan]) -> tuple[TextSpan, ...]:
    """In the order of the line; of those that overlap, the first given is kept."""
    starts: list[int] = []
    kept: list[TextSpan] = []
    for span in spans:
        i = bisect_left(starts, span.start)
        if (i == 0 or kept[i - 1].end <= span.start) and (i == len(kept) or kept[i].start >= span.end):
            starts.insert(i, span.start)
            kept.insert(i, span)
    return tuple(kept)
