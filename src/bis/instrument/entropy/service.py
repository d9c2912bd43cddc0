"""The state of the recorder of randomness in one process, which all hooks share."""

from __future__ import annotations

import sys
from _thread import get_ident

from bis.instrument.entropy.callers import LIBRARY, USER, at_import, caller, in_process_pool
from bis.instrument.entropy.reports import Reports
from bis.instrument.entropy.sha3 import sha3_256
from bis.instrument.entropy.shared_generators import SharedGenerators
from bis.instrument.entropy.streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bis.instrument.entropy.entropy_observer import EntropyObserver
    from bis.instrument.entropy.entropy_plan import EntropyPlan

TASKS_RACE = "which worker gets which task is a race, and so are its draws"


def _nothing() -> None:
    pass


def digest_of(state: bytes) -> str:
    """The digest by which states of generators are compared."""
    return f"sha3-256:{sha3_256(state).hexdigest()}"


class EntropyService:
    """The plan of a process, its streams, and the reports about them.

    Parameters
    ----------
    plan : EntropyPlan
        The root and the key of the process.
    observer : EntropyObserver
        Receives what is seen.
    """

    def __init__(self, plan: EntropyPlan, observer: EntropyObserver) -> None:
        self.plan = plan
        self.reports = Reports(observer)
        self.streams = Streams(plan.root, plan.key)
        self.serving = plan.serve
        self.numpy_was_loaded = "numpy.random" in sys.modules
        self.unserved = 0
        self.shared = SharedGenerators()
        self.restored: dict[str, str] = {}
        self.on_rekey: dict[str, Callable[[], None]] = {}
        self._asked: set[str] = set()
        self.at_import: dict[str, int] = {}
        self.on_kernels_cleared: Callable[[], None] = _nothing
        self.on_random_seeded: Callable[[], None] = (
            _nothing  # in a new process, where `random` goes on from its streams
        )
        # The next fork is this process going on, and no child of it: set by a warm parent (`instrument.warm_parent`).
        self.forks_go_on = False
        self.on_roles: Callable[[Mapping[str, str]], None] | None = None  # takes other roots of roles: of such a fork
        self._children: dict[str, int] = {}
        self._threads: dict[str, int] = {}

    @property
    def key(self) -> str:
        """The key of this process."""
        return self.streams.key

    def serve(self, size: int) -> bytes | None:
        """`size` bytes for whoever called the hook; None if that failed, so that the hook asks the system."""
        served = self.reports.attempt("os.urandom", lambda: self._serve(size))
        if served is None:
            self.unserved += 1
        return served

    def _serve(self, size: int) -> bytes:
        frame = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
        asking = caller(frame)
        name = asking.name
        if asking.kind in {USER, LIBRARY}:
            importing = at_import(frame)
            if not importing and name not in self._asked and "/" in self.key:
                self._asked.add(name)
                if in_process_pool(frame):
                    self.reports.uncontrolled("process pool", TASKS_RACE)
            drawn_by = self._threads.setdefault(name, get_ident())
            if drawn_by != get_ident() and asking.kind == USER:
                self.reports.uncontrolled("threads", f"several threads drew for {name}; their order may be a race")
            if importing:
                self.at_import[name] = self.at_import.get(name, 0) + 1
        return self.streams.draw(name, size)

    def child_key(self, how: str) -> str:
        """A key for a process that the caller of the hook starts; counted for each package that starts processes."""
        name = f"{how}:{caller(sys._getframe(1)).name}"  # noqa: SLF001 - as above
        number = self._children[name] = self._children.get(name, 0) + 1
        return f"{self.key}/{name}:{number}"

    def rekey(self, key: str) -> None:
        """Become the process with this key."""
        self.streams.rekey(key)
        self._children = {}
        self._threads = {}
        self._asked = set()
        self.at_import = {}
        for name, action in self.on_rekey.items():
            self.reports.attempt(f"reseed {name}", action)
        self.reports.attempt("states", self.shared.begin_again)
