"""MLflow, versions 1 to 3: the fluent interface, the client, flavours, and what other libraries log to it."""

from __future__ import annotations

from bis._audit.trackers import integrations
from bis._audit.trackers.table import Tracker

# Methods that a run is written with, by the fluent interface and by the client.
_WRITING = {
    "log_param": "param",
    "log_metric": "metric",
    "log_artifact": "artifact",
    "log_artifacts": "artifact",
    "log_text": "artifact",
    "log_dict": "artifact",
    "log_figure": "artifact",
    "log_image": "artifact",
    "log_table": "artifact",
    "log_stream": "artifact",
    "log_inputs": "dataset",
    "set_tag": "tag",
    "log_model_params": "param",
    "set_logged_model_tags": "model_tag",
    "set_experiment_tag": "experiment_tag",
    "set_model_version_tag": "model_tag",
}
_FLUENT = _WRITING | {
    "log_params": "param",
    "log_metrics": "metric",
    "log_input": "dataset",
    "set_tags": "tag",
    "set_experiment_tags": "experiment_tag",
}
_CLIENT = _WRITING | {
    "log_batch": "metric param",
    "set_registered_model_tag": "model_tag",
    "log_model_artifact": "artifact",
    "log_model_artifacts": "artifact",
    "create_logged_model": "model",
    "create_registered_model": "register",
    "create_model_version": "register",
    "copy_model_version": "register",
}

# Submodules with `log_model` and `load_model`.
FLAVOURS = (
    "catboost",
    "diffusers",
    "dspy",
    "h2o",
    "johnsnowlabs",
    "keras",
    "langchain",
    "lightgbm",
    "llama_index",
    "onnx",
    "openai",
    "paddle",
    "pmdarima",
    "prophet",
    "pyfunc",
    "pytorch",
    "sentence_transformers",
    "sklearn",
    "spacy",
    "spark",
    "statsmodels",
    "tensorflow",
    "transformers",
    "xgboost",
    # of earlier versions
    "crewai",
    "diviner",
    "fastai",
    "gluon",
    "mleap",
    "promptflow",
    "rfunc",
)

# Of models that are asked, and trained by others.
ASKED_FLAVOURS = frozenset(
    {
        "langchain", "openai", "llama_index", "dspy", "crewai", "promptflow", "transformers", "sentence_transformers",
        "diffusers", "johnsnowlabs",
    }
)  # fmt: skip

# Clients of Databricks' tables of features log a model with how its features are looked up.
_OF_FEATURES = (
    "databricks.feature_engineering.FeatureEngineeringClient.log_model",
    "databricks.feature_store.FeatureStoreClient.log_model",
)

TRACKER = Tracker(
    name="mlflow",
    roots=(
        "mlflow",
        "lightning",
        "pytorch_lightning",
        "transformers",
        "optuna",
        "optuna_integration",
        "ray",
        "composer",
        "accelerate",
        "zenml",
        "kedro_mlflow",
        "pycaret",
        "pymc_marketing",
        "anomalib",
        "ignite",
        "skorch",
        "monai",
        "catalyst",
        "mmengine",
        "flytekitplugins",
        "dagster_mlflow",
        "databricks",
    ),
    calls={
        **{f"mlflow.{name}": kind for name, kind in _FLUENT.items()},
        **{f"mlflow.MlflowClient.{name}": kind for name, kind in _CLIENT.items()},
        "mlflow.autolog": "autolog",
        "mlflow.*.autolog": "autolog",
        "mlflow.pyspark.ml.autolog": "autolog",
        "mlflow.*.log_model": "model",
        "mlflow.models.Model.log": "model",
        "mlflow.create_external_model": "model",
        "mlflow.initialize_logged_model": "model",
        "mlflow.shap.log_explainer": "model",
        "mlflow.shap.log_explanation": "artifact",
        "mlflow.pytorch.log_state_dict": "artifact",
        "mlflow.register_model": "register",
        "mlflow.evaluate": "metric",
        "mlflow.models.evaluate": "metric",
        "mlflow.genai.evaluate": "metric",
        "mlflow.sklearn.eval_and_log_metrics": "metric",
        "mlflow.import_checkpoints": "model",
        "mlflow.keras.MlflowCallback": "metric param",
        "mlflow.tensorflow.MlflowCallback": "metric param",
        "mlflow.pytorch.MlflowModelCheckpointCallback": "model",
        **dict.fromkeys(_OF_FEATURES, "model"),
        **{one.name: one.kinds for one in integrations.MLFLOW if one.kinds},
        "lightning.pytorch.loggers.MLFlowLogger.log_hyperparams": "param",
        "lightning.pytorch.loggers.MLFlowLogger.log_metrics": "metric",
        "ignite.handlers.mlflow_logger.MLflowLogger.log_params": "param",
        "ignite.handlers.mlflow_logger.MLflowLogger.log_metrics": "metric",
        "composer.loggers.MLFlowLogger.log_hyperparameters": "param",
        "composer.loggers.MLFlowLogger.log_metrics": "metric",
        "composer.loggers.MLFlowLogger.log_images": "artifact",
        "composer.loggers.MLFlowLogger.log_model": "model",
        "composer.loggers.MLFlowLogger.register_model": "register",
    },
    aliases={
        "databricks.feature_engineering.client": "databricks.feature_engineering",
        "databricks.feature_store.client": "databricks.feature_store",
        "mlflow.tracking.MlflowClient": "mlflow.MlflowClient",
        "mlflow.tracking.client.MlflowClient": "mlflow.MlflowClient",
        "mlflow.client.MlflowClient": "mlflow.MlflowClient",
        "mlflow.tracking.fluent": "mlflow",
        "mlflow.tracking._model_registry.fluent": "mlflow",
        "mlflow.tracking.set_tracking_uri": "mlflow.set_tracking_uri",
        "mlflow.tracking.set_registry_uri": "mlflow.set_registry_uri",
        "mlflow.models.evaluation.evaluate": "mlflow.models.evaluate",
        "mlflow.models.model.Model": "mlflow.models.Model",
        "mlflow.tensorflow.callback.MlflowCallback": "mlflow.tensorflow.MlflowCallback",
        "mlflow.keras.callback.MlflowCallback": "mlflow.keras.MlflowCallback",
        **{alias: one.name for one in integrations.MLFLOW for alias in one.aliases},
        "lightning.pytorch.loggers.MLFlowLogger.experiment": "mlflow.MlflowClient",
    },
    makes={
        "mlflow.start_run": "mlflow.ActiveRun",
        "mlflow.active_run": "mlflow.ActiveRun",
        "ray.air.integrations.mlflow.setup_mlflow": "mlflow",
    },
    keywords={
        "mlflow.start_run": {"tags": "tag"},
        "mlflow.*.log_model": {"registered_model_name": "register"},
        "mlflow.*.autolog": {"registered_model_name": "register"},
        "mlflow.models.Model.log": {"registered_model_name": "register"},
        **{name: {"registered_model_name": "register"} for name in _OF_FEATURES},
        "mlflow.create_external_model": {"params": "param", "tags": "model_tag"},
        "mlflow.initialize_logged_model": {"params": "param", "tags": "model_tag"},
        "mlflow.import_checkpoints": {"params": "param"},
        "mlflow.create_experiment": {"tags": "experiment_tag"},
        "mlflow.MlflowClient.create_experiment": {"tags": "experiment_tag"},
        "mlflow.register_model": {"tags": "model_tag"},
        "mlflow.MlflowClient.create_registered_model": {"tags": "model_tag"},
        "mlflow.MlflowClient.create_model_version": {"tags": "model_tag"},
        "mlflow.MlflowClient.create_run": {"tags": "tag"},
        "mlflow.MlflowClient.log_batch": {"tags": "tag"},
        "lightning.pytorch.loggers.MLFlowLogger": {"tags": "tag"},
        "ray.air.integrations.mlflow.MLflowLoggerCallback": {"tags": "tag"},
        "ray.air.integrations.mlflow.setup_mlflow": {"tags": "tag"},
    },
)

# Names of earlier versions that the newest no longer has; a test compares all others with the installed MLflow.
REMOVED = frozenset(
    {
        "mlflow.sklearn.eval_and_log_metrics",
        "mlflow.gluon.autolog",
        "mlflow.fastai.autolog",
        "mlflow.promptflow.autolog",
        *(
            f"mlflow.{flavour}.log_model"
            for flavour in ("crewai", "diviner", "fastai", "gluon", "mleap", "promptflow", "rfunc")
        ),
    }
)

DOORS = integrations.DOORS

STARTS = frozenset({"mlflow.start_run", "mlflow.tracking.fluent.start_run"})
ENDS = frozenset({"mlflow.end_run", "mlflow.tracking.fluent.end_run"})
CLIENT_STARTS = frozenset({"mlflow.MlflowClient.create_run"})
CLIENT_ENDS = frozenset({"mlflow.MlflowClient.set_terminated"})
# Calls that are given the address of a store, by `tracking_uri` or at one of these positions.
TAKES_URI: dict[str, tuple[int, ...]] = {
    "mlflow.set_tracking_uri": (0,),
    "mlflow.set_registry_uri": (0,),
    "mlflow.MlflowClient": (0,),
    # the second argument until Lightning 1.2, the third since
    "lightning.pytorch.loggers.MLFlowLogger": (1, 2),
    "optuna.integration.MLflowCallback": (0,),
    "ray.air.integrations.mlflow.MLflowLoggerCallback": (0,),
    "ray.air.integrations.mlflow.setup_mlflow": (1,),
    "composer.loggers.MLFlowLogger": (),
    "ignite.handlers.mlflow_logger.MLflowLogger": (0,),
    "monai.handlers.MLFlowHandler": (0,),
    "anomalib.loggers.AnomalibMLFlowLogger": (),
    "catalyst.loggers.mlflow.MLflowLogger": (2,),
    "mmengine.visualization.MLflowVisBackend": (),
}
SETS_EXPERIMENT = frozenset({"mlflow.set_experiment", "mlflow.tracking.fluent.set_experiment"})
REGISTERING_KEYWORD = "registered_model_name"
SIGNATURE_KEYWORDS = frozenset({"signature", "input_example"})

# Fluent calls that write to the active run, and open one where there is none.
WRITES_TO_ACTIVE_RUN = frozenset(
    f"mlflow.{name}"
    for name in _FLUENT
    if name
    not in {
        "set_experiment_tag",
        "set_experiment_tags",
        "set_model_version_tag",
        "set_logged_model_tags",
        "log_model_params",
    }
)

# Calls that read a run or what it holds: name -> position and keyword of the run id, or of an address with one in it.
READS_RUN: dict[str, tuple[int, str]] = {
    "mlflow.start_run": (0, "run_id"),
    "mlflow.get_run": (0, "run_id"),
    "mlflow.delete_run": (0, "run_id"),
    "mlflow.register_model": (0, "model_uri"),
    "mlflow.evaluate": (0, "model"),
    "mlflow.models.evaluate": (0, "model"),
    "mlflow.load_table": (1, "run_ids"),
    "mlflow.artifacts.download_artifacts": (0, "artifact_uri"),
    "mlflow.artifacts.list_artifacts": (0, "artifact_uri"),
    "mlflow.artifacts.load_dict": (0, "artifact_uri"),
    "mlflow.artifacts.load_image": (0, "artifact_uri"),
    "mlflow.artifacts.load_text": (0, "artifact_uri"),
    "mlflow.models.get_model_info": (0, "model_uri"),
    "mlflow.models.predict": (0, "model_uri"),
    "mlflow.pyfunc.spark_udf": (1, "model_uri"),
    "mlflow.pytorch.load_checkpoint": (1, "run_id"),
    "mlflow.tensorflow.load_checkpoint": (1, "run_id"),
    **{f"mlflow.{flavour}.load_model": (0, "model_uri") for flavour in FLAVOURS},
    **{
        f"mlflow.MlflowClient.{name}": (0, "run_id")
        for name in (
            "get_run",
            "get_parent_run",
            "get_metric_history",
            "list_artifacts",
            "download_artifacts",
            "delete_run",
            "log_batch",
            "set_terminated",
            "update_run",
            "restore_run",
            "log_param",
            "log_metric",
            "set_tag",
            "delete_tag",
            "log_artifact",
            "log_artifacts",
            "log_text",
            "log_dict",
            "log_figure",
            "log_image",
            "log_table",
            "log_inputs",
        )
    },
    "mlflow.MlflowClient.create_model_version": (2, "run_id"),
}

# Of each autologging function, the first parts of the libraries whose training it covers; ``mlflow.autolog``: all.
AUTOLOG_COVERS = {
    "sklearn": ("sklearn",),
    "tensorflow": ("keras", "tensorflow"),
    "keras": ("keras", "tensorflow"),
    "pytorch": ("lightning", "flash", "anomalib"),  # what trains with Lightning's Trainer
    "xgboost": ("xgboost",),
    "lightgbm": ("lightgbm",),
    "statsmodels": ("statsmodels",),
    "spark": ("pyspark",),
    "pyspark": ("pyspark",),
    "fastai": ("fastai",),
    "paddle": ("paddle",),
    "gluon": ("mxnet",),
    "transformers": ("transformers",),
}
AUTOLOG_COVERS_ALL = tuple(sorted({root for roots in AUTOLOG_COVERS.values() for root in roots}))
# Those of which it logs the data sets; Spark's it names by where they are read from.
AUTOLOG_DESCRIBES = frozenset({"sklearn", "tensorflow", "keras", "xgboost", "lightgbm", "pyspark"})
