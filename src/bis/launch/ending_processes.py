"""Ending all processes of a kind, those included that they start while they are ended."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

TYPE_CHECKING = False  # typing takes time to load
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_ROUNDS = 20


def end_found(find: Callable[[], Iterable[int]]) -> set[int]:
    """Kill the processes that `find` gives, and look again until there is none that was not killed; which they were.

    One that is killed is still there for a moment, and starts no others any more: it is killed and counted once.
    """
    ended: set[int] = set()
    for _ in range(_MOST_ROUNDS):
        new = set(find()) - ended
        if not new:
            break
        for pid in new:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        ended |= new
    return ended
