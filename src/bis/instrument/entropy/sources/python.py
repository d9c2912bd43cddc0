"""The interpreter's own entropy: `os.urandom`, and the module `random`, which `secrets`, `uuid4` and `tempfile` use."""

from __future__ import annotations

import os
import sys
from _operator import index

from bis.instrument.entropy.states import PYTHON, python_state, settle
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

_SEED_BITS = 256


def serve_system(recorder: EntropyService) -> None:
    """Answer requests for the system's entropy from the streams of the process."""
    for name in ("urandom", "getrandom"):
        original = getattr(os, name, None)
        if original is not None and not is_ours(original):
            setattr(os, name, disguise(_served(recorder, original), original, module="os"))
    loaded = sys.modules.get("random")
    if loaded is not None:
        setattr(loaded, "_urandom", os.urandom)  # noqa: B010 - its own name for it, from its import


def _served(recorder: EntropyService, original: Any) -> Any:
    def served(size: Any, /, *flags: Any) -> Any:
        try:
            number = index(size)
        except TypeError:
            return original(size, *flags)  # raises what it always raised
        answer = recorder.serve(number) if number >= 0 and recorder.serving else None
        return original(size, *flags) if answer is None else answer

    return served


def attach_random(module: ModuleType, recorder: EntropyService) -> None:
    """See seeds of ``random.Random``; where it is to seed itself from the system, seed it from the streams.

    Generators are seeded in C, which does not ask `os.urandom`. `Random(None)` calls the Python method afterwards, so
    replacing that is enough; the shared instance is seeded anew.
    """
    shared: Any = getattr(module, "_inst")  # noqa: B009 - what random.random and the others are methods of
    generators: Any = module.Random
    if not is_ours(generators.seed):
        generators.seed = disguise(_seed_method(recorder, shared, generators.seed), generators.seed)
        module.seed = shared.seed  # type: ignore[attr-defined]  # a bound method of the class as it was
    if recorder.serving:
        followed = "random" in recorder.on_rekey
        reseed = recorder.on_rekey["random"] = _reseed(recorder, shared)
        reseed()
        if not followed:
            # In a forked child `random` seeds itself from the system, after rekeying; this handler comes after its.
            os.register_at_fork(after_in_child=lambda: _follow(recorder))
    settle(recorder, PYTHON, module)


def shared_state() -> object:
    """The state of the shared generator of `random`; None where that is not loaded."""
    loaded: Any = sys.modules.get("random")
    return None if loaded is None else loaded._inst.getstate()  # noqa: SLF001 - the instance itself


def go_on(state: object) -> None:
    """Undo what the standard library did in a fork: `random` has seeded itself, `tempfile` would make new names."""
    loaded: Any = sys.modules.get("random")
    if loaded is not None and state is not None:
        loaded._inst.setstate(state)  # noqa: SLF001 - as above
    temporary: Any = sys.modules.get("tempfile")
    names: Any = getattr(temporary, "_name_sequence", None)
    if hasattr(names, "_rng_pid"):
        names._rng_pid = os.getpid()  # noqa: SLF001 - what it looks at to tell a fork


def _follow(recorder: EntropyService) -> None:
    if not recorder.forks_go_on:
        recorder.reports.attempt("fork", recorder.on_rekey["random"])


def _reseed(recorder: EntropyService, shared: Any) -> Any:
    def reseed_random() -> None:
        # The class above Random seeds in C: the seed is one of bis, not one that the program set.
        super(type(shared), shared).seed(recorder.streams.integer("random", _SEED_BITS))
        shared.gauss_next = None
        if "python.random" in recorder.shared.readers:  # in a forked child: from here on it is the child's
            recorder.shared.began("python.random", lambda: python_state(shared), python_state(shared))
        recorder.on_random_seeded()

    return reseed_random


def _seed_method(recorder: EntropyService, shared: Any, original: Any) -> Any:
    def seed(self: Any, a: Any = None, version: int = 2) -> Any:
        if a is not None:
            recorder.reports.seed("random.seed" if self is shared else "random.Random", a)
        elif recorder.serving:
            served = recorder.serve(_SEED_BITS // 8)
            if served is not None:
                a = int.from_bytes(served, "big")
        return original(self, a, version)

    return seed
