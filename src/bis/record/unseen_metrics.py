"""Metrics that MLflow has and that nobody saw being logged: by a process without a recorder, or past its store."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.facets import OutputPart, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bis.model.facets import Curve, Outputs

_NAMED = 5


def with_unseen(outputs: Outputs, last: Mapping[str, float], history: Callable[[str], Curve]) -> Outputs:
    """Complete what was seen with what MLflow has, and say of which metrics.

    Parameters
    ----------
    outputs : Outputs
        What was seen.
    last : mapping of str to float
        The last value of each metric of the run in MLflow.
    history : callable
        Reads all points of a metric from MLflow. It is called for those of which the last value was not seen; for all
        where some of what was logged is known to be missing.
    """
    seen = {c.name: c for c in outputs.metrics}
    gaps = OutputPart.LOGGED in outputs.incomplete
    if gaps and OutputPart.END not in outputs.incomplete:  # MLflow has all that a program logged which came to its end
        outputs = replace(outputs, incomplete=tuple(p for p in outputs.incomplete if p is not OutputPart.LOGGED))
    found = {}
    for name, value in last.items():
        known = {_number(float.fromhex(v)) for v in seen[name].values} if name in seen else set()
        if gaps or _number(value) not in known:
            curve = history(name)
            if name not in seen or not _points(curve) <= _points(seen[name]):
                found[name] = curve
    if not found:
        return outputs
    curves = {**seen, **found}
    names = ", ".join(list(found)[:_NAMED]) + (" ..." if len(found) > _NAMED else "")
    reason = f"that these metrics were logged was not seen, or not all of it; their values are MLflow's: {names}"
    return replace(
        outputs,
        metrics=tuple(curves[name] for name in sorted(curves)),
        status=Status.PARTIAL,
        reasons=(*outputs.reasons, reason),
    )


def _points(curve: Curve) -> set[tuple[int, float | str]]:
    return {(s, _number(float.fromhex(v))) for s, v in zip(curve.steps, curve.values, strict=True)}


def _number(value: float) -> float | str:
    """A value that equals itself; databases do not keep the sign of zero, and it is none of theirs here."""
    return "nan" if math.isnan(value) else value
