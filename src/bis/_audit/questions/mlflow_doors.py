"""The ways in which a project reaches MLflow, in the words of the fact ``via``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.entry_points import is_mlproject
from bis._audit.questions import literals, rest_logging
from bis._audit.questions.tracking_calls import opens_mlflow
from bis._audit.trackers import integrations, mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import TrackingCall

_ROOTS = frozenset({*mlflow.TRACKER.roots, "dagshub"})
_CLIENT = "mlflow.MlflowClient"
# They say where and under which experiment, for whoever logs.
_SETTINGS = ("mlflow.set_tracking_uri", "mlflow.set_registry_uri", "mlflow.set_experiment", "mlflow.get_tracking_uri")


def doors(analysis: Analysis, of_mlflow: list[TrackingCall]) -> dict[str, list[Place]]:
    """The doors that are open, each with the places that open it.

    Parameters
    ----------
    analysis : Analysis
    of_mlflow : list of TrackingCall
        The calls that trace something with MLflow.
    """
    found: dict[str, list[Place]] = {}
    for door, place in (*_imported(analysis), *_of_files(analysis), *_of_clients(analysis)):
        found.setdefault(door, []).append(place)
    for call in of_mlflow:
        found.setdefault(_door(call.api), []).append(call.place)
    for place in literals.rest_calls(analysis):
        found.setdefault("rest", []).append(place)
    if found.keys() <= {"client", "other"} and "mlflow" in analysis.project.roots:
        fluent = _fluent(analysis)
        if fluent or not found:
            found["api"] = fluent
    return found


def _imported(analysis: Analysis) -> Iterator[tuple[str, Place]]:
    for module in analysis.project.modules:
        for one in module.imports:
            door = _imported_door(one.target)
            if door:
                yield door, Place(module.file, one.cell, one.line)


def _of_files(analysis: Analysis) -> Iterator[tuple[str, Place]]:
    for name in analysis.project.files:
        if name.endswith("mlflow.yml") and "conf/" in name:
            yield "kedro", Place(name)
        elif is_mlproject(name):
            yield "other", Place(name)


def _of_clients(analysis: Analysis) -> Iterator[tuple[str, Place]]:
    """Clients, also those that only read, services that set the address, steps that name their tracker."""
    unsaid = "mlflow" in analysis.project.roots
    for module in analysis.project.modules:
        for call in module.calls if module.roots & _ROOTS else ():
            if canonical(call.api) == _CLIENT:
                yield "client", module.place_of(call)
            elif opens_mlflow(call, said=not unsaid):
                yield "other", module.place_of(call)
            elif call.api in integrations.DOOR_KEYWORDS and integrations.DOOR_KEYWORDS[call.api][0] in call.keywords:
                yield integrations.DOOR_KEYWORDS[call.api][1], module.place_of(call)


def _fluent(analysis: Analysis) -> list[Place]:
    """Calls of MLflow's own functions, without those of settings."""
    return [
        module.place_of(call)
        for module in analysis.project.modules
        if "mlflow" in module.roots
        for call in module.calls
        if (name := canonical(call.api)).startswith("mlflow.") and not name.startswith((_CLIENT, *_SETTINGS))
    ]


def _imported_door(target: str) -> str:
    """The door that an import opens; empty for most."""
    if target.partition(".")[0] not in mlflow.TRACKER.roots:
        return ""
    return next((d for start, d in mlflow.DOORS.items() if target == start or target.startswith(f"{start}.")), "")


def _door(api: str) -> str:
    name = canonical(api)
    if name.startswith("mlflow.MlflowClient"):
        return "client"
    if name.startswith("mlflow."):
        return "api"
    for prefix, door in mlflow.DOORS.items():
        if name.startswith(prefix):
            return door
    return _BY_ROOT.get(name.partition(".")[0], "other")


_BY_ROOT = {
    **dict.fromkeys(rest_logging.CLIENTS, "rest"),
    "transformers": "hf",
    "trl": "hf",
    "accelerate": "hf",
    "optuna": "optuna",
    "zenml": "zenml",
    "databricks": "api",  # a client of features, which logs to the run that is open
    # what is called on a logger of Lightning's that somebody else has made
    "lightning": "lightning",
    "pytorch_lightning": "lightning",
    "hydra": "lightning",
    "": "lightning",
}
