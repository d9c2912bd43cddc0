"""Tolerances: what counts as equal, for which metric."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bis._verify.scoped_names import plain
from bis.config import Settings, Tolerance
from bis.errors import UsageError
from bis.model.verdict import AppliedTolerance, ToleranceOrigin
from bis.stats import tolerance as equality
from bis.stats.ulp import is_float32

if TYPE_CHECKING:
    from bis.model.statement import Figure

# Without a declared tolerance, two values count as numerically equal when they differ by rounding and its ordinary
# growth only. A reordered sum of a few thousand terms (another thread count, BLAS kernel or library build) moves a
# float64 by 1e-16 to 1e-12 relative, and iterating on the result multiplies that by some powers of ten; in float32 the
# same work moves values by 1e-7 to 1e-6. Both bounds lie far below any difference between two models that is reported
# anywhere (a new initialisation moves metrics by 1e-3 and more), so neither can hide one.
FLOAT64_RTOL = 1e-9
FLOAT32_RTOL = 1e-5


@dataclass(frozen=True, slots=True)
class Applied:
    """The tolerance that one metric is held to, and where it comes from."""

    atol: float
    rtol: float
    margin: float | None
    quantum: float | None
    origin: ToleranceOrigin

    @property
    def declared(self) -> bool:
        """Whether the user declared it."""
        return self.origin is ToleranceOrigin.DECLARED

    def holds(self, value: float, original: float) -> bool:
        """Whether `value` is within the tolerance of `original`; two values that are not finite must be of one kind."""
        return equality.Closeness(atol=self.atol, rtol=self.rtol).allows(original, value)

    @property
    def used(self) -> AppliedTolerance:
        """As evidence."""
        return AppliedTolerance(self.origin, self.atol, self.rtol)

    @property
    def figures(self) -> dict[str, Figure]:
        """As figures of a statement."""
        return {"origin": self.origin.value, "atol": self.atol, "rtol": self.rtol}


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What the user declared about equality.

    Parameters
    ----------
    declared : mapping of str to Tolerance
        By metric name or glob pattern; an exact name wins over a pattern, a longer pattern over a shorter one.
    alpha : float
        Family error level of the tests on fresh replays.
    primary : str, optional
        The metric that decides first, with half of `alpha`.
    selected_from : int
        The original was picked as the best of so many runs (1: it was not picked).
    selected_by : tuple of str
        The metrics by which it was picked; empty for the primary one, or all where there is none.
    strict : bool
        Artifacts, output files, stdout and cells must have the same bytes too.
    final_only : bool
        A curve is within its tolerance when its last value is, not every step.
    """

    declared: Mapping[str, Tolerance] = field(default_factory=dict)
    alpha: float = 0.05
    primary: str | None = None
    selected_from: int = 1
    selected_by: tuple[str, ...] = ()
    strict: bool = False
    final_only: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise UsageError(f"alpha is {self.alpha}; it must lie between 0 and 1", hint="The usual value is 0.05.")
        if self.selected_from < 1:
            raise UsageError(
                f"selected_from is {self.selected_from}; it counts the runs among which the original was picked",
                hint="Use 1 where it was not picked.",
            )

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        declared: Mapping[str, Tolerance] | None = None,
        selected_from: int = 1,
        strict: bool = False,
    ) -> Tolerances:
        """Take what ``[tool.bis]`` says; what was `declared` on the command line wins."""
        return cls(
            declared={**settings.tolerances, **(declared or {})},
            alpha=settings.alpha,
            primary=settings.primary_metric,
            selected_from=selected_from,
            strict=strict,
        )

    def was_picked_by(self, name: str) -> bool:
        """Whether the original was picked by its value of this metric."""
        if self.selected_from == 1:
            return False
        return name in self.selected_by if self.selected_by else name == (self.primary or name)

    def declared_for(self, name: str) -> Tolerance | None:
        """The declaration that holds for a metric, or None."""
        pattern = self._pattern(name)
        return None if pattern is None else self.declared[pattern]

    def names(self, name: str) -> bool:
        """Whether the user spoke of this metric in particular (and not only of ``*``)."""
        pattern = self._pattern(name)
        return (pattern is not None and pattern != "*") or name == self.primary

    def apply(self, name: str, values: Iterable[float]) -> Applied:
        """The tolerance for a metric, from the declaration or, without one, from the precision of its `values`."""
        declared = self.declared_for(name)
        margin = declared.margin if declared else None
        quantum = declared.quantum if declared else None
        # A declaration of nothing but a margin or quantum leaves the numerical tolerance at its default.
        if declared and (declared.atol or declared.rtol or (margin is None and quantum is None)):
            return Applied(declared.atol, declared.rtol, margin, quantum, ToleranceOrigin.DECLARED)
        rtol, origin = _default(values)
        return Applied(0.0, rtol, margin, quantum, origin)

    def _pattern(self, name: str) -> str | None:
        name = plain(name)
        if name in self.declared:
            return name
        matching = [p for p in self.declared if fnmatchcase(name, p)]
        return max(matching, key=lambda p: (len(p), p), default=None)


def _default(values: Iterable[float]) -> tuple[float, ToleranceOrigin]:
    finite = [v for v in values if math.isfinite(v)]
    if all(v.is_integer() for v in finite):
        return 0.0, ToleranceOrigin.WHOLE_NUMBERS
    if all(is_float32(v) for v in finite):
        return FLOAT32_RTOL, ToleranceOrigin.FLOAT32
    return FLOAT64_RTOL, ToleranceOrigin.FLOAT64
