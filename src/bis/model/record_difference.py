"""Differences of two records: facet by facet, then metric by metric."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bis.model.facets import Status


class Likeness(str, Enum):
    """What can be said of two sides. Nothing is `same` of which a side was not recorded."""

    SAME = "same"
    SAME_AS_FAR = "same as far as recorded"
    DIFFERS = "differs"
    NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a facet with its value on both sides; an empty text means that the side does not have it."""

    what: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class FacetDifference:
    """The comparison of one facet: `changes` are all differences found, `reasons` what was not recorded and why."""

    name: str
    likeness: Likeness
    a_status: Status
    b_status: Status
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """One metric on both sides: its final values, and how far they are apart.

    `a` and `b` are None where the side did not log it. `steps_differing` counts the common steps with other bits;
    `first_step` is the first of them. `ulps` is None where a value is not finite.
    """

    name: str
    likeness: Likeness
    a: str | None
    b: str | None
    ulps: int | None = None
    relative: float | None = None
    steps: int = 0
    steps_differing: int = 0
    first_step: int | None = None


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """All that two recorded runs have and have not in common. `a` and `b` name the runs."""

    a: str
    b: str
    facets: tuple[FacetDifference, ...]
    metrics: tuple[MetricDifference, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything that both sides recorded is not the same; what was not recorded does not count."""
        compared = [*(f.likeness for f in self.facets), *(m.likeness for m in self.metrics)]
        return Likeness.DIFFERS in compared
