"""Searching for the changes that make a result differ, in worlds whose causes are known."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING

import pytest

from bis.model.bisection import TrialAnswer
from bis.stats.delta_debugging import DeltaDebugging

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SAME, DIFFERS, UNRESOLVED = TrialAnswer


class World:
    """Differs where all changes of one of the causes are there; some mixtures do not run."""

    def __init__(self, *causes: Collection[int], tied: Sequence[Collection[int]] = ()) -> None:
        self.causes = [frozenset(c) for c in causes]
        self.tied = [frozenset(t) for t in tied]
        self.asked: list[frozenset[int]] = []

    def __call__(self, changes: frozenset[int]) -> TrialAnswer:
        """The answer; each set is asked about once."""
        assert changes not in self.asked
        self.asked.append(changes)
        if any(0 < len(t & changes) < len(t) for t in self.tied):
            return UNRESOLVED
        return DIFFERS if any(c <= changes for c in self.causes) else SAME


@pytest.mark.parametrize("count", [30, 32, 100])
def test_one_cause_takes_a_binary_search(count: int) -> None:
    """And two tests for the check in both directions: with the one as recorded, 8 environments for 32 packages."""
    for cause in range(count):
        world = World({cause})
        (found,) = DeltaDebugging(range(count), world).sets()
        assert (found.members, found.minimal, found.without) == ((cause,), True, SAME)
        assert len(world.asked) <= math.ceil(math.log2(count)) + 2


def test_two_that_matter_only_together() -> None:
    """Whichever of 30 they are: both, and the result is as before without either."""
    for pair in list(itertools.combinations(range(30), 2))[::4]:
        world = World(pair)
        (found,) = DeltaDebugging(range(30), world).sets()
        assert (found.members, found.minimal, found.without) == (pair, True, SAME)
        assert len(world.asked) <= 15


def test_several_that_matter_each_alone() -> None:
    """One set is found after the other, until without all of them the result is the same."""
    for first, second in list(itertools.combinations(range(30), 2))[::4]:
        found = list(DeltaDebugging(range(30), World({first}, {second})).sets())
        assert sorted(f.members for f in found) == [(first,), (second,)]
        assert [f.without for f in found] == [DIFFERS, SAME]


def test_mixed_causes_are_minimal() -> None:
    """Up to four changes that matter together, beside one that matters alone."""
    for seed in range(60):
        drawn = random.Random(seed).sample(range(50), 5)
        together, alone = frozenset(drawn[:4]), frozenset(drawn[4:])
        found = list(DeltaDebugging(range(50), World(together, alone)).sets())
        assert {frozenset(f.members) for f in found} == {together, alone}
        assert all(f.minimal for f in found)
        assert found[-1].without is SAME


def test_what_requires_each_other_is_kept_together() -> None:
    """Known ties cost a few tests; of a tied pair both are found, and it is said that neither was tried alone."""
    for seed in range(60):
        cause, *tied = random.Random(seed).sample(range(40), 3)
        world = World({cause}, tied=[tied])
        requires = {tied[0]: [tied[1]], tied[1]: [tied[0]]}
        (found,) = DeltaDebugging(range(40), world, requires=requires).sets()
        assert (found.members, found.minimal) == ((cause,), True)
        assert len(world.asked) <= 9
        (found,) = DeltaDebugging(range(40), World({tied[0]}, tied=[tied]), requires=requires).sets()
        assert (set(found.members), found.minimal, found.without) == (set(tied), False, SAME)


def test_what_a_change_requires_comes_before_it() -> None:
    """So that no row is cut where it cannot run; and what must be taken back as well is told."""

    def test(changes: frozenset[int]) -> TrialAnswer:
        if 3 in changes and 20 not in changes:
            return UNRESOLVED
        return DIFFERS if 20 in changes else SAME

    (found,) = DeltaDebugging(range(30), test, requires={3: [20]}).sets()
    assert (found.members, found.minimal) == ((20,), True)
    assert (found.without, found.taken_back_too) == (SAME, (3,))


def test_unknown_ties_are_gone_around() -> None:
    """Nothing is lost, and nothing is added but what is tied to the cause or could not be taken from it."""
    for seed in range(60):
        *cause, one, other = random.Random(seed).sample(range(40), 3 + seed % 2)
        world = World(cause, tied=[{one, other}])
        found = next(DeltaDebugging(range(40), world).sets())
        assert set(cause) <= set(found.members) <= {*cause, one, other}
        assert found.minimal is (set(found.members) == set(cause))


def test_what_no_test_can_have_goes_to_the_end() -> None:
    """A package that cannot be installed spoils no other mixture; that it is the cause is known by elimination."""
    for seed in range(60):
        cause, *bad = random.Random(seed).sample(range(40), 3)
        gone: set[int] = set()

        def test(
            changes: frozenset[int], bad: Sequence[int] = bad, gone: set[int] = gone, cause: int = cause
        ) -> TrialAnswer:
            if spoilt := sorted(changes & set(bad)):
                gone.add(spoilt[0])
                return UNRESOLVED
            return DIFFERS if cause in changes else SAME

        (found,) = DeltaDebugging(range(40), test, unavailable=gone.copy).sets()
        assert (found.members, found.minimal) == ((cause,), True)

        def without(changes: frozenset[int], bad: Sequence[int] = bad) -> TrialAnswer:
            return UNRESOLVED if changes & set(bad) else SAME

        (found,) = DeltaDebugging(range(40), without, unavailable=bad.copy).sets()
        assert (set(found.members), found.minimal, found.without) == (set(bad), False, SAME)


def test_cheap_cuts_come_first() -> None:
    """Where one part of the row costs nothing to test, that is tested first."""
    world = World({25})
    next(DeltaDebugging(range(30), world, preferred_cuts=[20]).sets())
    assert world.asked[0] == frozenset(range(20))


def test_changes_that_do_not_explain_it() -> None:
    """All together are asked about once more where one alone is not enough; where that is the same, there is no set."""
    asked = []

    def whole() -> TrialAnswer:
        asked.append(1)
        return SAME

    search = DeltaDebugging(range(30), World(range(30)), whole=whole)
    assert list(search.sets()) == []
    assert not search.explained
    assert asked == [1]


def test_what_is_left_when_a_test_raises() -> None:
    """The changes among which the cause lies are known at each moment."""
    world = World({11})

    def test(changes: frozenset[int]) -> TrialAnswer:
        if len(world.asked) == 3:
            raise TimeoutError
        return world(changes)

    search = DeltaDebugging(range(32), test)
    with pytest.raises(TimeoutError):
        list(search.sets())
    assert 11 in search.left
    assert len(search.left) <= 12


def test_nothing_runs_in_between() -> None:
    """Where no mixture has an answer, everything is left, and it is not called minimal."""
    found = next(DeltaDebugging(range(20), lambda _: UNRESOLVED).sets())
    assert (found.members, found.minimal, found.without) == (tuple(range(20)), False, SAME)
