"""Tracebacks as they are without bis: its own frames, through which a call of the program went, are left out."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from types import TracebackType

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120 (pathlib is not loaded)
_MOST = 100  # exceptions behind one


def hide_own_frames(error: BaseException) -> TracebackType | None:
    """Take the frames of bis out of the tracebacks of an exception and of those behind it; returns its traceback.

    Where there are no others they stay: something must say where it happened.
    """
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(seen) < _MOST:
        one = waiting.pop()
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        one.__traceback__ = _without_own(one.__traceback__)
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return error.__traceback__


def _without_own(trace: TracebackType | None) -> TracebackType | None:
    links = []
    link = trace
    while link is not None:
        links.append(link)
        link = link.tb_next
    kept = [one for one in links if not one.tb_frame.f_code.co_filename.startswith(_OWN)]
    if not kept:
        return trace
    for one, following in zip(kept, [*kept[1:], None]):  # noqa: B905 (as many as there are)
        one.tb_next = following
    return kept[0]
