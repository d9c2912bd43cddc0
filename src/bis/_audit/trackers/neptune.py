"""Neptune, checked against versions 1.14 and neptune-scale 0.30, with the functions of its legacy interface."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_SCALE = {
    "log_metrics": "metric",
    "log_histograms": "metric",
    "log_configs": "param",
    "log_string_series": "artifact",
    "log_files": "artifact",
    "assign_files": "artifact",
    "add_tags": "tag",
}
# run["name"].append(...)
_FIELD = {
    "append": "metric",
    "extend": "metric",
    "log": "metric",
    "assign": "param",
    "upload": "artifact",
    "upload_files": "artifact",
    "track_files": "dataset",
    "add": "tag",
}
_LEGACY = {
    "log_metric": "metric",
    "send_metric": "metric",
    "log_artifact": "artifact",
    "send_artifact": "artifact",
    "log_image": "artifact",
    "send_image": "artifact",
    "log_text": "artifact",
    "send_text": "artifact",
    "append_tag": "tag",
    "append_tags": "tag",
    "set_property": "tag",
}
_INIT = {"tags": "tag", "source_files": "code", "git_ref": "code", "dependencies": "code"}
_LOGGER = "lightning.pytorch.loggers.NeptuneLogger"

TRACKER = Tracker(
    name="neptune",
    roots=(
        "neptune",
        "neptune_scale",
        "lightning",
        "pytorch_lightning",
        "transformers",
        "composer",
        "ignite",
        "skorch",
        "catalyst",
        "neptune_tensorflow_keras",
        "neptune_sklearn",
        "neptune_xgboost",
        "neptune_lightgbm",
    ),
    calls={
        **{f"neptune_scale.Run.{name}": kind for name, kind in _SCALE.items()},
        **{f"neptune.handler.Handler.{name}": kind for name, kind in _FIELD.items()},
        **{f"neptune.{name}": kind for name, kind in _LEGACY.items()},
        "neptune.Run.assign": "param",
        "neptune.integrations.tensorflow_keras.NeptuneCallback": "metric",
        "neptune.integrations.xgboost.NeptuneCallback": "metric param",
        "neptune.integrations.lightgbm.NeptuneCallback": "metric param",
        "neptune.integrations.sklearn.create_classifier_summary": "metric param",
        "neptune.integrations.sklearn.create_regressor_summary": "metric param",
        _LOGGER: "metric param",
        f"{_LOGGER}.log_hyperparams": "param",
        f"{_LOGGER}.log_metrics": "metric",
        "transformers.integrations.NeptuneCallback": "metric param",
        "composer.loggers.NeptuneLogger": "metric param",
        "ignite.handlers.neptune_logger.NeptuneLogger": "metric param",
        "skorch.callbacks.NeptuneLogger": "metric param",
        "catalyst.loggers.neptune.NeptuneLogger": "metric param",
    },
    aliases={
        "neptune.new": "neptune",
        "neptune.metadata_containers.Run": "neptune.Run",
        "neptune_tensorflow_keras": "neptune.integrations.tensorflow_keras",
        "neptune_sklearn": "neptune.integrations.sklearn",
        "neptune_xgboost": "neptune.integrations.xgboost",
        "neptune_lightgbm": "neptune.integrations.lightgbm",
        "pytorch_lightning.loggers.NeptuneLogger": _LOGGER,
        "pytorch_lightning.loggers.neptune.NeptuneLogger": _LOGGER,
        "lightning.pytorch.loggers.neptune.NeptuneLogger": _LOGGER,
        f"{_LOGGER}.experiment": "neptune.Run",
        "ignite.handlers.NeptuneLogger": "ignite.handlers.neptune_logger.NeptuneLogger",
    },
    makes={
        "neptune.init_run": "neptune.Run",
        "neptune.init": "neptune.Run",
        "neptune.create_experiment": "neptune",
    },
    keywords={
        "neptune.create_experiment": {"params": "param", "tags": "tag", "upload_source_files": "code"},
        "neptune.init_run": _INIT,
        "neptune.init": _INIT,
    },
    assigned={"neptune.Run": "param", "neptune.init_run": "param", "neptune.init": "param"},
    elements={
        "neptune.Run": "neptune.handler.Handler",
        "neptune.init_run": "neptune.handler.Handler",
        "neptune.init": "neptune.handler.Handler",
    },
)
