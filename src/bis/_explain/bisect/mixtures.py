"""A trial as a variation: everything as recorded, but for a set of changes that are as they are today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._explain.bisect.what_changed import Changes, Today
from bis.model.bisection import ChangeKind
from bis.model.facets import Environment, Status
from bis.model.lock import normalised
from bis.model.record import Record
from bis.model.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Collection

    from bis.model.bisection import NotVaried, SettingChange
    from bis.model.plan import Plan

_OF_VARIABLES = frozenset({ChangeKind.VARIABLE, ChangeKind.THREADS, ChangeKind.CPU})


def without_candidates(plan: Plan, candidates: Collection[SettingChange]) -> Plan:
    """A plan that gives none of the varied variables to the program: each trial gives those that it has."""
    names = {c.name for c in candidates if c.kind in _OF_VARIABLES}
    return replace(
        plan,
        variables={k: v for k, v in plan.variables.items() if k not in names},
        unset=tuple(dict.fromkeys((*plan.unset, *sorted(names)))),
    )


@dataclass(frozen=True, slots=True)
class Mixtures:
    """Makes the variation of a trial from the keys of its changes.

    `always` are keys of changes that every trial has. Where all packages are today's, the environment that bis runs in
    is used, and nothing needs to be built.
    """

    record: Record
    recorded: Variation
    today: Today
    changes: Changes
    always: frozenset[str] = frozenset()

    def variation(self, changed: Collection[str], *, built: bool = False) -> Variation:
        """The variation; with `built`, today's packages are installed anew, too."""
        have = {*changed, *self.always}
        variables = {}
        hash_seed = self.recorded.hash_seed
        for change in self.changes.candidates:
            value = change.today if change.key in have else change.recorded
            if change.kind is ChangeKind.HASH_SEED:
                hash_seed = value
            elif change.kind in _OF_VARIABLES and value is not None:
                variables[change.name] = value
        environment = self._environment(have, built=built)
        return replace(self.recorded, hash_seed=hash_seed, variables=variables, environment=environment)

    def _environment(self, have: Collection[str], *, built: bool) -> Environment | None:
        """None for the environment that bis runs in."""
        differing = {c.name for c in self.changes.of_packages}
        others = any(n.change.kind in {ChangeKind.PACKAGE, ChangeKind.PYTHON} for n in self._not_asked())
        keys = {c.key for c in self.changes.of_packages}
        if not built and keys <= set(have) and not others:
            return None
        old, new = self.record.environment, self.today.environment
        before = {normalised(p.name): p for p in old.packages}
        now = {normalised(p.name): p for p in new.packages}
        for change in self.changes.of_packages:
            if change.kind is ChangeKind.PACKAGE and change.key in have:
                before.pop(change.name, None)
                if change.name in now:
                    before[change.name] = now[change.name]
        python = new if "python" in differing and f"{ChangeKind.PYTHON.value}:python" in have else old
        return Environment(
            Status.RECORDED,
            python=python.python,
            implementation=python.implementation,
            packages=tuple(before[name] for name in sorted(before)),
        )

    def _not_asked(self) -> list[NotVaried]:
        return [n for n in self.changes.not_varied if n.why == "not-asked"]
