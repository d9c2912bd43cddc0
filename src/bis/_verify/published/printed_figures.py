"""Two printed figures against each other: equal at the precision of the coarser print, or not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bis._verify.alignment import finite_relative
from bis._verify.exact_numbers import distance_figures
from bis._verify.published.printed_agreement import LEVEL_OF, agreement_statement
from bis.errors import UsageError
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import AppliedTolerance, Evidence, Level, ToleranceOrigin
from bis.stats.printed import PrintedComparison, compare_printed, parse_printed
from bis.stats.ulp import measure_ulps

if TYPE_CHECKING:
    from bis._verify.tolerances import Tolerances

# From so many digits on a print has all that a double keeps, and the default tolerances of metrics apply.
_ALL_DIGITS = 15
# The same program prints 0.5 for 0.5 and 0.52 for 0.52: of two prints that differ, one with fewer digits than this says
# too little of the other one. 1 is not what 0.9 is when printed.
_TELLING_DIGITS = 3


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """How a saved figure and the one of now agree; `statements` are empty where they are printed alike."""

    level: Level
    statements: tuple[Statement, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def distance(self) -> float:
        """By which of two differences is the greater: relative, infinite where one is not finite."""
        relative = self.evidence.relative
        return math.inf if relative is None and self.statements else relative or 0.0


def compare_figures(saved: str, now: str, *, name: str, tolerances: Tolerances) -> FigureComparison:
    """Compare two printed figures.

    Parameters
    ----------
    saved, now : str
        As they are printed; ``nan`` and ``inf`` are figures.
    name : str
        By which a tolerance may be declared.
    tolerances : Tolerances
        What the user declared; a declared one takes the place of the printed precision.
    """
    before, after = float(saved), float(now)
    evidence = Evidence(original=(saved,), replayed=(now,), relative=finite_relative(before, after))
    if saved == now or before == after or (math.isnan(before) and math.isnan(after)):
        return FigureComparison(Level.BITWISE)
    if not (math.isfinite(before) and math.isfinite(after)):
        said = statement(StatementCode.SAVED_NOT_FINITE, saved=saved, found=now)
        return FigureComparison(Level.DIVERGENT, (said,), evidence)
    applied = tolerances.apply(name, (before, after))
    if applied.declared:
        within = applied.holds(after, before)
        code = StatementCode.FOUND_WITHIN if within else StatementCode.FOUND_OUTSIDE
        said = statement(code, found=now, **applied.figures)
        level = Level.NUMERICAL if within else Level.DIVERGENT
        return FigureComparison(level, (said,), replace(evidence, tolerance=applied.used))
    found = _printed(saved, now, evidence)
    is_open = found.level in {Level.DIVERGENT, Level.INCONCLUSIVE}
    if is_open and max(map(_digits, (saved, now))) >= _ALL_DIGITS and applied.holds(after, before):
        far = distance_figures(measure_ulps(before, after), evidence.relative)
        said = statement(StatementCode.PRINTED_WITHIN, **applied.figures, **far)
        return FigureComparison(Level.NUMERICAL, (said,), replace(evidence, tolerance=applied.used))
    return found


def _printed(saved: str, now: str, evidence: Evidence) -> FigureComparison:
    """At the precision of the coarser print."""
    try:
        printed = _at_coarser(saved, now)
    except UsageError:  # an exponent of more digits than a double has
        said = statement(StatementCode.PRINTED_DIFFERS, printed=saved, found=now)
        return FigureComparison(Level.DIVERGENT, (said,), evidence)
    if not printed.agreement.matches or (_says_little(printed) and _is_whole(saved) != _is_whole(now)):
        return FigureComparison(Level.DIVERGENT, (_differs(saved, now, printed),), evidence)
    if _says_little(printed):
        said = statement(StatementCode.TOO_FEW_DIGITS, printed=saved, found=now)
        return FigureComparison(Level.INCONCLUSIVE, (said,), evidence)
    used = AppliedTolerance(ToleranceOrigin.PRINTED_DIGITS, digits=printed.figure.digits)
    evidence = replace(evidence, ulps=printed.ulps.count if printed.ulps else None, tolerance=used)
    return FigureComparison(LEVEL_OF[printed.agreement], (agreement_statement(printed),), evidence)


def _at_coarser(a: str, b: str) -> PrintedComparison:
    """Either side may have been printed with fewer digits."""
    if parse_printed(b).unit > parse_printed(a).unit:
        return compare_printed(b, float(a))
    return compare_printed(a, float(b))


def _differs(saved: str, now: str, printed: PrintedComparison) -> Statement:
    units = abs(printed.units) if math.isfinite(printed.units) and abs(printed.units) >= 1 else None
    return statement(StatementCode.PRINTED_DIFFERS, printed=saved, found=now, units=units)


def _digits(text: str) -> int:
    try:
        return parse_printed(text).digits
    except UsageError:  # as above
        return 0


def _says_little(printed: PrintedComparison) -> bool:
    return printed.figure.digits < _TELLING_DIGITS


def _is_whole(text: str) -> bool:
    return text.lstrip("+-").isdigit()
