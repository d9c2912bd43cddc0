"""What an explanation keeps of one replay: results, draws, and a digest by which two replays are the same or not."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bis._verify.case import counts
from bis.model.facets import Failure
from bis.model.probe_prediction import ProbePrediction, UnkeptExamples
from bis.model.role import RoleDraws
from bis.model.start import Start

if TYPE_CHECKING:
    from bis._verify.sessions.original_session import OriginalSession
    from bis._verify.tolerances import Tolerances
    from bis.model.verdict import Outcome

PILOT = -1  # the block of replays that were made before the design
_OUTSIDE = frozenset({"resource", "timeout", "killed", "env"})  # failures that say nothing about the program


@dataclass(frozen=True, slots=True)
class Trial:
    """One replay of an explanation.

    `corner` is the place in the design, `repeat` how often the same was replayed before. `metrics` are last values as
    ``float.hex`` writes them, all that were logged to the run. `bits` is a digest of all results. `warm` says how it
    was started, `probe` is the digest of the examples that the program was seen to predict for, `unkept` are those that
    could not be kept.
    """

    block: int
    corner: int
    repeat: int = 0
    metrics: dict[str, str] = field(default_factory=dict)
    predictions: tuple[ProbePrediction, ...] = ()
    draws: tuple[RoleDraws, ...] = ()
    bits: str = ""
    failure: Failure | None = None
    duration_s: float = 0.0
    warm: bool = False
    probe: str = ""
    unkept: tuple[UnkeptExamples, ...] = ()

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it belongs in the design."""
        return self.block, self.corner, self.repeat

    @property
    def is_final(self) -> bool:
        """Whether the same replay would give the same again: not where it failed for want of memory or time."""
        return is_final(self.failure)


def is_final(failure: Failure | None) -> bool:
    """Whether a replay that ended like this would do so again: not where it failed for want of memory or time."""
    return failure is None or failure.stage not in _OUTSIDE


def trial_of(
    outcome: Outcome,
    session: OriginalSession,
    tolerances: Tolerances,
    *,
    place: tuple[int, int, int],
) -> Trial:
    """What is kept of an outcome; of a program with several runs, the run that is explained.

    Where lines of the user's code drew is kept of the pilot only.
    """
    found = session.with_counterpart(outcome, tolerances)
    outputs = found.outputs
    curves = tuple(c for c in outputs.metrics if c.values) if outputs is not None else ()
    block, corner, repeat = place
    failure = found.failure
    if failure is not None:
        failure = replace(failure, traceback="")
    return Trial(
        block=block,
        corner=corner,
        repeat=repeat,
        metrics={c.name: c.final.hex() for c in curves},
        predictions=found.predictions,
        draws=found.draws if block == PILOT else tuple(replace(d, places=()) for d in found.draws),
        bits=_bits(found, tolerances),
        failure=failure,
        duration_s=found.duration_s,
        warm=found.start is Start.WARM,
        probe=found.probe,
        unkept=found.unkept if block == PILOT else (),
    )


def final_value(trial: Trial, metric: str) -> float | None:
    """The last value of a metric; None where it was not logged."""
    text = trial.metrics.get(metric)
    return None if text is None else float.fromhex(text)


def is_finite(value: float) -> bool:
    """Whether a number can be compared with others."""
    return math.isfinite(value)


def _bits(outcome: Outcome, tolerances: Tolerances) -> str:
    """A digest of what can be explained: the metrics that count, and the predictions.

    The digest of a model may cover what is no result, such as how an object was put together.
    """
    outputs = outcome.outputs
    parts: list[str] = []
    if outputs is not None:
        parts += [repr((c.name, c.steps, c.values)) for c in outputs.metrics if counts(c.name, tolerances)]
    parts += [repr((p.model, p.kind, p.digest or p.values, p.problem)) for p in outcome.predictions]
    return hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()
