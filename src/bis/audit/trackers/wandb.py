"""Weights & Biases."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_RUN = {
    "log": "metric",
    "log_artifact": "artifact",
    "save": "artifact",
    "log_code": "artifact",
    "log_model": "model",
    "link_model": "register",
    "use_artifact": "dataset",
    "watch": "metric",
    "define_metric": "metric",
    "summary.update": "metric",
    "config.update": "param",
    "config.setdefaults": "param",
}

TRACKER = Tracker(
    name="wandb",
    roots=("wandb", "lightning", "pytorch_lightning"),
    calls={
        **{f"wandb.{name}": kind for name, kind in _RUN.items()},
        **{f"wandb.Run.{name}": kind for name, kind in _RUN.items()},
        "wandb.sklearn.plot_classifier": "metric",
        "wandb.keras.WandbCallback": "metric param",
        "wandb.integration.keras.WandbMetricsLogger": "metric",
        "wandb.integration.keras.WandbModelCheckpoint": "model",
        "lightning.pytorch.loggers.WandbLogger": "metric param",
        "pytorch_lightning.loggers.WandbLogger": "metric param",
    },
    aliases={"wandb.init": "wandb.Run", "wandb.sdk.wandb_run.Run": "wandb.Run", "wandb.run": "wandb.Run"},
)
