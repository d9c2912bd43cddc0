"""Reports to the observer: never twice the same, never too many, never an exception to the user's program."""

from __future__ import annotations

import sys

from bis.instrument.entropy.callers import site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from bis.instrument.entropy.entropy_observer import EntropyObserver

    T = TypeVar("T")

MOST_SEEDS = 1000
_MOST_LOOKED_AT = 10_000  # calls of one function: a library may make generators by the million
_LONGEST = 120
_MAKING = frozenset({"numpy.random.default_rng", "random.Random"})  # new generators; no shared one is seeded by these


class Reports:
    """The observer behind a fence.

    Parameters
    ----------
    observer : EntropyObserver
        Receives the reports.
    """

    def __init__(self, observer: EntropyObserver) -> None:
        self._observer = observer
        self._reported: set[tuple[object, ...]] = set()
        self._looked_at: dict[str, int] = {}
        self.seedings = 0
        self.seeds = 0
        self.seeds_dropped = 0
        self.failures = 0

    def attempt(self, what: str, action: Callable[[], T]) -> T | None:
        """Do something for the record; if that fails report it and return None."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - the fence: a failure of the recorder must not reach the program
            self.failed(what, error)
            return None

    def seed(self, api: str, value: object, *, ignore: str | None = None) -> None:
        """Report that the caller's caller set a seed, unless the call comes out of the package `ignore`."""
        self.seedings += api not in _MAKING
        looked_at = self._looked_at[api] = self._looked_at.get(api, 0) + 1
        if looked_at > _MOST_LOOKED_AT:
            self.seeds_dropped += 1
            return
        self.attempt(api, lambda: self._seed(api, value, ignore))

    def calls(self, api: str) -> int:
        """How often a function that sets seeds was called with one."""
        return self._looked_at.get(api, 0)

    def _seed(self, api: str, value: object, ignore: str | None) -> None:
        place = site(sys._getframe(2))  # noqa: SLF001 - the documented way to the caller
        if ignore is not None and place.package == ignore:
            return
        if place.package is not None:
            api = f"{api} (in {place.package})"
        shown = described(value)
        # Of the seeds that a library sets at one place (for its workers, say) only the first is reported.
        fact = ("seed", api, shown if place.package is None else None, place.file, place.line)
        if fact in self._reported:
            return
        if self.seeds >= MOST_SEEDS:
            self.seeds_dropped += 1
            return
        self._reported.add(fact)
        self.seeds += 1
        helper = place.function if place.package is not None and "seed" in place.function.lower() else ""
        self._observer.seed(api, shown, place.file, place.line, *([helper] if helper else []))

    def state(self, generator: str, digest: str, state: str | None) -> None:
        """Report the state of a generator."""
        self.attempt(generator, lambda: self._observer.state(generator, digest, state))

    def deviation(self, what: str, seed: str, role: str, file: str, line: int) -> None:
        """Report that a seed of the program does not count in this replay, once for each place."""
        fact = ("deviation", what, seed, file, line)
        if fact not in self._reported and len(self._reported) < MOST_SEEDS:
            self._reported.add(fact)
            self.attempt(what, lambda: self._observer.deviation(what, seed, role, file, line))

    def draws(self, key: str, roles: list[dict[str, object]]) -> None:
        """Report what was drawn, by role."""
        self.attempt("draws by role", lambda: self._observer.draws(key, roles))

    def uncontrolled(self, what: str, why: str) -> None:
        """Report randomness that bis does not control, once."""
        if (what, why) not in self._reported:
            self._reported.add((what, why))
            self.attempt(what, lambda: self._observer.uncontrolled(what, why))

    def failed(self, what: str, error: BaseException) -> None:
        """Report a failure of a hook, once for each kind."""
        self.failures += 1
        fact = (what, type(error).__name__, str(error))
        if fact in self._reported:
            return
        self._reported.add(fact)
        try:
            self._observer.failed(what, error)
        except Exception:  # noqa: BLE001 - the observer itself failed, so the failure cannot be reported
            self.failures += 1


def described(value: object) -> bool | int | float | str | None:
    """A seed as a value that any format can hold."""
    if value is None or isinstance(value, bool | int | float):
        return value
    index: Any = getattr(type(value), "__index__", None)
    if index is not None:
        try:
            return int(index(value))
        except TypeError:  # an array of several numbers has the method, and refuses
            pass
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
