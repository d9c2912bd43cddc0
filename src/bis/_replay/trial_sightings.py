"""What a replay saw of the trial of a search that it looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.instrument.search_trials import TRIAL
from bis.model.search_trial import TrialSighting

if TYPE_CHECKING:
    from bis.record.observed_session import ObservedSession


def trial_seen(seen: ObservedSession) -> TrialSighting | None:
    """What a replay saw of the trial that it looked for; None where there was none."""
    found = next(iter(seen.main("trial")), None)
    path = seen.folder / TRIAL
    if found is None or seen.session.trial is None or seen.session.trial.alone:
        return None
    return TrialSighting(
        number=int(found["number"]),
        runs=tuple(str(run) for run in found["runs"]),
        studies=len(seen.main("study")),
        together=bool(found["together"]),
        content=path.read_text(encoding="utf-8") if path.exists() else "",
    )
