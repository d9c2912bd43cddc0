"""Predictions for the probe, at the end of a program: which models, for which examples, and what they say."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from typing import TYPE_CHECKING, Any

from bis.instrument.probe_examples import EVERY_MODEL, NoFormError, packed, unpacked
from bis.instrument.probe_values import ABSENT, NoPredictionError, predictions, predicts
from bis.instrument.weight_probe import find_models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis.instrument.probe_sightings import ModelSightings, Sighting
    from bis.instrument.recorder import Recorder

FIND = "find"
PROBE = "probe.bin"  # in the spool: given by the host, or kept for it
MAX_MODELS = 8


def note_predictions(recorder: Recorder, sightings: ModelSightings, namespace: Mapping[str, Any]) -> None:
    """Note what the models of the program predict for the probe of the session, as events.

    With ``find`` what the program asked its models for is kept first.
    """
    if "numpy" not in sys.modules:  # without it there is no model
        return
    named = _named(sightings, namespace)
    path = os.path.join(recorder.session.spool, PROBE)  # noqa: PTH118 (as the recorder names files)
    if recorder.session.probe == FIND:
        content = _kept(recorder, named)
        if content is None:
            return
        with open(path, "wb") as file:  # noqa: PTH123 (same)
            file.write(content)
        recorder.note("probe", size=len(content))
    else:
        with open(path, "rb") as file:  # noqa: PTH123 (same)
            content = file.read()
    models = {name: seen.model for name, seen in named}
    for name, examples in _asked(content, models, recorder):
        recorder.note("prediction", model=name, **_predicted(models.get(name), examples))


def _named(sightings: ModelSightings, namespace: Mapping[str, Any]) -> list[tuple[str, Sighting]]:
    """The models with names that are the same in each replay: of variables, of logged models, else of classes."""
    variables: dict[int, str] = {}
    for name, model in find_models(namespace):
        if not isinstance(model, dict):
            variables[id(model)] = name
            if predicts(model):
                sightings.seen(model)
    found: list[tuple[str, Sighting]] = []
    for seen in sightings:
        name = variables.get(id(seen.model)) or seen.logged_as or seen.name
        count = sum(1 for known, _ in found if known.partition("#")[0] == name)
        found.append((name if not count else f"{name}#{count + 1}", seen))
    return found


def _kept(recorder: Recorder, named: list[tuple[str, Sighting]]) -> bytes | None:
    """What the program asked its models for, as bytes; of many models, for the last ones."""
    sets: dict[str, Any] = {}
    for name, seen in reversed(named):
        examples = seen.examples
        if examples is None or len(sets) >= MAX_MODELS or not predicts(seen.model) or _is_part(seen, named):
            continue
        try:
            packed({**sets, name: examples})
        except NoFormError as error:
            recorder.note("probe-lost", model=name, why=str(error))
        else:
            sets[name] = examples
    return packed(sets) if sets else None


def _is_part(seen: Sighting, named: list[tuple[str, Sighting]]) -> bool:
    """Whether a model is a step or a layer of another one."""
    return any(seen.model is part for _, other in named if other is not seen for part in _parts(other.model))


def _parts(model: Any) -> list[Any]:
    modules = getattr(model, "modules", None)
    if callable(modules):
        return [part for part in modules() if part is not model]
    steps = [step for _, step in getattr(model, "steps", None) or ()]
    return [*steps, getattr(model, "best_estimator_", None)]


def _asked(content: bytes, models: dict[str, Any], recorder: Recorder) -> Iterator[tuple[str, Any]]:
    """By the name of each model that is to predict, for what."""
    try:
        sets = unpacked(content)
    except NoFormError as error:
        recorder.note("probe-lost", model="", why=str(error))
        return
    everywhere = sets.pop(EVERY_MODEL, None)
    yield from sets.items()
    if everywhere is None:
        return
    asked = [name for name, model in models.items() if predicts(model)]
    yield from ((name, everywhere) for name in asked[-MAX_MODELS:])


def _predicted(model: Any, examples: Any) -> dict[str, Any]:
    if model is None:
        return {"predicted": "", "problem": ABSENT}
    try:
        kind, values = predictions(model, examples)
    except NoPredictionError as error:
        return {"predicted": "", "problem": error.problem, "detail": error.detail}
    content = values.tobytes()
    return {
        "predicted": kind,
        "shape": list(values.shape),
        "values": base64.b64encode(content).decode("ascii"),
        "digest": hashlib.sha256(repr(values.shape).encode() + content).hexdigest(),
    }
