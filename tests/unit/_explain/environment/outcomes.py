"""Outcomes of replays, for tests of environment effects."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

from bis.model.facets import Curve, Failure, ModelWeights, Outputs, Status
from bis.model.probe_prediction import ProbePrediction
from bis.model.verdict import Outcome, ReplayKind

if TYPE_CHECKING:
    from collections.abc import Sequence


def curve(name: str, *values: float) -> Curve:
    """A metric with steps from 0."""
    return Curve(name, tuple(range(len(values))), tuple(v.hex() for v in values))


def outcome(
    *curves: Curve,
    models: Sequence[ModelWeights] = (),
    predictions: Sequence[ProbePrediction] = (),
    failure: Failure | None = None,
) -> Outcome:
    """A replay with these results."""
    outputs = Outputs(Status.RECORDED, metrics=curves, models=tuple(models))
    return Outcome(0, ReplayKind.VARIED, None, outputs, failure, predictions=tuple(predictions))


def failed(message: str = "ValueError: x") -> Outcome:
    """A replay whose program raised."""
    return outcome(failure=Failure("exception", message))


def prediction(*rows: Sequence[float], kind: str = "probabilities") -> ProbePrediction:
    """Predictions of a model for the probe."""
    numbers = [n for row in rows for n in row]
    values = base64.b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode()
    return ProbePrediction("net", kind, "p", (len(rows), len(rows[0])), values, digest=values)
