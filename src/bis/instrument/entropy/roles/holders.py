"""Which thread draws for a role from which generator: two at once would get each other's states."""

from __future__ import annotations

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bis.instrument.entropy.reports import Reports

RACE = "two threads draw for roles at the same time: in which order is a race"


class Holders:
    """The threads that hold generators.

    Parameters
    ----------
    reports : Reports
        Is told of races.
    """

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._held: dict[int, tuple[int, int]] = {}

    def depth(self, generator: object) -> int:
        """How often a generator is held."""
        return self._held.get(id(generator), (0, 0))[1]

    def is_held_elsewhere(self, generator: object) -> bool:
        """Whether another thread holds a generator, which is reported."""
        thread, depth = self._held.get(id(generator), (0, 0))
        if depth and thread != get_ident():
            self._reports.uncontrolled("threads", RACE)
            return True
        return False

    def hold(self, generator: object) -> None:
        """Note that this thread draws from a generator for a role."""
        self._held[id(generator)] = (get_ident(), self.depth(generator) + 1)

    def release(self, generator: object) -> None:
        """Note that it does so no longer."""
        depth = self.depth(generator) - 1
        if depth > 0:
            self._held[id(generator)] = (get_ident(), depth)
        else:
            self._held.pop(id(generator), None)
