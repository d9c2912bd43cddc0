"""All trackers, and what a call traces with which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.audit.program import CONSTANT, LIST, Call, Value
from bis.audit.trackers import aim, clearml, comet, dvclive, mlflow, neptune, sacred, tensorboard, wandb

if TYPE_CHECKING:
    from bis.audit.trackers.table import Tracker

TRACKERS: tuple[Tracker, ...] = (
    mlflow.TRACKER, wandb.TRACKER, clearml.TRACKER, comet.TRACKER, neptune.TRACKER, aim.TRACKER, dvclive.TRACKER,
    tensorboard.TRACKER, sacred.TRACKER,
)  # fmt: skip
_BY_ROOT: dict[str, list[Tracker]] = {}
for _tracker in TRACKERS:
    for _root in _tracker.roots:
        _BY_ROOT.setdefault(_root, []).append(_tracker)

_HF_ARGUMENTS = frozenset({"transformers.TrainingArguments", "transformers.Seq2SeqTrainingArguments", "trl.SFTConfig"})


def kinds_of(call: Call) -> tuple[str, tuple[str, ...]] | None:
    """The tracker and the kinds of things that a call traces by itself; None where it traces nothing.

    What its arguments say counts: ``autolog(disable=True)`` traces nothing, ``log_model(registered_model_name=...)``
    registers, ``TrainingArguments(report_to="mlflow")`` logs parameters and metrics.
    """
    api = call.api
    trackers = _BY_ROOT.get(api.partition(".")[0])
    if trackers is None:
        return None
    if api in _HF_ARGUMENTS:
        return _reported(call)
    if api == "accelerate.Accelerator":
        return ("mlflow", ("param", "metric")) if _says(call.keywords.get("log_with"), {"mlflow", "all"}) else None
    if api.endswith(".setup") and api.startswith("pycaret."):
        value = call.keywords.get("log_experiment")
        logs = value is not None and (value.data is True or _says(value, {"mlflow"}))
        return ("mlflow", ("param", "metric", "model")) if logs else None
    for tracker in trackers:
        kinds = tracker.kinds(api)
        if kinds:
            return (tracker.name, _adjusted(call, kinds)) if _adjusted(call, kinds) else None
    return None


def canonical(api: str) -> str:
    """The listed name of one of MLflow's own functions, whichever way it was imported."""
    return mlflow.TRACKER.canonical(api) if api.startswith(("mlflow.", "pytorch_lightning.", "lightning.")) else api


def _adjusted(call: Call, kinds: tuple[str, ...]) -> tuple[str, ...]:
    if kinds == ("autolog",) and _is_true(call.keywords.get("disable")):
        return ()
    if kinds == ("model",) and mlflow.REGISTERING_KEYWORD in call.keywords:
        value = call.keywords[mlflow.REGISTERING_KEYWORD]
        return ("model",) if value.kind == CONSTANT and value.data is None else ("model", "register")
    if call.api == "wandb.init" or call.api.endswith(".WandbLogger"):
        return kinds
    return kinds


def _reported(call: Call) -> tuple[str, tuple[str, ...]] | None:
    value = call.keywords.get("report_to")
    for name in ("mlflow", "wandb"):
        if _says(value, {name, "all"}):
            return (name, ("param", "metric"))
    return None


def _says(value: Value | None, words: set[str]) -> bool:
    if value is None:
        return False
    if value.kind == LIST:
        return any(_says(item, words) for item in value.items)
    return value.kind == CONSTANT and value.data in words


def _is_true(value: Value | None) -> bool:
    return value is not None and value.kind == CONSTANT and value.data is True
