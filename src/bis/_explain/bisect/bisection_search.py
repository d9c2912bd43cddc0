"""The search: what differs today, whether the recorded set-up is as the record, and which changes lie between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bis._explain.bisect.oracle import (
    TO_BE_SURE,
    BitRule,
    NoisePlan,
    NoiseRule,
    NoiseSeen,
    Oracle,
    ReplaySource,
    TrialRule,
    trials_planned,
)
from bis._explain.bisect.trial_reading import (
    EXIT,
    TrialReading,
    differs,
    names_of,
    strongest,
    value_of,
    watched_items,
)
from bis._explain.bisect.trials import BudgetEnded, Unbuildable
from bis._explain.bisect.what_changed import Changes, requirements_among
from bis.errors import EnvironmentBuildError, UsageError
from bis.model.bisection import (
    Bisection,
    BisectionOutcome,
    CauseSet,
    NotVaried,
    SettingChange,
    TrialAnswer,
)
from bis.model.progress import Note, Observer
from bis.stats.delta_debugging import DeltaDebugging, FailingSet
from bis.stats.prediction import prediction_test
from bis.stats.rank_sum import rank_sum_p_value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_AS_TODAY = 2
_MOST_LOST = 8  # recorded versions that cannot be installed


@dataclass(frozen=True, slots=True)
class _Ends:
    """The replays at both ends: with everything as today, and with everything as recorded."""

    today: Sequence[TrialReading]
    recorded: Sequence[TrialReading]


class TrialSource(ReplaySource, Protocol):
    """Where the replays come from, and what is known of the packages."""

    def recorded_names(self) -> Sequence[str]:
        """What the results in the record are called."""
        ...

    def keep_as_today(self, keys: Collection[str]) -> None:
        """Have these changes in every trial from now on."""
        ...

    def requirements(self, names: Collection[str]) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
        """What packages require in their recorded versions, and in today's."""
        ...


class BisectionSearch:
    """One bisection, from the replays at both ends to the causes.

    Parameters
    ----------
    trials : TrialSource
        Makes the replays.
    changes : Changes
        The candidates.
    metric : str, optional
        The result that decides; otherwise those that differ today.
    error : float
        Family-wise, where results are noisy.
    """

    def __init__(self, trials: TrialSource, changes: Changes, *, metric: str | None, error: float) -> None:
        self._trials = trials
        self._changes = changes
        self._metric = metric
        self._error = error
        self._by_key = {c.key: c for c in changes.candidates}
        self._lost: set[str] = set()
        self._causes: list[CauseSet] = []
        self._left: tuple[str, ...] = ()
        self._oracle: Oracle | None = None

    def result(self, empty: Bisection, *, observer: Observer) -> Bisection:
        """Search; where the budget ends, what is known by then.

        Raises
        ------
        EnvironmentBuildError
            No environment can be built, whatever the changes.
        UsageError
            There is no such metric.
        """
        found = empty
        try:
            ends = self._ends()
            if isinstance(ends, BisectionOutcome):
                return self._with_losses(replace(found, outcome=ends))
            found = self._with_losses(found)
            rule = self._rule(ends)
            if isinstance(rule, BisectionOutcome):
                return replace(found, outcome=rule, watched=self._named(ends, self._differing(ends)))
            try:
                return self._searched(found, ends, rule, observer)
            except NoiseSeen:
                noisy = self._noise_rule(self._differing(ends))
                if isinstance(noisy, BisectionOutcome):
                    return replace(found, outcome=noisy, noisy=True)
                return self._searched(found, ends, noisy, observer)
        except BudgetEnded:
            outcome = BisectionOutcome.FOUND_IN_PART if self._causes else BisectionOutcome.OPEN
            return replace(self._so_far(found), outcome=outcome, budget_ended=True)

    # -- the ends ---------------------------------------------------------------------------------------------------

    def _ends(self) -> _Ends | BisectionOutcome:
        every = frozenset(self._by_key)
        today, _ = self._trials.readings(every, _AS_TODAY)
        known = sorted({*names_of(today), *self._trials.recorded_names()})
        if self._metric is not None and self._metric not in known:
            raise UsageError(
                f"no result is called {self._metric!r}: there are {', '.join(known) or 'none'}",
                hint="Name one of them with --metric.",
            )
        if not any(map(self._is_other, today)):
            today, _ = self._trials.readings(every, TO_BE_SURE)
            if not any(map(self._is_other, today)):
                return BisectionOutcome.SAME_TODAY
        recorded = self._recorded()
        if all(r.failure for r in recorded):
            return BisectionOutcome.RECORDED_FAILS
        return _Ends(today, tuple(r for r in recorded if not r.failure))

    def _is_other(self, reading: TrialReading) -> bool:
        keys = [k for k in reading.items if self._metric is None or reading.items[k].name == self._metric]
        return bool(reading.failure) or differs(reading, keys)

    def _recorded(self) -> Sequence[TrialReading]:
        """The replays with everything as recorded; packages whose recorded version is lost stay as today."""
        while True:
            try:
                return self._trials.readings(frozenset(), TO_BE_SURE)[0]
            except Unbuildable as error:
                lost = error.culprit in self._by_key and error.culprit not in self._lost
                if not lost or len(self._lost) >= _MOST_LOST:
                    raise EnvironmentBuildError(
                        f"the recorded environment cannot be built: {error.message}",
                        hint="Add the index that has it to pip's or uv's settings, or bisect with --only variables.",
                    ) from error
                self._lost.add(error.culprit)
                self._trials.keep_as_today(self._lost)

    def _with_losses(self, found: Bisection) -> Bisection:
        lost = tuple(NotVaried(self._by_key[k], "recorded-unavailable") for k in sorted(self._lost))
        return replace(found, changes=self._candidates(), not_varied=(*found.not_varied, *lost))

    def _candidates(self) -> tuple[SettingChange, ...]:
        return tuple(c for c in self._changes.candidates if c.key not in self._lost)

    # -- what decides -----------------------------------------------------------------------------------------------

    def _rule(self, ends: _Ends) -> BitRule | NoiseRule | BisectionOutcome:
        watched = watched_items(ends.today, self._metric)
        if EXIT in watched:
            return BitRule((EXIT,), failure=ends.today[0].failure)
        steady = tuple(k for k in watched if not any(differs(r, (k,)) for r in ends.recorded))
        if steady:
            return BitRule(strongest(ends.today, steady, self._metric))
        differing = self._differing(ends)
        if not differing or self._agree(ends.recorded, differing):
            return BisectionOutcome.RECORDED_DIFFERS if differing else BisectionOutcome.OPEN
        return self._noise_rule(differing)

    def _differing(self, ends: _Ends) -> tuple[str, ...]:
        """What differs from the record in any replay of today."""
        ended = [r for r in ends.today if not r.failure]
        keys = dict.fromkeys(k for r in ended for k in r.items if differs(r, (k,)))
        return strongest(ended, tuple(keys), self._metric)

    def _agree(self, readings: Sequence[TrialReading], keys: Sequence[str]) -> bool:
        """Whether replays as recorded are all alike, and none as the record is."""
        for key in keys:
            seen = {(r.items[key].same, r.items[key].replayed) if key in r.items else (True, "") for r in readings}
            if len(seen) > 1:
                return False
        return True

    def _noise_rule(self, keys: Sequence[str]) -> NoiseRule | BisectionOutcome:
        plan = NoisePlan(trials_planned(len(self._candidates())), max(1, len(keys)), self._error)
        today, _ = self._trials.readings(frozenset(self._by_key), plan.references)
        recorded, _ = self._trials.readings(frozenset(), plan.references)
        originals = {k: r.items[k].original for r in (*today, *recorded) for k in keys if k in r.items}

        def values(readings: Sequence[TrialReading], key: str) -> list[float]:
            found = (value_of(r, key, originals.get(key, "")) for r in readings if not r.failure)
            return [v for v in found if v is not None]

        samples = {k: (values(recorded, k), values(today, k)) for k in keys}
        usable = {k: s for k, s in samples.items() if min(map(len, s)) >= plan.references // 2}
        if not usable:
            return BisectionOutcome.OPEN
        level = self._error / (2 * len(usable))
        moved = {k: s for k, s in usable.items() if rank_sum_p_value(*s) <= level}
        if not moved:
            return BisectionOutcome.NOT_SEEN
        for key, (as_recorded, _) in moved.items():
            if prediction_test(float(originals[key]), as_recorded).p_value <= level:
                return BisectionOutcome.RECORDED_DIFFERS
        return NoiseRule(
            {k: s[0] for k, s in moved.items()}, {k: s[1] for k, s in moved.items()}, plan, originals=originals
        )

    def _named(self, ends: _Ends, keys: Collection[str]) -> tuple[str, ...]:
        readings = (*ends.today, *ends.recorded)
        names = [next((r.items[k].name for r in readings if k in r.items), k) for k in keys]
        return tuple(dict.fromkeys(names))

    # -- the search -------------------------------------------------------------------------------------------------

    def _searched(self, found: Bisection, ends: _Ends, rule: BitRule | NoiseRule, observer: Observer) -> Bisection:
        oracle = Oracle(self._trials, rule)
        self._causes, self._oracle = [], oracle
        candidates = self._candidates()
        packages = [c for c in candidates if c in self._changes.of_packages]
        search = DeltaDebugging(
            [c.key for c in candidates],
            _Told(oracle, observer, len(candidates)),
            requires=self._requirements(packages),
            unavailable=lambda: oracle.unavailable,
            preferred_cuts=(len(packages),) if 0 < len(packages) < len(candidates) else (),
            whole=(lambda: oracle(frozenset(self._by_key), built=True)) if packages else None,
        )
        keys = self._watched(rule)
        noisy = isinstance(rule, NoiseRule)
        found = replace(found, watched=self._named(ends, keys), noisy=noisy, error_level=self._error if noisy else None)
        try:
            gone: set[str] = set()
            for one in search.sets():
                gone |= {*one.members, *one.taken_back_too}
                self._causes.append(self._checked(one, oracle, gone, ends))
        except BudgetEnded:
            self._left = search.left
            return replace(
                self._so_far(found),
                outcome=BisectionOutcome.FOUND_IN_PART if self._causes else BisectionOutcome.OPEN,
                budget_ended=True,
            )
        if not search.explained:
            return replace(self._so_far(found), outcome=BisectionOutcome.NOT_IN_VERSIONS)
        sure = self._causes[-1].without is TrialAnswer.SAME and all(
            c.alone is TrialAnswer.DIFFERS for c in self._causes
        )
        outcome = BisectionOutcome.FOUND if sure else BisectionOutcome.FOUND_IN_PART
        return replace(self._so_far(found), outcome=outcome)

    def _watched(self, rule: TrialRule) -> tuple[str, ...]:
        if isinstance(rule, NoiseRule):
            return tuple(rule.recorded)
        return tuple(rule.watched) if isinstance(rule, BitRule) else ()

    def _requirements(self, packages: Sequence[SettingChange]) -> dict[str, frozenset[str]]:
        if len(packages) < 2:
            return {}
        return requirements_among(packages, *self._trials.requirements({c.name for c in packages}))

    def _checked(self, one: FailingSet[str], oracle: Oracle, gone: set[str], ends: _Ends) -> CauseSet:
        """A set as a cause, its two trials made once more where bits decide: a chance agreement would show."""
        members = frozenset(one.members)
        rest = frozenset(c.key for c in self._candidates()) - gone
        alone = oracle.answer(members)
        cause = CauseSet(
            tuple(self._by_key[k] for k in one.members),
            one.minimal,
            alone,
            one.without,
            taken_back_too=tuple(self._by_key[k] for k in one.taken_back_too),
        )
        if isinstance(oracle.rule, NoiseRule):
            return cause
        try:
            for changed in filter(None, (members, rest)):
                oracle.confirm(changed)
        except BudgetEnded:
            return cause
        if alone is not TrialAnswer.DIFFERS:
            return cause
        readings, _ = self._trials.readings(members, 1)
        watched = self._watched(oracle.rule)
        return replace(cause, as_today=_values(readings[-1], watched) == _values(ends.today[-1], watched))

    def _so_far(self, found: Bisection) -> Bisection:
        made = tuple(self._oracle.made.values()) if self._oracle is not None else ()
        left = tuple(self._by_key[k] for k in self._left)
        return replace(found, causes=tuple(self._causes), left=left, trials=made)


class _Told:
    """The oracle, with a note for each trial."""

    def __init__(self, oracle: Oracle, observer: Observer, total: int) -> None:
        self._oracle = oracle
        self._observer = observer
        self._total = total

    def __call__(self, changed: frozenset[str]) -> TrialAnswer:
        answer = self._oracle(changed)
        trial = self._oracle.made[changed, False]
        values: dict[str, str | int | float] = {
            "changed": len(changed),
            "total": self._total,
            "only": min(changed) if len(changed) == 1 else "",
            "answer": answer.value,
            "reason": trial.reason,
            "detail": trial.detail,
        }
        self._observer.noted(Note("bisect-trial", values))
        return answer


def _values(reading: TrialReading, watched: Sequence[str]) -> list[tuple[str, ...]]:
    """The watched results, and how the replay ended where that is watched."""
    items = [reading.items.get(k) for k in watched if k != EXIT]
    end = [(reading.failure, reading.detail)] if EXIT in watched else []
    return [*end, *(("", "same") if i is None else (i.replayed, str(i.same)) for i in items)]
