"""What the variance is of: the results of the replays as arrays, one for each metric and each model."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bis._explain.trial import final_value, is_finite
from bis._verify.case import counts
from bis.errors import UsageError
from bis.model.attribution import TargetKind
from bis.model.statement import Statement, StatementCode, statement
from bis.stats.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bis._explain.design import BlockDesign
    from bis._explain.trial import Trial
    from bis._verify.tolerances import Tolerances
    from bis.model.probe_prediction import ProbePrediction

_CLASSES = "classes"


@dataclass(frozen=True, slots=True)
class Target:
    """A metric by its name, or the predictions of a model by the model's name."""

    name: str
    kind: TargetKind


@dataclass(frozen=True, slots=True)
class TargetTable:
    """The results of all replays for one target.

    `blocks` has shape (blocks, runs, d), `missing` (blocks, runs) says which replays gave none, `repeats` has shape
    (pairs, 2, d). `problem` says why there is nothing to compute with.
    """

    blocks: FloatArray
    missing: BoolArray
    repeats: FloatArray
    problem: Statement | None = None


def targets_of(
    trials: Sequence[Trial], wanted: Sequence[str], *, tolerances: Tolerances, primary: str | None = None
) -> tuple[Target, ...]:
    """What is explained: predictions first, then the primary metric, then the others.

    Parameters
    ----------
    trials : sequence of Trial
        Replays that ended well, the pilot first: whatever one of them logged or predicted.
    wanted : sequence of str
        The metrics that are asked for; empty: all that are results (not times, rates and loads).
    tolerances : Tolerances
        What the user declared about metrics.
    primary : str, optional
        The metric of the settings that decides first.

    Raises
    ------
    UsageError
        A metric that is asked for was not logged.
    """
    there = sorted({name for trial in trials for name in trial.metrics})
    check_metrics(wanted, there)
    metrics = list(wanted) or [name for name in there if counts(name, tolerances)]
    if primary in metrics and not wanted:
        metrics.sort(key=lambda name: name != primary)
    models = dict.fromkeys(p.model for trial in trials for p in trial.predictions)
    return (
        *(Target(model, TargetKind.PREDICTIONS) for model in models),
        *(Target(name, TargetKind.METRIC) for name in dict.fromkeys(metrics)),
    )


def check_metrics(wanted: Sequence[str], logged: Sequence[str]) -> None:
    """Refuse metrics that are not there.

    Raises
    ------
    UsageError
        A metric that is asked for was not logged.
    """
    unknown = [name for name in wanted if name not in logged]
    if unknown:
        there = ", ".join(sorted(logged)) or "none"
        raise UsageError(
            f"the run logs no metric {', '.join(map(repr, unknown))}", hint=f"It logs: {there}.", metrics=unknown
        )


def target_table(target: Target, design: BlockDesign, trials: Iterable[Trial], *, blocks: int) -> TargetTable:
    """The results of the first `blocks` blocks for a target.

    A metric that is not a number somewhere, or is not always logged, has none: what would be left is a selection.
    """
    values, problem = target_values(target, [t for t in trials if 0 <= t.block < blocks])
    if problem is not None or not values:
        return TargetTable(
            np.zeros((0, design.runs, 1)), np.zeros((0, design.runs), dtype=np.bool_), _pairs([], 1), problem
        )
    d = len(next(iter(values.values())))
    table = np.zeros((blocks, design.runs, d))
    missing = np.ones((blocks, design.runs), dtype=np.bool_)
    repeated: list[tuple[FloatArray, FloatArray]] = []
    for (block, corner, repeat), found in values.items():
        if repeat == 0:
            table[block, corner] = found
            missing[block, corner] = False
        elif (block, corner, 0) in values:
            repeated.append((values[block, corner, 0], found))
    return TargetTable(table, missing, _pairs(repeated, d))


def target_values(target: Target, trials: Iterable[Trial]) -> tuple[dict[Place, FloatArray], Statement | None]:
    """The result of each replay that ended well, by its place; nothing, and the reason, where one has none."""
    made = {t.place: t for t in trials if t.failure is None}
    if target.kind is TargetKind.METRIC:
        return _metric_values(target.name, made)
    return _predicted_values(target.name, made)


def _pairs(repeated: list[tuple[FloatArray, FloatArray]], d: int) -> FloatArray:
    return np.array(repeated, dtype=np.float64) if repeated else np.zeros((0, 2, d))


Place = tuple[int, int, int]


def _metric_values(name: str, made: Mapping[Place, Trial]) -> tuple[dict[Place, FloatArray], Statement | None]:
    found = {place: final_value(trial, name) for place, trial in made.items()}
    absent = [v for v in found.values() if v is None]
    if absent:
        return {}, statement(StatementCode.TARGET_NOT_LOGGED, absent=len(absent), total=len(found))
    given = {place: v for place, v in found.items() if v is not None}
    odd = [v for v in given.values() if not is_finite(v)]
    if odd:
        return {}, statement(StatementCode.TARGET_NOT_FINITE, values=len(odd), total=len(given))
    return {place: np.array([v]) for place, v in given.items()}, None


def _predicted_values(model: str, made: Mapping[Place, Trial]) -> tuple[dict[Place, FloatArray], Statement | None]:
    found = {place: [p for p in trial.predictions if p.model == model] for place, trial in made.items()}
    absent = [1 for of_model in found.values() if len(of_model) != 1]
    if absent:
        return {}, statement(StatementCode.TARGET_NOT_LOGGED, absent=len(absent), total=len(found))
    given = {place: of_model[0] for place, of_model in found.items()}
    unfit = next((p for p in given.values() if p.problem), None)
    if unfit is not None:
        return {}, statement(StatementCode.PROBE_UNFIT, problem=unfit.problem, detail=unfit.detail)
    decoded = {place: decoded_values(p) for place, p in given.items()}
    sizes = {v.size if v is not None else None for v in decoded.values()}
    if len(sizes) > 1 or None in sizes or len({(p.kind, p.shape, p.probe) for p in given.values()}) > 1:
        return {}, statement(StatementCode.OTHER_SHAPE)
    values = {place: v for place, v in decoded.items() if v is not None}
    odd = [1 for v in values.values() if not np.isfinite(v).all()]
    if odd:
        return {}, statement(StatementCode.TARGET_NOT_FINITE, values=len(odd), total=len(values))
    if any(p.kind == _CLASSES and len(p.shape) == 1 for p in given.values()):
        values = _indicators(values)
    return values, None


def decoded_values(prediction: ProbePrediction) -> FloatArray | None:
    """The numbers that were predicted; None where they are not what they should be."""
    try:
        content = base64.b64decode(prediction.values, validate=True)
        values = np.frombuffer(content, dtype="<f8").astype(np.float64)
    except (binascii.Error, ValueError):
        return None
    expected = int(np.prod(prediction.shape)) if prediction.shape else values.size
    return values if values.size == expected and values.size else None


def _indicators(values: Mapping[Place, FloatArray]) -> dict[Place, FloatArray]:
    """Classes as 0 and 1: two different classes are as far apart as any other two, whatever their numbers are."""
    known = np.unique(np.concatenate(list(values.values())))
    return {place: (v[:, np.newaxis] == known).astype(np.float64).ravel() for place, v in values.items()}
