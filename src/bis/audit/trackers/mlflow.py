"""MLflow, versions 1 to 3: the fluent interface, the client, flavours, and what other libraries log to it."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_FLUENT = {
    "log_param": "param",
    "log_params": "param",
    "log_metric": "metric",
    "log_metrics": "metric",
    "log_batch": "metric param",
    "log_artifact": "artifact",
    "log_artifacts": "artifact",
    "log_text": "artifact",
    "log_dict": "artifact",
    "log_figure": "artifact",
    "log_image": "artifact",
    "log_table": "artifact",
    "log_input": "dataset",
    "log_inputs": "dataset",
    "set_tag": "tag",
    "set_tags": "tag",
    "set_experiment_tag": "tag",
    "set_experiment_tags": "tag",
}
_CLIENT = {name: kind for name, kind in _FLUENT.items() if name != "set_experiment_tags"} | {
    "create_registered_model": "register",
    "create_model_version": "register",
}

TRACKER = Tracker(
    name="mlflow",
    roots=(
        "mlflow", "lightning", "pytorch_lightning", "transformers", "optuna", "optuna_integration", "ray", "composer",
        "accelerate", "zenml", "kedro_mlflow", "pycaret",
    ),
    calls={
        **{f"mlflow.{name}": kind for name, kind in _FLUENT.items()},
        **{f"mlflow.MlflowClient.{name}": kind for name, kind in _CLIENT.items()},
        "mlflow.autolog": "autolog",
        "mlflow.*.autolog": "autolog",
        "mlflow.*.log_model": "model",
        "mlflow.log_model": "model",
        "mlflow.register_model": "register",
        "mlflow.evaluate": "metric",
        "mlflow.models.evaluate": "metric",
        # Loggers of other libraries that write to MLflow.
        "lightning.pytorch.loggers.MLFlowLogger.log_hyperparams": "param",
        "lightning.pytorch.loggers.MLFlowLogger.log_metrics": "metric",
        "lightning.pytorch.loggers.MLFlowLogger": "metric param",
        "transformers.integrations.MLflowCallback": "metric param",
        "optuna.integration.MLflowCallback": "metric param",
        "optuna_integration.MLflowCallback": "metric param",
        "ray.air.integrations.mlflow.MLflowLoggerCallback": "metric param",
        "composer.loggers.MLFlowLogger": "metric param",
        "mlflow.keras.MlflowCallback": "metric param",
        "mlflow.tensorflow.MlflowCallback": "metric param",
        "mlflow.pytorch.MlflowModelCheckpointCallback": "model",
    },
    aliases={
        "mlflow.tracking.MlflowClient": "mlflow.MlflowClient",
        "mlflow.tracking.client.MlflowClient": "mlflow.MlflowClient",
        "mlflow.client.MlflowClient": "mlflow.MlflowClient",
        "mlflow.tracking.fluent": "mlflow",
        "mlflow.tracking.register_model": "mlflow.register_model",
        "mlflow.start_run": "mlflow.ActiveRun",
        "mlflow.tensorflow.callback.MlflowCallback": "mlflow.tensorflow.MlflowCallback",
        "mlflow.keras.callback.MlflowCallback": "mlflow.keras.MlflowCallback",
        "pytorch_lightning.loggers.MLFlowLogger": "lightning.pytorch.loggers.MLFlowLogger",
        "pytorch_lightning.loggers.mlflow.MLFlowLogger": "lightning.pytorch.loggers.MLFlowLogger",
        "lightning.pytorch.loggers.mlflow.MLFlowLogger": "lightning.pytorch.loggers.MLFlowLogger",
        "lightning.pytorch.loggers.MLFlowLogger.experiment": "mlflow.MlflowClient",
        "pytorch_lightning.loggers.MLFlowLogger.experiment": "mlflow.MlflowClient",
        "pytorch_lightning.loggers.mlflow.MLFlowLogger.experiment": "mlflow.MlflowClient",
        "optuna.integration.mlflow.MLflowCallback": "optuna.integration.MLflowCallback",
        "optuna_integration.mlflow.MLflowCallback": "optuna_integration.MLflowCallback",
        "ray.tune.integration.mlflow.MLflowLoggerCallback": "ray.air.integrations.mlflow.MLflowLoggerCallback",
        "transformers.integrations.integration_utils.MLflowCallback": "transformers.integrations.MLflowCallback",
        "ray.air.integrations.mlflow.setup_mlflow": "mlflow",
    },
)

# By which door a project reaches MLflow: beginnings of imported or called names -> word of the fact `via`.
DOORS = {
    "lightning.pytorch.loggers.MLFlowLogger": "lightning",
    "pytorch_lightning.loggers.MLFlowLogger": "lightning",
    "pytorch_lightning.loggers.mlflow": "lightning",
    "lightning.pytorch.loggers.mlflow": "lightning",
    "transformers.integrations.MLflowCallback": "hf",
    "optuna.integration.MLflowCallback": "optuna",
    "optuna.integration.mlflow": "optuna",
    "optuna_integration.MLflowCallback": "optuna",
    "optuna_integration.mlflow": "optuna",
    "kedro_mlflow": "kedro",
    "zenml.integrations.mlflow": "zenml",
    "ray.air.integrations.mlflow": "other",
    "ray.tune.integration.mlflow": "other",
    "composer.loggers.MLFlowLogger": "other",
}

STARTS = frozenset({"mlflow.start_run"})
ENDS = frozenset({"mlflow.end_run"})
CLIENT_STARTS = frozenset({"mlflow.MlflowClient.create_run"})
SETS_URI = frozenset({"mlflow.set_tracking_uri", "mlflow.set_registry_uri"})
REST_PATH = "api/2.0/mlflow"
REGISTERING_KEYWORD = "registered_model_name"
SIGNATURE_KEYWORDS = frozenset({"signature", "input_example"})

# Fluent calls that write to the active run, and open one where there is none.
WRITES_TO_ACTIVE_RUN = frozenset(f"mlflow.{name}" for name in _FLUENT if not name.startswith("set_experiment"))

# Of each autologging function, the first parts of the libraries whose training it covers. ``mlflow.autolog`` covers all.
AUTOLOG_COVERS = {
    "sklearn": ("sklearn",),
    "tensorflow": ("keras", "tensorflow"),
    "keras": ("keras", "tensorflow"),
    "pytorch": ("lightning",),
    "xgboost": ("xgboost",),
    "lightgbm": ("lightgbm",),
    "statsmodels": ("statsmodels",),
    "spark": ("pyspark",),
    "pyspark": ("pyspark",),
    "fastai": ("fastai",),
    "paddle": ("paddle",),
    "gluon": ("mxnet",),
    "transformers": ("transformers",),
    "catboost": (),
}
AUTOLOG_COVERS_ALL = tuple(sorted({root for roots in AUTOLOG_COVERS.values() for root in roots}))
