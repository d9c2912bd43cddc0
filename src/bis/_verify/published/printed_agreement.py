"""How printed figures and values agree, as levels and statements of a verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bis._verify.exact_numbers import distance_figures, exactly
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Level
from bis.stats.printed import Agreement

if TYPE_CHECKING:
    from bis.stats.printed import PrintedComparison

LEVEL_OF = {
    Agreement.BITS: Level.BITWISE,
    Agreement.ROUNDED: Level.NUMERICAL,
    Agreement.TRUNCATED: Level.NUMERICAL,
    Agreement.DIGITS: Level.NUMERICAL,
    Agreement.DIFFERS: Level.DIVERGENT,
}


_CODE_OF = {
    Agreement.BITS: StatementCode.PRINTED_BITS,
    Agreement.ROUNDED: StatementCode.PRINTED_ROUNDED,
    Agreement.TRUNCATED: StatementCode.PRINTED_CUT,
    Agreement.DIGITS: StatementCode.PRINTED_DIGITS,
    Agreement.DIFFERS: StatementCode.PRINTED_DIFFERS,
}


def agreement_statement(compared: PrintedComparison) -> Statement:
    """How a printed figure and a value agree."""
    code, digits = _CODE_OF[compared.agreement], compared.figure.digits
    if compared.agreement is Agreement.BITS:
        return statement(code, digits=digits)
    if compared.agreement is not Agreement.DIFFERS:
        return statement(code, digits=digits, **distance_figures(compared.ulps, None))
    units = abs(compared.units) if math.isfinite(compared.units) else None
    return statement(code, printed=compared.figure.text, found=exactly(compared.computed), units=units)
