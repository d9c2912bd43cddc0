"""What paired replays say: the results of each pair side by side, one target at a time. Pure."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bis._verify.alignment import series
from bis.model.attribution import EffectOnTarget, TargetKind
from bis.model.facets import Curve
from bis.model.machine_measures import measures_machine
from bis.model.verdict import Outcome
from bis.stats.arrays import BoolArray, FloatArray
from bis.stats.curves import first_divergence
from bis.stats.paired_effect import PairedEffect, paired_effect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bis.model.facets import ModelWeights
    from bis.model.probe_prediction import ProbePrediction

_CLASSES = "classes"
_PROBABILITIES = "probabilities"
_LEAST_FOR_VARIANCE = 3  # replays

Target = tuple[TargetKind, str]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Replays in one environment: `outcomes` by pair, and `repeats` with the same root, by pair as far as there are."""

    outcomes: tuple[Outcome, ...]
    repeats: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class _Result:
    """One target in one replay: what is compared for equality, and the numbers that can be subtracted."""

    bits: object
    values: FloatArray | None = None
    curve: Curve | None = None
    classes: FloatArray | None = None


def same_results(first: Outcome, second: Outcome, metrics: Collection[str] | None = None) -> bool:
    """Whether two replays have the same bits in all targets."""
    a, b = _results(first, metrics), _results(second, metrics)
    return a.keys() == b.keys() and all(a[t].bits == b[t].bits for t in a)


def effects_on_targets(
    recorded: Replayed,
    changed: Replayed,
    *,
    metrics: Collection[str] | None = None,
    variances: Mapping[Target, float] | None = None,
) -> tuple[EffectOnTarget, ...]:
    """Compare replays as recorded with replays of the same roots in a changed environment.

    Pairs of which a replay failed are left out.

    Parameters
    ----------
    recorded, changed : Replayed
        Outcome i of both is a pair.
    metrics : collection of str, optional
        Only these; all that are results by default.
    variances : mapping, optional
        The variance by seeds of targets, where it is known; else it is that of the replays as recorded, of at least 3.
    """
    pairs = [(a, b) for a, b in zip(recorded.outcomes, changed.outcomes, strict=True) if not (a.failure or b.failure)]
    sides = [(_results(a, metrics), _results(b, metrics)) for a, b in pairs]
    noise = _noise(recorded, metrics), _noise(changed, metrics)
    targets = dict.fromkeys(target for a, b in sides for target in (*a, *b))
    order = {TargetKind.PREDICTIONS: 0, TargetKind.METRIC: 1, TargetKind.MODEL: 2}
    return tuple(
        _effect(
            target,
            [(a.get(target), b.get(target)) for a, b in sides],
            noise=[of_arm[target] for of_arm in noise if target in of_arm],
            variance=(variances or {}).get(target),
        )
        for target in sorted(targets, key=lambda t: order[t[0]])
    )


def _effect(
    target: Target,
    pairs: Sequence[tuple[_Result | None, _Result | None]],
    *,
    noise: Sequence[tuple[bool, float]],
    variance: float | None,
) -> EffectOnTarget:
    kind, name = target
    identical = all(a is not None and b is not None and a.bits == b.bits for a, b in pairs)
    noisy = any(differs for differs, _ in noise)
    found = EffectOnTarget(name, kind, len(pairs), identical, noisy=noisy)
    if kind is TargetKind.MODEL:
        return found
    arrays = _arrays(pairs)
    if arrays is None:
        return found
    before, after, missing = arrays
    squared = sum(square for _, square in noise) / 2.0  # the noise of both environments is in a difference
    known = variance if variance is not None else _variance(before, missing[:, 0], noise[0][1] if noise else 0.0)
    usable = known if known is not None and known > 0.0 and math.isfinite(known) else None
    effect = paired_effect(before, after, missing=missing, variance=usable)
    share = _share(effect, squared, usable)
    if kind is TargetKind.PREDICTIONS:
        return _of_predictions(found, effect, share, pairs, width=before.shape[1])
    return EffectOnTarget(
        name,
        kind,
        len(pairs),
        identical,
        difference=effect.difference,
        low=effect.interval.low if effect.interval else None,
        high=effect.interval.high if effect.interval else None,
        p_value=effect.test.p_value if effect.test and not identical else None,
        equivalent_share=share,
        diverges_at=_diverges_at(pairs),
        noisy=noisy,
    )


def _of_predictions(
    found: EffectOnTarget,
    effect: PairedEffect,
    share: float | None,
    pairs: Sequence[tuple[_Result | None, _Result | None]],
    *,
    width: int,
) -> EffectOnTarget:
    churned = [
        float(np.mean(a.classes != b.classes))
        for a, b in pairs
        if a and b and a.classes is not None and b.classes is not None and a.classes.shape == b.classes.shape
    ]
    return EffectOnTarget(
        found.name,
        found.kind,
        found.pairs,
        found.bit_identical,
        difference=effect.distance / math.sqrt(width) if effect.distance is not None else None,
        p_value=effect.test.p_value if effect.test and not found.bit_identical else None,
        equivalent_share=share,
        churn=sum(churned) / len(churned) if churned else None,
        noisy=found.noisy,
    )


def _arrays(
    pairs: Sequence[tuple[_Result | None, _Result | None]],
) -> tuple[FloatArray, FloatArray, BoolArray] | None:
    """Both sides as arrays, and which replays have no numbers; None where sizes differ or nothing is there."""
    sizes = {r.values.size for pair in pairs for r in pair if r is not None and r.values is not None}
    if len(sizes) != 1:
        return None
    [width] = sizes
    sides = np.zeros((2, len(pairs), width))
    missing = np.ones((len(pairs), 2), dtype=np.bool_)
    for i, pair in enumerate(pairs):
        for side, result in enumerate(pair):
            if result is not None and result.values is not None:
                sides[side, i] = result.values
                missing[i, side] = False
    return sides[0], sides[1], missing


def _variance(before: FloatArray, missing: BoolArray, noise: float) -> float | None:
    """The variance by seeds of the replays as recorded, summed over numbers; without that of noise."""
    usable = before[~missing & np.isfinite(before).all(axis=1)]
    if len(usable) < _LEAST_FOR_VARIANCE:
        return None
    return float(usable.var(axis=0, ddof=1).sum()) - noise / 2.0


def _share(effect: PairedEffect, noise: float, variance: float | None) -> float | None:
    if effect.variance_share is None or variance is None:
        return None
    return max(0.0, effect.variance_share.value - noise / (2.0 * variance))


def _noise(replayed: Replayed, metrics: Collection[str] | None) -> dict[Target, tuple[bool, float]]:
    """Whether repeats differ, by target; and their mean squared difference, which is twice the variance of noise."""
    found: dict[Target, list[tuple[bool, float]]] = {}
    for first, second in zip(replayed.outcomes, replayed.repeats, strict=False):
        if first.failure or second.failure:
            continue
        a, b = _results(first, metrics), _results(second, metrics)
        for target in a.keys() & b.keys():
            x, y = a[target].values, b[target].values
            square = float(((x - y) ** 2).sum()) if x is not None and y is not None and x.size == y.size else 0.0
            found.setdefault(target, []).append(
                (a[target].bits != b[target].bits, square if math.isfinite(square) else 0.0)
            )
    return {t: (any(d for d, _ in all_of), sum(s for _, s in all_of) / len(all_of)) for t, all_of in found.items()}


def _diverges_at(pairs: Iterable[tuple[_Result | None, _Result | None]]) -> int | None:
    """The first step at which the bits part, in the first pair that differs."""
    for a, b in pairs:
        if a is None or b is None or a.curve is None or b.curve is None or a.bits == b.bits:
            continue
        divergence = first_divergence(series(a.curve), series(b.curve))
        if divergence is not None:
            return divergence.step
        longer = max(a.curve, b.curve, key=lambda c: len(c.steps))  # one stops earlier
        return (
            longer.steps[min(len(a.curve.steps), len(b.curve.steps))]
            if len(a.curve.steps) != len(b.curve.steps)
            else None
        )
    return None


def _results(outcome: Outcome, metrics: Collection[str] | None) -> dict[Target, _Result]:
    found: dict[Target, _Result] = {}
    if outcome.outputs is not None:
        for curve in outcome.outputs.metrics:
            wanted = measures_machine(curve.name) is None if metrics is None else curve.name in metrics
            if wanted and curve.values:
                key = (TargetKind.METRIC, curve.name)
                found[key] = _Result((curve.steps, curve.values), np.array([curve.final]), curve)
        for name, model in _named(outcome.outputs.models):
            found[TargetKind.MODEL, name] = _Result(model.digest)
    for prediction in outcome.predictions:
        found[TargetKind.PREDICTIONS, prediction.model] = _predicted(prediction)
    return found


def _named(models: Sequence[ModelWeights]) -> list[tuple[str, ModelWeights]]:
    """Models by name; one whose name was made up is told by its framework, and by its place among the like."""
    found: dict[str, ModelWeights] = {}
    for model in models:
        base = model.framework if model.named is False else model.name
        name, number = base, 1
        while name in found:
            number += 1
            name = f"{base} {number}"
        found[name] = model
    return list(found.items())


def _predicted(prediction: ProbePrediction) -> _Result:
    bits = (prediction.kind, prediction.shape, prediction.digest or prediction.values, prediction.problem)
    values = _decoded(prediction)
    if values is None:
        return _Result(bits)
    if prediction.kind == _CLASSES:
        return _Result(bits, classes=values)
    several = len(prediction.shape) > 1 and prediction.shape[1] > 1
    classes = (
        values.reshape(prediction.shape).argmax(axis=1).astype(np.float64)
        if several
        else (values > 0.5).astype(np.float64)
    )
    return _Result(bits, values, classes=classes if prediction.kind == _PROBABILITIES else None)


def _decoded(prediction: ProbePrediction) -> FloatArray | None:
    try:
        content = base64.b64decode(prediction.values, validate=True)
        values = np.frombuffer(content, dtype="<f8").astype(np.float64)
    except (binascii.Error, ValueError):
        return None
    return values if values.size and (not prediction.shape or values.size == math.prod(prediction.shape)) else None
