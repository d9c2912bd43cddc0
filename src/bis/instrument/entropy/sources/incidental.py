"""Draws that a library makes from the program's `random` for its own ends, as often as the time or the network decides.

A kernel draws a tip whenever a client asks who it is, and a client asks again where the kernel is slow to start; a
request that is sent once more waits for a random time; MLflow's telemetry draws in a thread, and not in a replay.
Each such draw would shift all that the program draws afterwards.
"""

from __future__ import annotations

import sys
from _random import Random as _Generator

from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def attach(module: ModuleType) -> None:
    """Give a module that has ``import random`` a generator of its own, which no replay follows: nothing hangs on it."""
    if vars(module).get("random") is sys.modules["random"]:
        shared: Any = sys.modules["random"]
        own: Any = shared.Random.__new__(shared.Random)
        # In C, from the system: a seed through Python's method would be a draw, or be reported as one of the program.
        _Generator.seed(own)
        own.gauss_next = None
        setattr(module, "random", own)  # noqa: B010 - a module has no such attribute for type checkers


def attach_tips(module: ModuleType) -> None:
    """Let only the first tip of a kernel shift the program's draws: there always is one, and there may be more."""
    tips: Any = module
    original = getattr(tips, "pick_tip", None)
    if original is None or is_ours(original):
        return
    picked = False

    def pick_tip() -> Any:
        nonlocal picked
        shared = getattr(sys.modules.get("random"), "_inst", None)
        if shared is None or not picked:
            picked = True
            return original()
        before = shared.getstate()
        try:
            return original()
        finally:
            shared.setstate(before)

    tips.pick_tip = disguise(pick_tip, original)
