"""Which models a program trained and asked, and what it asked them for: kept until its end, in replays with a probe.

Models that a function made are gone when it returns, so they are held here. Calls that a library makes (a pipeline of
its steps, a search of its candidates, a scorer) are not the program's, and calls in other threads are left out: the
order in which these come is not the same in each replay.
"""

from __future__ import annotations

import atexit
import os
import sys
from _thread import get_ident
from collections import deque

from bis.instrument.probe_examples import MAX_EXAMPLES, length, sampled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from bis.instrument.fence import Fence

MOST_MODELS = 32  # that are held; the oldest goes first
_AROUND = ("bis.", "mlflow.")  # callers that stand between the program and its models (autologging)
_LIBRARY = "sklearn"
_LOGGING = "mlflow.models.model"  # tries models out that it has read back


class Sighting:
    """A model, the name of its class with the number of its kind, and what it was last asked for."""

    def __init__(self, model: Any, name: str) -> None:
        self.model = model
        self.name = name
        self.logged_as = ""
        self.in_calls = False  # whether `asked` are the arguments of whole calls, and not examples
        self.asked: deque[Any] = deque()
        self.last: Any = None  # what it was trained on at last
        self._trained_since = False

    def trained(self, call: Any) -> None:
        """It was trained, with a call that can stand for its examples where it is never asked for any."""
        self._trained_since = True
        self.last = call

    def asked_for(self, examples: Any) -> None:
        """It was asked for these, and for nothing else."""
        self.asked = deque([sampled(examples)])

    def asked_in_call(self, call: Any) -> None:
        """It was asked in batches: the last ones since it was trained are kept, up to a number of examples."""
        if self._trained_since:
            self.asked.clear()
        self._trained_since = False
        self.asked.append(sampled(call))
        while len(self.asked) > 1 and sum(length(c) or 1 for c in self.asked) > MAX_EXAMPLES:
            self.asked.popleft()

    @property
    def examples(self) -> Any:
        """What it is to predict for; None where that is not known."""
        if not self.in_calls:
            return self.asked[-1] if self.asked else None
        calls = list(self.asked) or ([sampled(self.last)] if self.last is not None else [])
        return calls or None


class ModelSightings:
    """The models of a program in the order in which they were seen; `keeps` says whether their examples are kept."""

    def __init__(self, fence: Fence, *, keeps: bool) -> None:
        self.keeps = keeps
        self._fence = fence
        self._seen: dict[int, Sighting] = {}
        self._counts: dict[str, int] = {}
        self._depth = 0
        self._thread = get_ident()
        self._pid = os.getpid()
        self.at_end: Callable[[], None] | None = None  # what is called at the end of the program

    def __iter__(self) -> Iterator[Sighting]:
        return iter(list(self._seen.values()))

    def watch(self, method: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
        """A function in place of a model's method: a call of the program is noted, and goes on as it would."""

        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self._depth or get_ident() != self._thread:
                return method(model, *args, **kwargs)
            self._depth += 1
            try:
                self._fence.run("predictions", note, model, args, kwargs)
                return method(model, *args, **kwargs)
            finally:
                self._depth -= 1

        return watched

    def seen(self, model: Any) -> Sighting:
        """What is known of a model."""
        found = self._seen.get(id(model))
        if found is None:
            self._end_before_the_shell()
            name = type(model).__name__
            number = self._counts[name] = self._counts.get(name, 0) + 1
            found = self._seen[id(model)] = Sighting(model, name if number == 1 else f"{name}#{number}")
            if len(self._seen) > MOST_MODELS:
                del self._seen[next(iter(self._seen))]
        return found

    def _end_before_the_shell(self) -> None:
        """Register the end once more in a kernel that was forked after the import of the library.

        Its shell, which forgets the names of the program at the end, has registered that after the first time.
        """
        if os.getpid() != self._pid and self.at_end is not None and "ipykernel.kernelapp" in sys.modules:
            self._pid = os.getpid()
            atexit.register(self.at_end)

    def logged(self, name: str, model: Any) -> None:
        """A model is being logged under a name."""
        self.seen(model).logged_as = name

    def is_of_the_program(self) -> bool:
        """Whether what is called just now was called by the program, and not by a library for its own ends."""
        frame: Any = sys._getframe(2)  # noqa: SLF001 (the documented way to the calling frames)
        caller = None
        while frame is not None:
            module = frame.f_globals.get("__name__") or ""
            if module == _LOGGING and frame.f_code.co_name == "log":
                return False
            if caller is None and not module.startswith(_AROUND):
                caller = module
            frame = frame.f_back
        return (caller or "").partition(".")[0] != _LIBRARY
