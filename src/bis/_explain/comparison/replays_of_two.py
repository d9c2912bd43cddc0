"""Replays of two runs that are to be compared: in pairs with one root where the programs share roles, else apart."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._explain.comparison.shared_roles import drew_anything, drew_the_same, scoped_variations, shared_roles
from bis._replay.campaign import campaign
from bis._replay.inputs import inputs_in_use
from bis._replay.prepare import Prepared, prepare
from bis._replay.replay_run import ChildRuns
from bis._replay.session_runs import Subject
from bis._replay.variations import fresh_variations
from bis._verify.case import Case, counts
from bis._verify.program_entropy import deterministic
from bis._verify.tolerances import Tolerances
from bis.evidence.outcomes import is_readable, read_outcomes
from bis.model.role import Role
from bis.model.statement import Statement
from bis.model.verdict import Deviation, Outcome, ReplayKind
from bis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._replay.planning import ReplayOptions
    from bis.model.variation import Variation

_FIRST = 2  # pairs that show what the programs draw; they count like all others


@dataclass(frozen=True, slots=True)
class ComparedSubject:
    """A run, its session, and the workspace with its store."""

    subject: Subject
    workspace: Workspace

    def figures(self, outcome: Outcome, tolerances: Tolerances, named: Collection[str] = ()) -> dict[str, float] | None:
        """The last value of each metric of a replay, or of what it printed, that counts; None where it failed.

        Metrics that measure the machine count only where they are `named`.
        """
        if outcome.failure is not None or outcome.outputs is None:
            return None
        case = Case(self.subject.run.record.outputs, tolerances)
        curves = case.metrics(outcome.outputs)
        return {c.name: c.final for c in curves if c.name in named or counts(c.name, tolerances)}

    def gives_copies(self, outcomes: Sequence[Outcome], tolerances: Tolerances) -> bool:
        """Whether these replays are copies of one result: see `drew_the_same`."""
        return drew_the_same(outcomes, [self.figures(outcome, tolerances) for outcome in outcomes])

    @property
    def draws_nothing(self) -> bool:
        """Whether the program drew no entropy, so that its replays are all alike unless its seeds are drawn."""
        return deterministic(self.subject.run.record.randomness) is True

    @property
    def sets_seeds(self) -> bool:
        """Whether the program is known to set seeds itself."""
        return any(seed.is_the_programs for seed in self.subject.run.record.randomness.seeds)

    @property
    def serves_entropy(self) -> bool:
        """Whether roots can be chosen for its replays."""
        return self.subject.run.record.randomness.root is not None


@dataclass(frozen=True, slots=True)
class ReplayedTwo:
    """Outcomes of A and B, earlier ones first; of one length and in pairs where `shared` has roles.

    `reseeded` says that seeds which the programs set were drawn instead.
    """

    a: tuple[Outcome, ...]
    b: tuple[Outcome, ...]
    earlier_a: int = 0
    earlier_b: int = 0
    shared: tuple[Role, ...] = ()
    reseeded: bool = False
    problems: tuple[Statement, ...] = ()
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class TwoRunsRequest:
    """How often both are replayed, and by what.

    Seeds that the programs set are drawn (``draw``) or kept (``keep``), or drawn where one of the programs gives the
    same result again and again by its seeds (``auto``). With `add`, fresh replays that were made before are compared
    together with new ones, which are then not paired.
    """

    times: int
    seeds: str
    tolerances: Tolerances
    executor: Executor
    at_once: int = 1
    add: bool = False
    consent: Callable[[str], bool] | None = None


def replay_two(a: ComparedSubject, b: ComparedSubject, options: ReplayOptions, request: TwoRunsRequest) -> ReplayedTwo:
    """Replay both runs; each replay is stored as a child run of the run that it replays.

    The first pairs show whether the programs draw the same for some role where they have the same root; if so, all
    replays are paired.

    Raises
    ------
    BisError
        One of them cannot be prepared, or the executor fails.
    """
    for one in (a, b):
        one.workspace.store.expect_writing()
    sides = _Sides(a, b, options, request)
    times = request.times
    if request.add or not (a.serves_entropy and b.serves_entropy):
        return sides.apart(fresh_variations(times), fresh_variations(times), ReplayKind.FRESH)
    reseeded = request.seeds == "draw"
    made = sides.paired(scoped_variations(min(times, _FIRST), reseeded=reseeded))
    copies = _copies(a, b, made, request)
    seeded = any(same and drew_anything(side) for same, side in zip(copies, (made.a, made.b), strict=True))
    if request.seeds == "auto" and seeded:
        reseeded = True
        made = sides.paired(scoped_variations(min(times, _FIRST), reseeded=True), before=replace(made, a=(), b=()))
        copies = _copies(a, b, made, request)
    if all(copies):
        return replace(made, reseeded=reseeded)  # more would be the same again
    left = max(0, times - _FIRST)
    if made.shared:
        made = sides.paired(scoped_variations(left, reseeded=reseeded), before=made)
    elif reseeded:
        more = [scoped_variations(left, reseeded=True) for _ in "ab"]
        made = sides.apart(more[0], more[1], ReplayKind.VARIED, before=made)
    else:  # as `bis replay --fresh` makes them, which later comparisons can use, too
        made = sides.apart(
            fresh_variations(times), fresh_variations(times), ReplayKind.FRESH, before=replace(made, a=(), b=())
        )
    return replace(made, reseeded=reseeded)


def _copies(a: ComparedSubject, b: ComparedSubject, made: ReplayedTwo, request: TwoRunsRequest) -> list[bool]:
    return [one.gives_copies(side, request.tolerances) for one, side in ((a, made.a), (b, made.b))]


class _Sides:
    """Both runs, prepared once for each kind of replay."""

    def __init__(self, a: ComparedSubject, b: ComparedSubject, options: ReplayOptions, request: TwoRunsRequest) -> None:
        self._subjects = (a, b)
        self._options = options
        self._request = request
        self._prepared: dict[tuple[int, ReplayKind], Prepared] = {}

    def paired(self, variations: Sequence[Variation], *, before: ReplayedTwo | None = None) -> ReplayedTwo:
        """Replays of both with the same variations; in pairs where roles are shared by all of them."""
        found = self._replays(variations, variations, ReplayKind.VARIED, before)
        return replace(found, shared=shared_roles(_whole_pairs(found)))

    def apart(
        self,
        of_a: Sequence[Variation],
        of_b: Sequence[Variation],
        kind: ReplayKind,
        *,
        before: ReplayedTwo | None = None,
    ) -> ReplayedTwo:
        """Replays of both with variations of their own."""
        return self._replays(of_a, of_b, kind, before)

    def _replays(
        self, of_a: Sequence[Variation], of_b: Sequence[Variation], kind: ReplayKind, before: ReplayedTwo | None
    ) -> ReplayedTwo:
        request = self._request
        outcomes, earlier = [], []
        problems: list[Statement] = []
        deviations: list[Deviation] = []
        for place, variations in enumerate((of_a, of_b)):
            prepared = self._prepare(place, kind)
            one = self._subjects[place]
            known = (before.a, before.b)[place] if before is not None else self._earlier(place, prepared)
            sink = ChildRuns(one.workspace.store, prepared, one.subject.session, request.tolerances)
            with inputs_in_use(prepared.inputs, home=one.workspace.home):
                made = campaign(
                    prepared,
                    variations,
                    executor=request.executor,
                    sink=sink,
                    observer=one.workspace.observer,
                    at_once=request.at_once,
                    earlier=known,
                )
            outcomes.append((*known, *sorted(made, key=lambda o: o.index)))
            earlier.append(0 if before is not None else len(known))
            problems += sink.problems
            deviations += prepared.plan.deviations
        return ReplayedTwo(
            outcomes[0],
            outcomes[1],
            earlier[0],
            earlier[1],
            problems=(*(before.problems if before is not None else ()), *problems),
            deviations=tuple(dict.fromkeys(deviations)),
        )

    def _prepare(self, place: int, kind: ReplayKind) -> Prepared:
        if (place, kind) not in self._prepared:
            one = self._subjects[place]
            self._prepared[place, kind] = prepare(
                one.subject.run,
                replace(self._options, kind=kind),
                workspace=one.workspace,
                consent=self._request.consent,
            )
        return self._prepared[place, kind]

    def _earlier(self, place: int, prepared: Prepared) -> tuple[Outcome, ...]:
        if not self._request.add:
            return ()
        one = self._subjects[place]
        found = read_outcomes(
            one.workspace.store, one.subject.run.run_id, kind=ReplayKind.FRESH, overrides=prepared.plan.overrides
        )
        session = one.subject.session
        readable = (o for o in found if is_readable(o) and session.can_use(o))
        return tuple(session.with_counterpart(o, self._request.tolerances) for o in readable)


def _whole_pairs(found: ReplayedTwo) -> list[tuple[Outcome, Outcome]]:
    """The pairs of which both replays ended well."""
    return [(a, b) for a, b in zip(found.a, found.b, strict=True) if a.failure is None and b.failure is None]
