"""All trackers, and what a resolved name traces with which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.trackers import aim, clearml, comet, dvclive, mlflow, neptune, sacred, tensorboard, trackio, wandb

if TYPE_CHECKING:
    from bis._audit.trackers.table import Tracker

TRACKERS: tuple[Tracker, ...] = (
    mlflow.TRACKER, wandb.TRACKER, clearml.TRACKER, comet.TRACKER, neptune.TRACKER, aim.TRACKER, dvclive.TRACKER,
    tensorboard.TRACKER, sacred.TRACKER, trackio.TRACKER,
)  # fmt: skip
# First parts of imports of trackers that trace what is assigned to their objects.
ASSIGNED_ROOTS = frozenset(root for tracker in TRACKERS if tracker.assigned for root in tracker.roots)
BY_ROOT: dict[str, list[Tracker]] = {}
for _tracker in TRACKERS:
    for _root in _tracker.roots:
        BY_ROOT.setdefault(_root, []).append(_tracker)


def kinds_of_assignment(api: str) -> tuple[str, tuple[str, ...]] | None:
    """The tracker and the kinds of things that an assignment to a resolved name, or to an element of it, traces.

    ``wandb.config.lr`` for ``wandb.config.lr = 0.1``, ``neptune.init_run`` for ``run["lr"] = 0.1``.
    """
    for tracker in BY_ROOT.get(api.partition(".")[0], ()):
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
    return next((tracker for tracker in BY_ROOT.get(api.partition(".")[0], ()) if tracker.kinds(api)), None)


def canonical(api: str) -> str:
    """The listed name of one of MLflow's own functions or of a logger's, whichever way it was imported."""
    return mlflow.TRACKER.canonical(api) if api.partition(".")[0] in _MLFLOW_ROOTS else api


_MLFLOW_ROOTS = frozenset(mlflow.TRACKER.roots)
