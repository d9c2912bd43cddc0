"""Comet, checked against version 3.58. Importing it first records frameworks by itself: only calls are counted."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_EXPERIMENT = {
    "log_parameter": "param",
    "log_parameters": "param",
    "log_metric": "metric",
    "log_metrics": "metric",
    "log_confusion_matrix": "metric",
    "log_curve": "metric",
    "log_histogram_3d": "metric",
    "log_asset": "artifact",
    "log_asset_data": "artifact",
    "log_asset_folder": "artifact",
    "log_code": "code",
    "log_notebook": "code",
    "set_code": "code",
    "set_filename": "code",
    "set_pip_packages": "code",
    "set_os_packages": "code",
    "log_figure": "artifact",
    "log_image": "artifact",
    "log_audio": "artifact",
    "log_video": "artifact",
    "log_html": "artifact",
    "log_text": "artifact",
    "log_table": "artifact",
    "log_embedding": "artifact",
    "log_points_3d": "artifact",
    "log_artifact": "artifact",
    "log_model": "model",
    "log_remote_model": "model",
    "set_model_graph": "model",
    "register_model": "register",
    "log_dataset_hash": "dataset",
    "log_dataset_info": "dataset",
    "log_dataframe_profile": "dataset",
    "add_tag": "tag",
    "add_tags": "tag",
    "log_other": "tag",
    "log_others": "tag",
}
_LOGGER = "lightning.pytorch.loggers.CometLogger"

TRACKER = Tracker(
    name="comet",
    roots=("comet_ml", "lightning", "pytorch_lightning", "transformers", "composer", "catalyst", "optuna_integration"),
    calls={
        **{f"comet_ml.CometExperiment.{name}": kind for name, kind in _EXPERIMENT.items()},
        _LOGGER: "metric param",
        f"{_LOGGER}.log_hyperparams": "param",
        f"{_LOGGER}.log_metrics": "metric",
        "transformers.integrations.CometCallback": "metric param",
        "composer.loggers.CometMLLogger": "metric param",
        "catalyst.loggers.comet.CometLogger": "metric param",
        "optuna_integration.comet.CometCallback": "metric param",
    },
    aliases={
        **{
            f"comet_ml.{name}": "comet_ml.CometExperiment"
            for name in (
                "Experiment",
                "OfflineExperiment",
                "ExistingExperiment",
                "ExistingOfflineExperiment",
                "APIExperiment",
                "BaseExperiment",
            )
        },
        "comet_ml.experiment.BaseExperiment": "comet_ml.CometExperiment",
        "pytorch_lightning.loggers.CometLogger": _LOGGER,
        "pytorch_lightning.loggers.comet.CometLogger": _LOGGER,
        "lightning.pytorch.loggers.comet.CometLogger": _LOGGER,
        f"{_LOGGER}.experiment": "comet_ml.CometExperiment",
    },
    makes={
        f"comet_ml.{name}": "comet_ml.CometExperiment"
        for name in ("start", "get_global_experiment", "get_running_experiment", "get_previous_experiment")
    },
)
