"""Other libraries that write to a tracker when they are asked to: by a logger, a callback, or one of their arguments.

Names were looked up in lightning 2.6, transformers 5.24, optuna-integration 5.0, ray 2.60, composer 0.32, ignite 0.5,
skorch 1.4, monai 1.6, catalyst 22.4, mmengine 0.10, anomalib 2.7, kedro-mlflow 2.0, zenml 0.98, pycaret 3.3,
accelerate 1.15 and ultralytics 8.4; some are of their earlier versions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Integration:
    """An object of another library that writes to MLflow once it is made.

    `door` is the word of the fact ``via``. `kinds` is what it then logs, words of
    `bis.model.project_audit.KINDS` with spaces between; empty where the project's own calls still decide. `aliases` are
    its other names.
    """

    name: str
    door: str
    kinds: str
    aliases: tuple[str, ...] = ()


MLFLOW: tuple[Integration, ...] = (
    Integration(
        "lightning.pytorch.loggers.MLFlowLogger",
        "lightning",
        "metric",
        (
            "lightning.pytorch.loggers.mlflow.MLFlowLogger",
            "pytorch_lightning.loggers.MLFlowLogger",
            "pytorch_lightning.loggers.mlflow.MLFlowLogger",
            "pytorch_lightning.logging.MLFlowLogger",
        ),
    ),
    Integration(
        "anomalib.loggers.AnomalibMLFlowLogger",
        "lightning",
        "metric param",
        ("anomalib.loggers.mlflow.AnomalibMLFlowLogger",),
    ),
    Integration(
        "transformers.integrations.MLflowCallback",
        "hf",
        "metric param",
        ("transformers.integrations.integration_utils.MLflowCallback",),
    ),
    Integration(
        "optuna.integration.MLflowCallback",
        "optuna",
        "metric param",
        (
            "optuna.integration.mlflow.MLflowCallback",
            "optuna_integration.MLflowCallback",
            "optuna_integration.mlflow.MLflowCallback",
        ),
    ),
    Integration(
        "ray.air.integrations.mlflow.MLflowLoggerCallback",
        "other",
        "metric param",
        (
            "ray.tune.integration.mlflow.MLflowLoggerCallback",
            "ray.air.callbacks.mlflow.MLflowLoggerCallback",
            "ray.tune.logger.MLFLowLogger",
            "ray.tune.integration.mlflow.MLflowLogger",
        ),
    ),
    Integration(
        "ray.air.integrations.mlflow.setup_mlflow", "other", "param", ("ray.tune.integration.mlflow.setup_mlflow",)
    ),
    Integration("ray.tune.integration.mlflow.mlflow_mixin", "other", ""),
    Integration("pymc_marketing.mlflow.autolog", "other", "autolog"),
    Integration(
        "composer.loggers.MLFlowLogger", "other", "metric param", ("composer.loggers.mlflow_logger.MLFlowLogger",)
    ),
    Integration(
        "ignite.handlers.mlflow_logger.MLflowLogger",
        "other",
        "metric",
        (
            "ignite.handlers.MLflowLogger",
            "ignite.contrib.handlers.MLflowLogger",
            "ignite.contrib.handlers.mlflow_logger.MLflowLogger",
        ),
    ),
    Integration(
        "skorch.callbacks.MlflowLogger", "other", "metric artifact", ("skorch.callbacks.logging.MlflowLogger",)
    ),
    Integration(
        "monai.handlers.MLFlowHandler", "other", "metric param", ("monai.handlers.mlflow_handler.MLFlowHandler",)
    ),
    Integration("catalyst.loggers.mlflow.MLflowLogger", "other", "metric param", ("catalyst.dl.MLflowLogger",)),
    Integration(
        "mmengine.visualization.MLflowVisBackend",
        "other",
        "metric param",
        ("mmengine.visualization.vis_backend.MLflowVisBackend",),
    ),
    Integration("accelerate.tracking.MLflowTracker", "hf", "metric param"),
    Integration(
        "flytekitplugins.mlflow.mlflow_autolog", "other", "autolog", ("flytekitplugins.mlflow.tracking.mlflow_autolog",)
    ),
    Integration("dagster_mlflow.mlflow_tracking", "other", "", ("dagster_mlflow.resources.mlflow_tracking",)),
    Integration(
        "kedro_mlflow.framework.hooks.MlflowHook",
        "kedro",
        "param",
        ("kedro_mlflow.framework.hooks.mlflow_hook.MlflowHook",),
    ),
    Integration(
        "kedro_mlflow.pipeline.pipeline_ml_factory",
        "kedro",
        "model",
        ("kedro_mlflow.pipeline.pipeline_ml_factory.pipeline_ml_factory",),
    ),
    Integration(
        "kedro_mlflow.io.metrics.MlflowMetricDataset",
        "kedro",
        "metric",
        ("kedro_mlflow.io.metrics.MlflowMetricDataSet",),
    ),
    Integration("kedro_mlflow.io.metrics.MlflowMetricHistoryDataset", "kedro", "metric"),
    Integration(
        "kedro_mlflow.io.metrics.MlflowMetricsHistoryDataset",
        "kedro",
        "metric",
        ("kedro_mlflow.io.metrics.MlflowMetricsDataSet", "kedro_mlflow.io.metrics.MlflowMetricsDataset"),
    ),
    Integration(
        "kedro_mlflow.io.artifacts.MlflowArtifactDataset",
        "kedro",
        "artifact",
        ("kedro_mlflow.io.artifacts.MlflowArtifactDataSet",),
    ),
    Integration(
        "kedro_mlflow.io.models.MlflowModelTrackingDataset",
        "kedro",
        "model",
        ("kedro_mlflow.io.models.MlflowModelLoggerDataSet", "kedro_mlflow.io.models.MlflowModelTrackingDataSet"),
    ),
    Integration(
        "zenml.integrations.mlflow.steps.mlflow_registry.mlflow_register_model_step",
        "zenml",
        "register",
        ("zenml.integrations.mlflow.steps.mlflow_register_model_step",),
    ),
    Integration("zenml.integrations.mlflow.mlflow_step_decorator.enable_mlflow", "zenml", ""),
)

# Prefixes of imported or called names -> word of the fact `via`.
DOORS: dict[str, str] = {
    **{name: one.door for one in MLFLOW for name in (one.name, *one.aliases)},
    "pytorch_lightning.loggers.mlflow": "lightning",
    "lightning.pytorch.loggers.mlflow": "lightning",
    "optuna.integration.mlflow": "optuna",
    "optuna_integration.mlflow": "optuna",
    "ray.air.integrations.mlflow": "other",
    "ray.tune.integration.mlflow": "other",
    "kedro_mlflow": "kedro",
    "zenml.integrations.mlflow": "zenml",
    "dagster_mlflow": "other",
    "flytekitplugins.mlflow": "other",
    "azureml.mlflow": "other",
}
# Calls whose argument opens a door, whatever its value: `@step(experiment_tracker=...)`.
DOOR_KEYWORDS: dict[str, tuple[str, str]] = {
    "zenml.step": ("experiment_tracker", "zenml"),
    "zenml.steps.step": ("experiment_tracker", "zenml"),
}

# Words that other libraries have for trackers, in the order in which one of several is named.
WORDS: dict[str, str] = {
    "mlflow": "mlflow",
    "wandb": "wandb",
    "comet_ml": "comet",
    "clearml": "clearml",
    "neptune": "neptune",
    "aim": "aim",
    "dvclive": "dvclive",
    "tensorboard": "tensorboard",
}
EVERY = "all"  # the word for all trackers that are installed


@dataclass(frozen=True, slots=True)
class Switch:
    """An argument that names the trackers to write to (with `yes`, also True for MLflow), and what is logged then."""

    keyword: str
    kinds: tuple[str, ...]
    yes: bool = False


_REPORT = Switch("report_to", ("param", "metric"))
_SWITCHES: dict[str, Switch] = {"accelerate.Accelerator": Switch("log_with", ("param", "metric"))}
_SETUP = Switch("log_experiment", ("param", "metric", "model"), yes=True)


def switch_of(api: str) -> Switch | None:
    """The argument by which a call of another library turns tracking on; None where it has none.

    Without ``report_to``, Hugging Face's training arguments report to all trackers that are installed, since version 5
    to none: the answer is not known then.
    """
    root, _dot, rest = api.partition(".")
    if root in _ARGUMENTS:
        return _REPORT if rest.endswith(_ARGUMENTS[root]) else None
    if root == "pycaret":
        return _SETUP if rest.endswith(".setup") else None
    return _SWITCHES.get(api)


_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "transformers": ("TrainingArguments",),
    "setfit": ("TrainingArguments",),
    "sentence_transformers": ("TrainingArguments",),
    "optimum": ("TrainingArguments",),
    "trl": ("Config", "TrainingArguments"),
    "adapters": ("TrainingArguments",),
}
REPORTING_ROOTS = frozenset(_ARGUMENTS)
SWITCH_ROOTS = frozenset({*REPORTING_ROOTS, "pycaret", "accelerate"})

# Settings of Ultralytics by the same words: ``settings.update({"mlflow": True})``.
SETTINGS = frozenset({"ultralytics.settings.update", "ultralytics.utils.SETTINGS.update"})
# Its trainings write to MLflow wherever that is installed, unless the setting says no (versions 8.1 to 8.4).
TRAINING_ROOT = "ultralytics"
TRAINING_KINDS = ("param", "metric", "artifact")
