"""Delta debugging: a smallest set of changes that makes a result differ, found in few tests.

A cause that is alone is found by binary search over the changes in a row: about log2(n) tests, where splitting and
testing each part would take twice as many. What that leaves is then made minimal as Zeller and Hildebrandt do (ddmin):
no part of it can be left out. A test may have no answer, as the mixture of two sets of packages may not run; such tests
are gone around where there is a way, and the result says where there was none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, TypeVar

from bis.model.bisection import TrialAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

T = TypeVar("T")
PATIENCE = 60  # tests without an answer, after which nothing finer is tried
_AROUND = 6  # so many of them in one row; its parts are then tried without regard to their order


@dataclass(frozen=True, slots=True)
class FailingSet(Generic[T]):
    """Changes that make the result differ together, in the order in which they were given.

    `minimal` says that the result is as before without any one of them; False where a test of that had no answer.
    `without` is the answer for all changes but these and those of the sets found before; `taken_back_too` are changes
    that could only be taken back with them.
    """

    members: tuple[T, ...]
    minimal: bool
    without: TrialAnswer
    taken_back_too: tuple[T, ...] = ()


class DeltaDebugging(Generic[T]):
    """A search for the sets of changes that make a result differ.

    It is required that all changes together differ and none at all is the same.

    Parameters
    ----------
    candidates : sequence
        The changes, hashable, in an order: where there are `preferred_cuts`, those are tried first.
    test : callable
        The answer for a set of changes. Each set is asked about once.
    requires : mapping, optional
        For a change, those without which it is not expected to work: they come before it in the row.
    unavailable : callable, optional
        Gives the changes that turned out never to work in a test; asked after each answer.
    preferred_cuts : sequence of int
        Numbers of leading candidates that are cheap to test together.
    whole : callable, optional
        Asked once, where the last change in the smallest failing row does not fail alone: whether all changes together
        fail where they are made in the way in which parts of them are. Where they do not, nothing can be found.

    Attributes
    ----------
    left : tuple
        Changes among which there is one of the set that is being looked for: what is known where a test raises.
    explained : bool
        False where `whole` has said that the changes are not what makes the result differ.

    References
    ----------
    Zeller and Hildebrandt (2002), Simplifying and isolating failure-inducing input. doi:10.1109/32.988498

    Examples
    --------
    >>> def test(changes):
    ...     return TrialAnswer.DIFFERS if {3, 11} <= changes else TrialAnswer.SAME
    >>> search = DeltaDebugging(range(16), test)
    >>> [found.members for found in search.sets()]
    [(3, 11)]
    """

    def __init__(
        self,
        candidates: Sequence[T],
        test: Callable[[frozenset[T]], TrialAnswer],
        *,
        requires: Mapping[T, Collection[T]] | None = None,
        unavailable: Callable[[], Collection[T]] = tuple,
        preferred_cuts: Sequence[int] = (),
        whole: Callable[[], TrialAnswer] | None = None,
    ) -> None:
        self._candidates = tuple(candidates)
        self._test = test
        self._requires = {k: frozenset(v) & frozenset(candidates) for k, v in (requires or {}).items()}
        self._unavailable = unavailable
        self._preferred = [frozenset(self._candidates[:n]) for n in preferred_cuts]
        self._whole = whole
        self._known: dict[frozenset[T], TrialAnswer] = {
            frozenset(): TrialAnswer.SAME,
            frozenset(self._candidates): TrialAnswer.DIFFERS,
        }
        self._unanswered = 0
        self.left: tuple[T, ...] = self._candidates
        self.explained = True

    def sets(self) -> Iterator[FailingSet[T]]:
        """The sets, until without them the result is the same, or nobody knows."""
        every = frozenset(self._candidates)
        gone: frozenset[T] = frozenset()
        while True:
            self.left = tuple(c for c in self._candidates if c not in gone)
            members = self._one(self.left)
            if members is None:
                self.explained = False
                return
            gone |= frozenset(members)
            without = self._ask(every - gone)
            too: frozenset[T] = frozenset()
            if without is TrialAnswer.UNRESOLVED and (dependants := self._dependants(gone)):
                without, too = self._ask(every - gone - dependants), dependants
            yield FailingSet(
                self._in_order(members),
                self._is_minimal(members),
                without,
                self._in_order(too) if without is not TrialAnswer.UNRESOLVED else (),
            )
            if without is not TrialAnswer.DIFFERS:
                return
            if too:  # those that were taken back as well are no longer there to be found
                gone |= too

    def _one(self, candidates: tuple[T, ...]) -> tuple[T, ...] | None:
        """A minimal failing set among candidates that fail together; None where `whole` says that there is none."""
        needed: tuple[T, ...] = ()
        units = self._units(candidates)
        while True:
            before, segment = self._smallest_row(needed, units)
            needed = (*_flat(segment), *needed)
            self.left = self._in_order(_flat(before) or needed)
            if not before or self._ask(frozenset(needed)) is TrialAnswer.DIFFERS:
                break
            closed = self._with_required(needed) & frozenset((*_flat(before), *needed))
            if closed != frozenset(needed) and self._ask(closed) is TrialAnswer.DIFFERS:
                needed = self._in_order(closed)
                break
            if not frozenset(needed).isdisjoint(self._unavailable()):
                break  # no test can have them: that they are needed is known from those without them
            if self._whole is not None:
                whole, self._whole = self._whole, None
                if whole() is TrialAnswer.SAME:
                    return None
            units = before
        return self._minimised(self._in_order(needed))

    def _smallest_row(
        self, needed: tuple[T, ...], units: Sequence[tuple[T, ...]]
    ) -> tuple[list[tuple[T, ...]], list[tuple[T, ...]]]:
        """The units before the one with which the row begins to differ, and that one.

        Several where no row that ends between them has an answer.
        """
        order = list(units)
        low, high = 0, len(order)
        blocked: set[frozenset[T]] = set()
        while high - low > 1:
            gone = frozenset(self._unavailable())
            order[low:high] = sorted(order[low:high], key=lambda unit: not gone.isdisjoint(unit))
            row = self._next_row(needed, order, (low, high), blocked)
            if row is None:
                break
            cut, changes = row
            answer = self._ask(changes)
            if answer is TrialAnswer.DIFFERS:
                high = cut
            elif answer is TrialAnswer.SAME:
                low = cut
            else:
                blocked.add(changes)
            self.left = self._in_order(_flat(order[low:high]))
        return order[:low], order[low:high]

    def _next_row(
        self,
        needed: tuple[T, ...],
        order: Sequence[tuple[T, ...]],
        bounds: tuple[int, int],
        blocked: Collection[frozenset[T]],
    ) -> tuple[int, frozenset[T]] | None:
        """Where to cut next: where that is cheap, else in the middle, else as near to it as there may be an answer."""
        low, high = bounds
        if self._unanswered >= PATIENCE or len(blocked) >= _AROUND:
            return None
        gone = frozenset(self._unavailable())
        possible = []
        for cut in range(low + 1, high):
            changes = frozenset((*_flat(order[:cut]), *needed))
            if changes not in blocked and gone.isdisjoint(_flat(order[low:cut])):
                possible.append((cut, changes))
        cheap = [row for row in possible if row[1] in self._preferred]
        if cheap:
            return cheap[0]
        middle = (low + high) // 2
        # Steps that double leave a stretch without answers sooner than single ones.
        return min(possible, key=lambda row: (not _is_power(abs(row[0] - middle)), abs(row[0] - middle)), default=None)

    def _minimised(self, members: tuple[T, ...]) -> tuple[T, ...]:
        """Leave out what can be left out, in ever smaller parts (ddmin)."""
        parts = 2
        while len(members) > 1:
            chunks = _split(members, parts)
            smaller = next((c for c in chunks if self._ask(frozenset(c)) is TrialAnswer.DIFFERS), None)
            if smaller is not None:
                members, parts = smaller, 2
                continue
            rests = [tuple(m for m in members if m not in chunk) for chunk in chunks]
            smaller = next((r for r in rests if self._ask(frozenset(r)) is TrialAnswer.DIFFERS), None)
            if smaller is not None:
                members, parts = smaller, max(parts - 1, 2)
                continue
            if parts >= len(members) or self._unanswered >= PATIENCE:
                break
            parts = min(2 * parts, len(members))
        return members

    def _is_minimal(self, members: tuple[T, ...]) -> bool:
        parts = [frozenset(members) - {m} for m in members]
        return all(self._known.get(part) is TrialAnswer.SAME for part in parts)

    def _ask(self, changes: frozenset[T]) -> TrialAnswer:
        if changes not in self._known:
            answer = self._test(changes)
            self._known[changes] = answer
            self._unanswered += answer is TrialAnswer.UNRESOLVED
        return self._known[changes]

    def _in_order(self, members: Collection[T]) -> tuple[T, ...]:
        wanted = frozenset(members)
        return tuple(c for c in self._candidates if c in wanted)

    def _with_required(self, members: Collection[T]) -> frozenset[T]:
        found = set(members)
        waiting = list(members)
        while waiting:
            more = self._requires.get(waiting.pop(), frozenset()) - found
            found |= more
            waiting += more
        return frozenset(found)

    def _dependants(self, members: frozenset[T]) -> frozenset[T]:
        """The other changes that are not expected to work without one of these."""
        return frozenset(c for c in self._candidates if c not in members and self._with_required((c,)) & members)

    def _units(self, candidates: Sequence[T]) -> list[tuple[T, ...]]:
        """The candidates in a row: what a change requires before it, and those that require each other together."""
        allowed = frozenset(candidates)
        reach = {c: self._with_required((c,)) & allowed for c in candidates}
        units: list[tuple[T, ...]] = []
        placed: set[T] = set()

        def place(change: T) -> None:
            if change in placed:
                return
            tied = tuple(c for c in candidates if c in reach[change] and change in reach[c])
            placed.update(tied)
            for other in candidates:
                if any(other in reach[c] for c in tied):
                    place(other)
            units.append(tied)

        for candidate in candidates:
            place(candidate)
        return units


def _flat(units: Sequence[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(change for unit in units for change in unit)


def _split(members: tuple[T, ...], parts: int) -> list[tuple[T, ...]]:
    """As many parts of nearly equal size, in order."""
    ends = [len(members) * i // parts for i in range(parts + 1)]
    return [members[a:b] for a, b in pairwise(ends) if b > a]


def _is_power(distance: int) -> bool:
    return distance & (distance - 1) == 0
