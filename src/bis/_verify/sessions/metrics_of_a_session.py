"""The metrics of a program by their names alone, where these say which run is meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis._verify.sessions.original_session import OriginalSession
    from bis.model.facets import Outputs


def metrics_of_a_session(session: OriginalSession) -> Outputs:
    """The outputs of the run at `lead`, with the metrics that it has not and that one other run of the program has.

    A metric that several other runs have is left out: its name does not say whose is meant.
    """
    if session.alone:
        return session.whole
    own = {c.name for c in session.whole.metrics}
    others = [c for i, run in enumerate(session.runs) if i != session.lead for c in run.outputs.metrics]
    having = Counter(c.name for c in others)
    more = tuple(c for c in others if c.name not in own and having[c.name] == 1)
    return replace(session.whole, metrics=(*session.whole.metrics, *more))
