"""Draws that a library makes from the program's `random` for its own ends, as often as the time or the network decides.

A kernel draws a tip whenever a client asks who it is, and a client asks again where the kernel is slow to start; a
request that is sent once more waits for a random time; MLflow's telemetry draws in a thread, and not in a replay.
Each such draw would shift all that the program draws afterwards.
"""

from __future__ import annotations

import os
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
        own.gauss_next = None

        def reseed() -> None:
            # In C, from the system: a seed through Python's method would be a draw, or be reported as the program's.
            _Generator.seed(own)

        reseed()
        if hasattr(os, "register_at_fork"):  # else all children would wait for the same times
            os.register_at_fork(after_in_child=reseed)
        setattr(module, "random", own)  # noqa: B010 - a module has no such attribute for type checkers


def attach_tips(module: ModuleType) -> None:
    """Let a kernel draw one tip: there always is a first request for its banner, and there may be more."""
    tips: Any = module
    original = getattr(tips, "pick_tip", None)
    if original is None or is_ours(original):
        return
    picked: list[Any] = []

    def pick_tip() -> Any:
        if not picked:
            picked.append(original())
        return picked[0]

    tips.pick_tip = disguise(pick_tip, original)
