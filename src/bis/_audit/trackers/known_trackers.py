"""All trackers, and what a call traces with which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.program.ir import CONSTANT, DICT, LIST, Call, Value
from bis._audit.trackers import aim, clearml, comet, dvclive, integrations, mlflow, neptune, sacred, tensorboard, wandb

if TYPE_CHECKING:
    from bis._audit.trackers.table import Tracker

TRACKERS: tuple[Tracker, ...] = (
    mlflow.TRACKER, wandb.TRACKER, clearml.TRACKER, comet.TRACKER, neptune.TRACKER, aim.TRACKER, dvclive.TRACKER,
    tensorboard.TRACKER, sacred.TRACKER,
)  # fmt: skip
_BY_ROOT: dict[str, list[Tracker]] = {}
for _tracker in TRACKERS:
    for _root in _tracker.roots:
        _BY_ROOT.setdefault(_root, []).append(_tracker)


def kinds_of(call: Call) -> tuple[str, tuple[str, ...]] | None:
    """The tracker and the kinds of things that a call traces by itself; None where it traces nothing.

    What its arguments say counts: ``autolog(disable=True)`` traces nothing, ``log_model(registered_model_name=...)``
    registers, ``TrainingArguments(report_to="mlflow")`` logs parameters and metrics.
    """
    api = call.api
    root = api.partition(".")[0]
    if root in integrations.SWITCH_ROOTS and (switch := integrations.switch_of(api)) is not None:
        return _switched(call, switch)
    if root == "ultralytics" and api in integrations.SETTINGS:
        return _set(call)
    for tracker in _BY_ROOT.get(root, ()):
        kinds = _with_arguments(tracker, call, tracker.kinds(api))
        if kinds:
            return tracker.name, kinds
    return None


def kinds_of_assignment(api: str) -> tuple[str, tuple[str, ...]] | None:
    """The tracker and the kinds of things that an assignment to a resolved name, or to an element of it, traces.

    ``wandb.config.lr`` for ``wandb.config.lr = 0.1``, ``neptune.init_run`` for ``run["lr"] = 0.1``.
    """
    for tracker in _BY_ROOT.get(api.partition(".")[0], ()):
        kinds = tracker.kinds_assigned(api)
        if kinds:
            return tracker.name, kinds
    return None


def kind_of(api: str) -> tuple[str, Tracker] | None:
    """The first kind of thing that a call of this resolved name traces, and the tracker; whatever its arguments."""
    tracker = tracker_of(api)
    return (tracker.kinds(api)[0], tracker) if tracker is not None else None


def tracker_of(api: str) -> Tracker | None:
    """The tracker with which a call of this resolved name traces something; None where it traces nothing."""
    return next((tracker for tracker in _BY_ROOT.get(api.partition(".")[0], ()) if tracker.kinds(api)), None)


def canonical(api: str) -> str:
    """The listed name of one of MLflow's own functions or of a logger's, whichever way it was imported."""
    return mlflow.TRACKER.canonical(api) if api.partition(".")[0] in _MLFLOW_ROOTS else api


_MLFLOW_ROOTS = frozenset(mlflow.TRACKER.roots)


def _with_arguments(tracker: Tracker, call: Call, kinds: tuple[str, ...]) -> tuple[str, ...]:
    if kinds == ("autolog",) and _is_true(call.keywords.get("disable")):
        return ()
    if tracker.keywords and call.keywords:
        for keyword, value in call.keywords.items():
            if value.kind == CONSTANT and (value.data is None or value.data is False):
                continue
            kinds += tuple(kind for kind in tracker.kinds_with(call.api, keyword) if kind not in kinds)
    return kinds


def _switched(call: Call, switch: integrations.Switch) -> tuple[str, tuple[str, ...]] | None:
    value = call.keywords.get(switch.keyword)
    if switch.yes and _is_true(value):
        return "mlflow", switch.kinds
    for word, tracker in integrations.WORDS.items():
        if _says(value, {word, integrations.EVERY}):
            return tracker, switch.kinds
    return None


def _set(call: Call) -> tuple[str, tuple[str, ...]] | None:
    """``settings.update({"mlflow": True})``, or by keyword."""
    given = dict(call.keywords)
    if call.args and call.args[0].kind == DICT:
        items = call.args[0].items
        given |= {
            str(key.data): value for key, value in zip(items[::2], items[1::2], strict=True) if key.kind == CONSTANT
        }
    for word, tracker in integrations.WORDS.items():
        if _is_true(given.get(word)):
            return tracker, ("param", "metric", "artifact")
    return None


def _says(value: Value | None, words: set[str]) -> bool:
    if value is None:
        return False
    if value.kind == LIST:
        return any(_says(item, words) for item in value.items)
    return value.kind == CONSTANT and isinstance(value.data, str) and value.data in words


def _is_true(value: Value | None) -> bool:
    return value is not None and value.kind == CONSTANT and value.data is True
