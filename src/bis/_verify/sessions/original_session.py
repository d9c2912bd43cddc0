"""The session that is judged: its runs, and replays of it put in the form of one original and its replays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.case import counts
from bis._verify.scoped_names import scoped
from bis._verify.sessions.model_pairing import paired_models
from bis._verify.sessions.run_pairing import RunPairing, pair_runs
from bis.model.facets import Curve, ModelWeights, Outputs
from bis.model.session_run import SessionRun
from bis.model.verdict import Outcome, ReplayKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._verify.tolerances import Tolerances

# The metric in which the number of runs is compared.
RUNS = "\x1f\x1eruns"


@dataclass(frozen=True, slots=True)
class OriginalSession:
    """All runs of a session, and which of them are judged.

    Parameters
    ----------
    runs : sequence of SessionRun
        The runs that the store still has, in the order in which they were created; at least one.
    lead : int
        The place of the run that the replays are stored with.
    whole : Outputs
        The outputs in the record of that run: what belongs to the whole program is the same in all of its records.
    total : int or None
        How many runs the program created, those included that the store has lost; None where that was not recorded.
    alone : bool
        Whether only the run at `lead` is judged.
    """

    runs: Sequence[SessionRun]
    lead: int
    whole: Outputs
    total: int | None = None
    alone: bool = False

    @property
    def judged(self) -> tuple[int, ...]:
        """The places of the runs that are judged."""
        return (self.lead,) if self.alone else tuple(range(len(self.runs)))

    @property
    def several(self) -> bool:
        """Whether more than one run is judged, so that names need their run."""
        return len(self.judged) > 1

    def can_use(self, outcome: Outcome) -> bool:
        """Whether a replay can be judged: of one of before all its runs were kept, only one run is known."""
        return outcome.runs is not None or not self.several

    def pairing(self, outcome: Outcome, tolerances: Tolerances) -> RunPairing:
        """The counterparts of the runs in one replay."""
        if outcome.runs is None:
            return RunPairing(tuple(None for _ in self.runs))
        return pair_runs(
            self.runs,
            outcome.runs,
            counts=lambda name: counts(name, tolerances),
            for_agreement=outcome.kind is ReplayKind.EXACT,
        )

    def original_outputs(self, outcomes: Iterable[Outcome]) -> Outputs:
        """What came out of all judged runs together."""
        if not self.several:
            return replace(self.whole, metrics=(*self.whole.metrics, *self._number_of_runs(outcomes)))
        named = [(self.runs[i].outputs, i) for i in self.judged]
        metrics = [replace(c, name=scoped(c.name, i)) for o, i in named for c in o.metrics]
        return replace(
            self.whole,
            metrics=(*metrics, *self._number_of_runs(outcomes)),
            models=tuple(replace(m, name=scoped(m.name, i)) for o, i in named for m in o.models),
            artifacts=tuple(replace(a, path=scoped(a.path, i)) for o, i in named for a in o.artifacts),
            contents=(
                *(c for c in self.whole.contents if not c.artifact),
                *(replace(c, path=scoped(c.path, i)) for o, i in named for c in o.contents if c.artifact),
            ),
        )

    def combined(self, outcome: Outcome, pairing: RunPairing, *, number_of_runs: bool) -> Outcome:
        """A replay, with what came out of the counterparts of the judged runs.

        With `number_of_runs`, the number is among the metrics: see `original_outputs`.
        """
        if outcome.outputs is None or outcome.runs is None:
            return outcome
        metrics: list[Curve] = []
        models: list[ModelWeights] = []
        artifacts = []
        contents = [c for c in outcome.outputs.contents if not c.artifact]
        for place in self.judged:
            partner = pairing.counterparts[place]
            own = outcome.runs[partner].outputs if partner is not None else None
            mine = self.runs[place].outputs if self.several else self.whole
            # Models that were found at the end of the program belong to no run of the replay.
            there = (*(own.models if own else ()), *_without_run(outcome))
            partners = paired_models(mine.models, there, for_agreement=outcome.kind is ReplayKind.EXACT)
            models += [replace(m, name=self._name(m.name, place)) for m in partners]
            metrics += [replace(c, name=self._name(c.name, place)) for c in (own.metrics if own else ())]
            artifacts += [replace(a, path=self._name(a.path, place)) for a in (own.artifacts if own else ())]
            logged_to = outcome.runs[partner].identity.run_id if partner is not None else None
            written = [c for c in outcome.outputs.contents if c.artifact and c.run == logged_to]
            contents += [replace(c, path=self._name(c.path, place)) for c in written]
        if number_of_runs and (outcome.failure is None or self.whole.failure is not None):
            metrics.append(_count(len(outcome.runs)))
        outputs = replace(
            outcome.outputs,
            metrics=tuple(metrics),
            models=tuple(models),
            artifacts=tuple(artifacts),
            contents=tuple(contents),
        )
        return replace(outcome, outputs=outputs)

    def with_counterpart(self, outcome: Outcome, tolerances: Tolerances) -> Outcome:
        """A replay whose outputs have what the counterpart of the run at `lead` logged, too."""
        if outcome.outputs is None or not outcome.runs:
            return outcome
        partner = self.pairing(outcome, tolerances).counterparts[self.lead]
        if partner is None:
            return outcome
        own = outcome.runs[partner].outputs
        models = (*own.models, *_without_run(outcome))
        outputs = replace(outcome.outputs, metrics=own.metrics, models=models, artifacts=own.artifacts)
        return replace(outcome, outputs=outputs)

    def number_differs(self, outcomes: Iterable[Outcome]) -> bool:
        """Whether a replay that ended created another number of runs, where that number is judged."""
        if not self.total or self.alone:
            return False
        ended = [o for o in outcomes if o.runs is not None and o.outputs is not None]
        if self.whole.failure is None:
            ended = [o for o in ended if o.failure is None]
        return any(len(o.runs or ()) != self.total for o in ended)

    def _number_of_runs(self, outcomes: Iterable[Outcome]) -> tuple[Curve, ...]:
        """The number of runs as a metric; only where it is another one in a replay, as it is no result by itself."""
        return (_count(self.total),) if self.total and self.number_differs(outcomes) else ()

    def _name(self, name: str, place: int) -> str:
        return scoped(name, place) if self.several else name


def _count(runs: int) -> Curve:
    return Curve(RUNS, (0,), (float(runs).hex(),))


def _without_run(outcome: Outcome) -> tuple[ModelWeights, ...]:
    """The models that were found at the end of the program; those that were logged to a run are not among them."""
    if outcome.outputs is None:
        return ()
    logged = {m.digest for run in outcome.runs or () for m in run.outputs.models}
    return tuple(m for m in outcome.outputs.models if m.digest not in logged)
