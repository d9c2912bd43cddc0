"""Aim, checked against version 3.29."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_RUN = {
    "track": "metric",
    "log_artifact": "artifact",
    "log_artifacts": "artifact",
    "add_tag": "tag",
    "set": "param",
}
# Callbacks of frameworks: module -> class
_CALLBACKS = {
    "hugging_face": "AimCallback",
    "keras": "AimCallback",
    "tensorflow": "AimCallback",
    "keras_tuner": "AimCallback",
    "xgboost": "AimCallback",
    "lightgbm": "AimCallback",
    "catboost": "AimLogger",
    "fastai": "AimCallback",
    "pytorch_ignite": "AimLogger",
    "pytorch_lightning": "AimLogger",
    "paddle": "AimCallback",
    "optuna": "AimCallback",
    "sb3": "AimCallback",
    "mxnet": "AimLoggingHandler",
    "prophet": "AimLogger",
    "acme": "AimCallback",
}

TRACKER = Tracker(
    name="aim",
    roots=("aim",),
    calls={
        **{f"aim.Run.{name}": kind for name, kind in _RUN.items()},
        **{f"aim.{module}.{name}": "metric param" for module, name in _CALLBACKS.items()},
        "aim.pytorch_lightning.AimLogger.log_hyperparams": "param",
        "aim.pytorch_lightning.AimLogger.log_metrics": "metric",
        "aim.pytorch.track_params_dists": "metric",
        "aim.pytorch.track_gradients_dists": "metric",
        # of version 2
        "aim.track": "metric",
        "aim.set_params": "param",
        "aim.Session.track": "metric",
        "aim.Session.set_params": "param",
    },
    aliases={
        "aim.sdk.run.Run": "aim.Run",
        "aim.sdk.Run": "aim.Run",
        "aim.sdk.adapters": "aim",
        "aim.pytorch_lightning.AimLogger.experiment": "aim.Run",
    },
    keywords={"aim.Run": {"log_system_params": "code"}},
    assigned={"aim.Run": "param"},
)
