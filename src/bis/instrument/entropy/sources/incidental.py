"""Draws that a library makes from the program's `random` for its own ends, as often as the time or the network decides.

A kernel draws a tip whenever a client asks who it is, and a client asks again where the kernel is slow to start; a
request that is sent once more waits for a random time; MLflow's telemetry draws in a thread, and not in a replay; the
number of an experiment in a file store takes a draw for each zero that a random id begins with, one time in ten.
Each such draw would shift all that the program draws afterwards.
"""

from __future__ import annotations

import os
import sys
from _random import Random as _Generator
from types import FunctionType

from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def attach(module: ModuleType) -> None:
    """Give a module that has ``import random`` a generator of its own, which no replay follows: nothing hangs on it."""
    if vars(module).get("random") is sys.modules["random"]:
        setattr(module, "random", _own_generator())  # noqa: B010 - a module has no such attribute for type checkers


def attach_numbers(module: ModuleType) -> None:
    """Let MLflow number experiments with a generator of its own; names of runs are the program's draws, always as many.

    Only this function of the module is given the generator, before the file store imports it by name.
    """
    names: Any = module
    original = getattr(names, "_generate_unique_integer_id", None)
    if isinstance(original, FunctionType) and not is_ours(original):
        around = {**vars(module), "random": _own_generator()}
        number = FunctionType(original.__code__, around, original.__name__, original.__defaults__, original.__closure__)
        names._generate_unique_integer_id = disguise(number, original)  # noqa: SLF001 - there is no public one


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


def _own_generator() -> Any:
    """A generator with the methods of the module `random`, seeded by the system, anew in each child."""
    shared: Any = sys.modules["random"]
    own: Any = shared.Random.__new__(shared.Random)
    own.gauss_next = None

    def reseed() -> None:
        # In C, from the system: a seed through Python's method would be a draw, or be reported as the program's.
        _Generator.seed(own)

    reseed()
    if hasattr(os, "register_at_fork"):  # else all children would wait for the same times
        os.register_at_fork(after_in_child=reseed)
    return own
