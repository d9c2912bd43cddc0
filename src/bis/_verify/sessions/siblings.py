"""The siblings of a run: the other trials of a search, among which it may be the best."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.case import counts
from bis._verify.fresh.direction import smaller_is_better
from bis.model.statement import Statement, StatementCode, statement

if TYPE_CHECKING:
    from bis._verify.sessions.original_session import OriginalSession
    from bis._verify.tolerances import Tolerances


def with_selection(session: OriginalSession, tolerances: Tolerances) -> tuple[Tolerances, Statement | None]:
    """The tolerances for a run that is the best among its siblings, with a statement that says so.

    Whoever replays the best trial of a search has picked it for its result: compared with ordinary replays it would
    look too good. The siblings are the runs that are nested in the same one. Which metric decided is not recorded, so
    each one in which no sibling is better counts, or the primary one where it is named.

    Parameters
    ----------
    session : OriginalSession
        With one run that is judged alone; where it is not, nothing was picked.
    tolerances : Tolerances
        What the user declared; a declared number of runs stands.
    """
    lead = session.runs[session.lead]
    if not session.alone or not lead.identity.parent or tolerances.selected_from > 1:
        return tolerances, None
    siblings = [run for run in session.runs if run.identity.parent == lead.identity.parent]
    best: dict[str, int] = {}
    for curve in lead.outputs.metrics:
        if not counts(curve.name, tolerances) or tolerances.primary not in {None, curve.name}:
            continue
        others = [run.outputs.metric(curve.name) for run in siblings]
        finals = [c.final for c in others if c is not None and c.values and math.isfinite(c.final)]
        first = min(finals, default=math.nan) if smaller_is_better(curve.name) else max(finals, default=math.nan)
        if len(finals) > 1 and curve.values and curve.final == first and len(set(finals)) > 1:
            best[curve.name] = len(finals)
    if not best:
        return tolerances, None
    number = max(best.values())
    metrics = tuple(name for name, runs in best.items() if runs == number)
    picked = replace(tolerances, selected_from=number, selected_by=metrics)
    return picked, statement(StatementCode.BEST_OF_SIBLINGS, runs=number, metrics=metrics)
