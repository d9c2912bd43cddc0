"""Screening: where more roles draw than a design takes, which of them move the results, and how far?

Each is given other seeds alone, once. How many numbers a role draws says little about that: a split draws few.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bis._explain.targets import target_values
from bis._explain.trial import PILOT
from bis.model.attribution import TargetKind
from bis.model.role import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._explain.pilot import Pilot
    from bis._explain.replayer import Replayer
    from bis._explain.targets import Target
    from bis._explain.trial import Trial
    from bis._explain.trial_journal import TrialJournal
    from bis.model.variation import Variation

    Place = tuple[int, int, int]

Group = tuple[Role, ...]
_ALONE, _OTHERS = 1, 101  # the first corners in the journal: alone with other seeds, and alone with those of before
_BASE = (PILOT, 100, 0)
_CLASSES = "classes"


@dataclass(frozen=True, slots=True)
class Screening:
    """What other seeds for one group of roles alone did.

    `unmoved` moved no bit of any result, twice, while predictions are among the results. `movement` is the squared
    distance of the first target; infinite where the replay failed.
    """

    unmoved: frozenset[Group] = frozenset()
    movement: dict[Group, float] = field(default_factory=dict)


def screened(
    groups: Sequence[Group], targets: Sequence[Target], pilot: Pilot, replayer: Replayer, journal: TrialJournal
) -> Screening:
    """Replay once for each group; and for those that moved nothing once more, with other seeds for all others.

    Replays that the journal has are not made again.
    """
    design = pilot.design
    roots = {role: hashlib.sha256(f"{design.root}:{role.value}:alone".encode()).hexdigest() for role in Role}
    alone = {group: (PILOT, _ALONE + list(Role).index(group[0]), 0) for group in groups}
    asked = [(place, design.with_roles({role.value: roots[role] for role in group})) for group, place in alone.items()]
    _replay(asked, replayer, journal)
    found = {group: journal.trials[place] for group, place in alone.items()}
    movement = _movement(targets, pilot.trial, found)
    still = [group for group, trial in found.items() if _is_same(pilot.trial, trial)]
    if not still or not pilot.same_bits or not _are_fine(pilot.trial, targets):
        return Screening(movement=movement)
    drawing = [role for group in groups for role in group]
    again = {group: (PILOT, _OTHERS + list(Role).index(group[0]), 0) for group in still}
    asked = [(_BASE, design.with_roles({role.value: roots[role] for role in drawing}))]
    asked += [
        (place, design.with_roles({role.value: roots[role] for role in drawing if role not in group}))
        for group, place in again.items()
    ]
    _replay(asked, replayer, journal)
    base = journal.trials[_BASE]
    unmoved = frozenset(group for group, place in again.items() if _is_same(base, journal.trials[place]))
    return Screening(unmoved, movement)


def _replay(asked: list[tuple[Place, Variation]], replayer: Replayer, journal: TrialJournal) -> None:
    missing = [one for one in asked if one[0] not in journal.trials]
    if missing:
        replayer(missing, keep=journal.add, go_on=_always)


def _movement(targets: Sequence[Target], base: Trial, changed: dict[Group, Trial]) -> dict[Group, float]:
    """Of the first target that any group moves."""
    failed = {group: float("inf") for group, trial in changed.items() if trial.failure is not None}
    for target in targets:
        values, problem = target_values(target, [base, *changed.values()])
        if problem is not None or base.place not in values:
            continue
        origin = values[base.place]
        moved = {
            group: float(((values[trial.place] - origin) ** 2).sum())
            for group, trial in changed.items()
            if trial.place in values
        }
        if any(moved.values()):
            return {**moved, **failed}
    return failed


def _are_fine(trial: Trial, targets: Sequence[Target]) -> bool:
    """Whether results are so fine that they would have moved: numbers that a model predicts, and no counts of hits."""
    return any(
        target.kind is TargetKind.PREDICTIONS
        and target_values(target, [trial])[1] is None
        and all(p.kind != _CLASSES for p in trial.predictions if p.model == target.name)
        for target in targets
    )


def _is_same(one: Trial, other: Trial) -> bool:
    return one.failure is None and other.failure is None and one.bits == other.bits


def _always() -> bool:
    return True
