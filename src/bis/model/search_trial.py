"""One trial of a search: which one is meant, and what was seen of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class SearchTrial:
    """A trial that a replay looks for, or runs alone.

    `number` counts the trials of the search from 0. With `alone` no other trial is run; with `restores` it begins with
    the randomness that it began with in the whole program.
    """

    number: int
    alone: bool = False
    restores: bool = False


@dataclass(frozen=True, slots=True)
class TrialSighting:
    """What a replay of the whole program saw of a trial.

    `runs` are the ids of the runs that it made, `studies` is the number of searches of the program, `together` says
    that other trials ran at the same time, `content` has what there was when it began.
    """

    number: int
    runs: tuple[str, ...] = ()
    studies: int = 1
    together: bool = False
    content: str = ""


class NotAlone(str, Enum):
    """Why a trial was not run alone, but with its whole program."""

    NO_SEARCH = "no-search"  # no call of Optuna's `Study.optimize` ran it
    SEVERAL_SEARCHES = "several-searches"
    TOGETHER = "together"  # other trials ran at the same time
    OTHER_STATE = "other-state"  # alone it gave something else than in its program
