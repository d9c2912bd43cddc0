"""Putting the recorder of randomness into a process, before the user's first import.

What is served: whatever the program would have drawn from the operating system because it set no seed. A generator
that the program seeded is left alone: none that the program sees is consumed, and the bits are those of a run without
bis.

Security: see `bis.instrument.entropy.streams`. While a process is served, the values of `secrets`, `uuid4` and keys
made through `os.urandom` can be derived from the recorded root.

Not replayable, and not always reported: `uuid1`, clocks, addresses (``id``), ``torch.Generator.seed``, entropy that
C libraries draw for themselves, and processes that are started with ``python -I`` or ``-E``.
"""

from __future__ import annotations

import sys

from bis.instrument.entropy import processes
from bis.instrument.entropy.entropy_sources import hooks_of_sources
from bis.instrument.entropy.import_hooks import PostImport
from bis.instrument.entropy.positions import go_to, position_of
from bis.instrument.entropy.service import EntropyService
from bis.instrument.entropy.sha3 import sha3_256
from bis.instrument.entropy.sources import python
from bis.instrument.entropy.states import GENERATORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.entropy_observer import EntropyObserver
    from bis.instrument.entropy.entropy_plan import EntropyPlan
    from bis.instrument.entropy.roles.scoping import Scoping
    from bis.instrument.entropy.shared_generators import SharedGenerators

_installed: list[Handle] = []  # at most one: there is one os.urandom in a process


class Handle:
    """The recorder of randomness in this process, as `install` returns it.

    Parameters
    ----------
    recorder : EntropyService
        The recorder that was installed.
    hooks : mapping of str to callable
        What is done after the import of each module.
    """

    def __init__(self, recorder: EntropyService, hooks: Mapping[str, Callable[[ModuleType], None]]) -> None:
        self._recorder = recorder
        self._hooks = hooks
        self._shared: object = None
        self.roles: Scoping | None = None

    def report_draws(self) -> None:
        """Tell the observer what was drawn, by role; nothing where roles are not scoped."""
        if self.roles is not None:
            self._recorder.reports.attempt("draws by role", self.roles.tell)

    @property
    def key(self) -> str:
        """The key of this process; another one in a child after a fork."""
        return self._recorder.key

    def trace(self) -> dict[str, object]:
        """The draws so far: per stream their number and a digest, and a digest over all streams.

        Equal traces mean that the same packages asked for the same numbers of bytes in the same order.
        """
        streams = self._recorder.streams.trace()
        over_all = sha3_256()
        for name, facts in streams.items():
            over_all.update(f"{name}\0{facts['digest']}\0".encode("utf-8", "surrogateescape"))
        return {
            "key": self.key,
            "served": self._recorder.serving,
            "streams": streams,
            "digest": over_all.hexdigest(),
            "unserved": self._recorder.unserved,
            "at_import": dict(self._recorder.at_import),
            "untouched": self._recorder.shared.untouched(),
            "seeds": self._recorder.reports.seeds,
            "seeds_dropped": self._recorder.reports.seeds_dropped,
            "failures": self._recorder.reports.failures,
        }

    @property
    def others(self) -> SharedGenerators:
        """A context for what draws from the shared generators and is not the program."""
        return self._recorder.shared

    def position(self) -> dict[str, object]:
        """Where the program is in its randomness, for `go_to`."""
        return position_of(self._recorder)

    def go_to(self, position: Mapping[str, Any]) -> None:
        """Take the program to a position in its randomness.

        Raises
        ------
        KeyError
            A library is not loaded that was loaded there.
        """
        go_to(self._recorder, position)

    def go_on_in_forks(self) -> None:
        """From now on a fork is this process, and not a child of it: see `bis.instrument.warm_parent`."""
        self._recorder.forks_go_on = True
        self._shared = python.shared_state()

    def has_gone_on(self) -> None:
        """In such a fork: go on where this process was when it was forked. Forks from now on are children again."""
        python.go_on(self._shared)
        self._recorder.forks_go_on = False

    def takes_roles(self) -> bool:
        """Whether roles, where they are scoped, can still get other roots."""
        return self.roles is None or self.roles.takes_roles()

    def take_roles(self, roles: Mapping[str, str]) -> None:
        """Give roles other roots, before anything was drawn for them.

        Raises
        ------
        ValueError
            Nothing in this process serves roles.
        """
        if self._recorder.on_roles is None:
            raise ValueError("Roles cannot be given other roots: none are served here.")
        self._recorder.on_roles(roles)

    def restore(self, states: Mapping[str, str]) -> None:
        """Set generators to states that a passive record holds: now if they are loaded, else when they are.

        Parameters
        ----------
        states : mapping of str to str
            By the name of the generator, the state as `EntropyObserver.state` was given it.

        Raises
        ------
        ValueError
            If this process is served: its generators got their states from the root.
        """
        if self._recorder.serving:
            raise ValueError("States are restored in passive processes only; this one is served from its root.")
        self._recorder.restored.update(states)
        for generator in GENERATORS.values():
            module = sys.modules.get(generator.module)
            if generator.name in states and module is not None:
                _attempt_hook(self._recorder, self._hooks[generator.module], module)


def _attempt_hook(recorder: EntropyService, hook: Callable[[ModuleType], None], module: ModuleType) -> None:
    recorder.reports.attempt(f"restore in {module.__name__}", lambda: hook(module))


def install(
    plan: EntropyPlan,
    observer: EntropyObserver,
    further: Iterable[tuple[str, Callable[[ModuleType], None]]] = (),
) -> Handle:
    """Record, and unless the plan is passive serve, the randomness of this process. A second call changes nothing.

    Parameters
    ----------
    plan : EntropyPlan
        The root and the key of this process.
    observer : EntropyObserver
        Receives what is seen.
    further : iterable of pairs of str and callable
        What else is to be done after the import of which module; of several for one module in this order.
    """
    if _installed:
        return _installed[0]
    recorder = EntropyService(plan, observer)
    hooks = hooks_of_sources(recorder)
    handle = Handle(recorder, hooks)
    _installed.append(handle)
    attempt = recorder.reports.attempt
    if plan.serve:
        attempt("os.urandom", lambda: python.serve_system(recorder))
        attempt("fork", lambda: processes.follow_forks(recorder))
        attempt("environment", lambda: processes.offer(recorder))
        attempt("os.system", lambda: processes.attach_system(recorder))
    all_hooks = [*further, *hooks.items(), *_role_hooks(plan, recorder, handle)]
    attempt("import hooks", lambda: PostImport(all_hooks, recorder.reports).install())
    return handle


def _role_hooks(
    plan: EntropyPlan, recorder: EntropyService, handle: Handle
) -> list[tuple[str, Callable[[ModuleType], None]]]:
    """The same for roles, where each draws from states of its own."""
    if not plan.scoped:
        return []

    def hooks() -> list[tuple[str, Callable[[ModuleType], None]]]:
        from bis.instrument.entropy.roles.scoping import Scoping  # in replays of an explanation only

        handle.roles = Scoping(plan, recorder)
        return handle.roles.hooks()

    return recorder.reports.attempt("roles", hooks) or []
