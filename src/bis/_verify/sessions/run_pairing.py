"""Which run of a replay is the counterpart of which run of the original session.

Runs are not paired in the order in which they were created: where several are made at a time, that order is chance.
They are paired by their parents, names, params and tags, and by what was logged to them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.sessions.run_features import (
    Feature,
    Features,
    features_of,
    parents_of,
    shared_features,
    weights_of,
)
from bis._verify.sessions.run_results import Results, alike, results_of, size_order
from bis.model.session_run import SessionRun
from bis.stats.assignment import best_assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Decides between pairings that fit equally well, and never against one that fits better.
_ORDER = 1e-6

Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RunPairing:
    """For each run of the original its counterpart among the runs of a replay, by place; None where it has none.

    `by_results` has the runs of the original that nothing but their results tells from others: those were paired with
    the runs of the replay as sets.
    """

    counterparts: tuple[int | None, ...]
    by_results: frozenset[int] = frozenset()


def pair_runs(
    originals: Sequence[SessionRun],
    replayed: Sequence[SessionRun],
    *,
    counts: Callable[[str], bool],
    for_agreement: bool,
) -> RunPairing:
    """Pair the runs of a session with those of a replay of it; as many as there are on the smaller side.

    Parameters
    ----------
    originals, replayed : sequence of SessionRun
        All runs of each session. Parents that are missing or nested in themselves are taken for none.
    counts : callable
        Whether a metric of this name is a result, and not a measurement of the machine.
    for_agreement : bool
        How runs are paired that nothing but their results tells apart. True: as many as possible with the same bits,
        which is the question of exact replays. False: in the order of their values on both sides, which favours no
        agreement: tests on fresh replays stay valid.
    """
    return _Matching(originals, replayed, counts, for_agreement=for_agreement).pairing()


@dataclass(slots=True)
class _Side:
    """The runs of one session, with what is needed to pair them."""

    runs: Sequence[SessionRun]
    parents: list[int | None]
    features: list[Counter[Feature]]
    results: list[Results]

    def children(self, parent: int | None) -> list[int]:
        return [i for i, p in enumerate(self.parents) if p == parent]

    def in_order(self, places: Iterable[int]) -> list[int]:
        return sorted(places, key=lambda i: (self.runs[i].identity.ordinal, i))


def _side(runs: Sequence[SessionRun], counts: Callable[[str], bool]) -> _Side:
    parents = parents_of(runs)
    return _Side(runs, parents, features_of(runs, parents), results_of(runs, parents, counts))


class _Matching:
    """Pairs top runs first, then the runs nested in each pair, and at last what is left anywhere."""

    def __init__(
        self,
        originals: Sequence[SessionRun],
        replayed: Sequence[SessionRun],
        counts: Callable[[str], bool],
        *,
        for_agreement: bool,
    ) -> None:
        self._mine, self._theirs = _side(originals, counts), _side(replayed, counts)
        self._counts = counts
        self._for_agreement = for_agreement
        self._by_results: set[int] = set()

    def pairing(self) -> RunPairing:
        pairs: dict[int, int] = {}
        waiting: list[tuple[int | None, int | None]] = [(None, None)]
        while waiting:
            parent, other = waiting.pop()
            found = self._pair(self._mine.children(parent), self._theirs.children(other))
            pairs.update(found)
            waiting += found
        mine = [i for i in range(len(self._mine.runs)) if i not in pairs]
        theirs = sorted(set(range(len(self._theirs.runs))) - set(pairs.values()))
        pairs.update(self._pair(mine, theirs))
        counterparts = tuple(pairs.get(i) for i in range(len(self._mine.runs)))
        return RunPairing(counterparts, frozenset(self._by_results))

    def _pair(self, mine: list[int], theirs: list[int]) -> Pairs:
        """Pair runs that have the same parent."""
        if not mine or not theirs:
            return []
        mine, theirs = self._mine.in_order(mine), self._theirs.in_order(theirs)
        first, second = shared_features(
            [self._mine.features[i] for i in mine], [self._theirs.features[i] for i in theirs]
        )
        known, other = dict(zip(mine, first, strict=True)), dict(zip(theirs, second, strict=True))
        alike_first = _same(known, other)
        left = ([i for i in mine if i not in dict(alike_first)], _without(theirs, (b for _, b in alike_first)))
        pairs = alike_first + _best(left, known, other)
        return self._settled(pairs, known, other)

    def _settled(self, pairs: Pairs, known: dict[int, Features], other: dict[int, Features]) -> Pairs:
        """Pair anew, by their results, those runs that could be exchanged without a worse fit."""
        groups: dict[tuple[Features, Features], Pairs] = defaultdict(list)
        for a, b in pairs:
            groups[known[a], other[b]].append((a, b))
        free = _without(known, (a for a, _ in pairs)), _without(other, (b for _, b in pairs))
        settled: Pairs = []
        for (features, others), found in groups.items():
            more = [i for i in free[0] if known[i] == features], [i for i in free[1] if other[i] == others]
            mine = self._mine.in_order([*(a for a, _ in found), *more[0]])
            theirs = self._theirs.in_order([*(b for _, b in found), *more[1]])
            if len(mine) == len(theirs) == 1:
                settled += found
                continue
            chosen, by_results = self._of_a_set(mine, theirs)
            settled += chosen
            if by_results:
                self._by_results.update(mine)
        return settled

    def _of_a_set(self, mine: list[int], theirs: list[int]) -> tuple[Pairs, bool]:
        """Pair runs that nothing but their results tells apart, and whether their order did not say as much."""
        in_place = self._in_place(mine, theirs)
        if not self._for_agreement:
            if len(mine) != len(theirs):  # the smallest of few has no counterpart in the smallest of many
                return in_place, True
            by_size = [
                sorted(places, key=lambda i: size_order(side.runs[i], self._counts))
                for side, places in ((self._mine, mine), (self._theirs, theirs))
            ]
            return list(zip(*by_size, strict=False)), True
        results, others = self._mine.results, self._theirs.results
        if all(results[a] == others[b] for a, b in in_place):
            return in_place, False
        waiting: dict[frozenset[tuple[object, int]], list[int]] = defaultdict(list)
        for b in reversed(theirs):
            waiting[frozenset(others[b].items())].append(b)
        same = {a: waiting[frozenset(results[a].items())] for a in mine}
        pairs = [(a, same[a].pop()) for a in mine if same[a]]
        left = _without(mine, (a for a, _ in pairs)), _without(theirs, (b for _, b in pairs))
        if left[0] and left[1]:
            scores = [
                [alike(results[a], others[b]) - _ORDER * abs(i - k) for k, b in enumerate(left[1])]
                for i, a in enumerate(left[0])
            ]
            pairs += [(left[0][i], left[1][k]) for i, k in best_assignment(scores)]
        return pairs, True

    def _in_place(self, mine: list[int], theirs: list[int]) -> Pairs:
        """Pair in the order of creation; where the numbers differ, first those at the same place in their sessions."""
        if len(mine) == len(theirs):
            return list(zip(mine, theirs, strict=True))
        places = {self._theirs.runs[b].identity.ordinal: b for b in theirs}
        ordinals = {a: self._mine.runs[a].identity.ordinal for a in mine}
        pairs = [(a, places[ordinal]) for a, ordinal in ordinals.items() if ordinal in places]
        left = _without(mine, (a for a, _ in pairs)), _without(theirs, (b for _, b in pairs))
        return pairs + list(zip(*left, strict=False))


def _same(known: dict[int, Features], other: dict[int, Features]) -> Pairs:
    """The runs of which all that the two sides have in common is the same."""
    waiting: dict[Features, list[int]] = defaultdict(list)
    for b in reversed(other):
        waiting[other[b]].append(b)
    pairs = []
    for a, features in known.items():
        if features and waiting[features]:
            pairs.append((a, waiting[features].pop()))
    return pairs


def _best(left: tuple[list[int], list[int]], known: dict[int, Features], other: dict[int, Features]) -> Pairs:
    """The pairs of the other runs that have the most in common."""
    mine, theirs = left
    if not mine or not theirs:
        return []
    weights = weights_of([*(known[a] for a in mine), *(other[b] for b in theirs)])
    scores = [
        [sum(weights[f] for f in known[a] & other[b]) - _ORDER * abs(i - k) for k, b in enumerate(theirs)]
        for i, a in enumerate(mine)
    ]
    return [(mine[i], theirs[k]) for i, k in best_assignment(scores)]


def _without(places: Iterable[int], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [p for p in places if p not in gone]
