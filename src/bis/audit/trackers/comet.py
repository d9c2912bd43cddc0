"""Comet. Importing it before the frameworks records them by itself; what is called is counted."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_EXPERIMENT = {
    "log_parameter": "param",
    "log_parameters": "param",
    "log_metric": "metric",
    "log_metrics": "metric",
    "log_confusion_matrix": "metric",
    "log_asset": "artifact",
    "log_figure": "artifact",
    "log_image": "artifact",
    "log_text": "artifact",
    "log_table": "artifact",
    "log_artifact": "artifact",
    "log_model": "model",
    "register_model": "register",
    "log_dataset_hash": "dataset",
    "log_dataset_info": "dataset",
    "add_tag": "tag",
    "add_tags": "tag",
    "log_other": "tag",
}

TRACKER = Tracker(
    name="comet",
    roots=("comet_ml", "lightning", "pytorch_lightning"),
    calls={
        **{f"comet_ml.Experiment.{name}": kind for name, kind in _EXPERIMENT.items()},
        "lightning.pytorch.loggers.CometLogger": "metric param",
        "pytorch_lightning.loggers.CometLogger": "metric param",
    },
    aliases={
        name: "comet_ml.Experiment"
        for name in (
            "comet_ml.OfflineExperiment", "comet_ml.ExistingExperiment", "comet_ml.start", "comet_ml.APIExperiment",
            "comet_ml.get_global_experiment", "comet_ml.get_running_experiment",
        )
    },
)  # fmt: skip
