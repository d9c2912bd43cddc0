"""A world of changes without programs: what replays would say, by a function of what is as today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._explain.bisect.trial_reading import ReadItem, TrialReading
from bis._explain.bisect.trials import BudgetEnded, Unbuildable
from bis._explain.bisect.what_changed import Changes
from bis.model.bisection import ChangeKind, SettingChange
from bis.model.verdict import ItemKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


def packages(count: int) -> Changes:
    """So many packages that changed."""
    return Changes(tuple(SettingChange(ChangeKind.PACKAGE, f"p{i:02}", "1", "2") for i in range(count)))


def key(number: int) -> str:
    """Of a package."""
    return f"package:p{number:02}"


def reading(value: float, original: float = 0.5, *, name: str = "score", failure: str = "") -> TrialReading:
    """A replay that logged one metric."""
    if failure:
        return TrialReading(failure=failure, detail="said why")
    item = ReadItem(ItemKind.METRIC, name, value == original, repr(original), repr(value))
    return TrialReading({f"|metric|{name}": item})


class FakeSource:
    """Replays of a world; `world` gives one replay with a set of changes, or raises `Unbuildable`."""

    def __init__(self, world: Callable[[frozenset[str]], TrialReading], *, budget: int | None = None) -> None:
        self._world = world
        self._budget = budget
        self._always: frozenset[str] = frozenset()
        self.kept: dict[tuple[frozenset[str], bool], list[TrialReading]] = {}
        self.replays = 0
        self.needs: tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]] = ({}, {})

    def readings(
        self, changed: Collection[str], count: int, *, built: bool = False
    ) -> tuple[Sequence[TrialReading], str]:
        """As many replays as are asked for."""
        have = frozenset(changed) | self._always
        made = self.kept.setdefault((have, built), [])
        while len(made) < count:
            if self._budget is not None and self.replays >= self._budget:
                raise BudgetEnded
            made.append(self._world(have))
            self.replays += 1
        return tuple(made), f"{len(have)} as today"

    @property
    def environments(self) -> int:
        """How many were built: all but the one that bis runs in."""
        most = max(len(have) for have, _ in self.kept)
        return sum(built or len(have) < most for have, built in self.kept)

    def recorded_names(self) -> Sequence[str]:
        """Of the results."""
        return ("score",)

    def keep_as_today(self, keys: Collection[str]) -> None:
        """In every trial."""
        self._always = frozenset(keys)

    def requirements(self, _names: Collection[str]) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
        """What was set."""
        return self.needs


def unbuildable(number: int) -> Unbuildable:
    """That a package cannot be installed."""
    return Unbuildable(f"p{number:02} 2 cannot be installed", key(number))
