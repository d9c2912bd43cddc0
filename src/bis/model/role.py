"""Roles of randomness: what a program draws for, and from which places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(str, Enum):
    """What entropy is drawn for."""

    SPLIT = "split"  # which examples are trained on, which are tested on
    INIT = "init"  # the first weights, centres or components
    SHUFFLE = "shuffle"  # the order of examples in training
    DROPOUT = "dropout"  # dropout and noise within a model
    AUGMENTATION = "augmentation"  # changes of examples
    SAMPLING = "sampling"  # subsamples, random projections, generated data
    BOOTSTRAP = "bootstrap"  # the members of an ensemble
    HPO = "hpo"  # which hyperparameters are tried
    OTHER = "other"  # drawn at a place that is not in the registry of call sites


@dataclass(frozen=True, slots=True)
class DrawPlace:
    """A line of the user's code (`file` relative to the project; of a notebook `cell` from 1) that draws.

    `site` is the call site of the registry, such as ``sklearn.model_selection.train_test_split``; empty where there is
    none. `draws` is how many numbers were drawn there.
    """

    file: str
    line: int
    site: str = ""
    draws: int = 0
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class RoleDraws:
    """What a program drew for a role in one replay.

    `draws` counts numbers; `digest` is over what was drawn (the states of the generators at each entry and exit), so
    that equal digests mean the same numbers. `seeded` says that some of its call sites were given a seed. `uncounted`
    of the draws are uses of generators whose numbers could not be counted: each counts as one. `ahead` of them are by
    workers of a loader, which work ahead of the program: how far they get may be a race, so the digest leaves them out.
    """

    role: Role
    draws: int
    digest: str
    places: tuple[DrawPlace, ...] = ()
    seeded: bool = False
    uncounted: int = 0
    ahead: int = 0

    @property
    def repeatable(self) -> tuple[int, str]:
        """Number and digest of the draws that two replays with the same roots share."""
        return self.draws - self.ahead, self.digest
