"""What calls trace by themselves, with which tracker."""

from __future__ import annotations

import pytest

from bis._audit.questions.tracking_calls import kinds_of
from tests.unit._audit.small_projects import last_call, script
from tests.unit._audit.trackers.calls import call


@pytest.mark.parametrize(
    ("api", "tracker", "kinds"),
    [
        ("mlflow.log_param", "mlflow", ("param",)),
        ("mlflow.tracking.fluent.log_metrics", "mlflow", ("metric",)),
        ("mlflow.tracking.MlflowClient.log_batch", "mlflow", ("metric", "param")),
        ("mlflow.sklearn.log_model", "mlflow", ("model",)),
        ("mlflow.keras.autolog", "mlflow", ("autolog",)),
        ("pytorch_lightning.loggers.MLFlowLogger", "mlflow", ("metric",)),
        ("pytorch_lightning.loggers.mlflow.MLFlowLogger.experiment.log_artifact", "mlflow", ("artifact",)),
        ("optuna.integration.mlflow.MLflowCallback", "mlflow", ("metric", "param")),
        ("ray.air.integrations.mlflow.setup_mlflow.log_metrics", "mlflow", ("metric",)),
        ("wandb.init.log", "wandb", ("metric",)),
        ("trains.Task.init.get_logger.report_scalar", "clearml", ("metric",)),
        ("comet_ml.start.log_parameters", "comet", ("param",)),
        ("neptune.new.log_metric", "neptune", ("metric",)),
        ("aim.sdk.run.Run.track", "aim", ("metric",)),
        ("dvclive.live.Live.log_params", "dvclive", ("param",)),
        ("tensorboardX.SummaryWriter.add_hparams", "tensorboard", ("param",)),
        ("sacred.Experiment.log_scalar", "sacred", ("metric",)),
    ],
)
def test_kinds_of_listed_calls(api: str, tracker: str, kinds: tuple[str, ...]) -> None:
    """Calls are found under every name by which they are imported."""
    assert kinds_of(call(api)) == (tracker, kinds)


@pytest.mark.parametrize(
    "api",
    [
        "transformers.Trainer.log_metrics",
        "azureml.core.Run.register_model",
        "tensorflow.saved_model.save",
        "mlflow.sklearn.save_model",
        "mlflow.start_run",
        "mlflow.tracking.MlflowClient",
        "wandb.init",
        ".log_param",
        "@log_metric",
        "mlflow_export.log_param",
    ],
)
def test_kinds_of_look_alikes_trace_nothing(api: str) -> None:
    """Calls of other libraries by the same names, and calls that only open something, trace nothing."""
    assert kinds_of(call(api)) is None


def test_kinds_of_disabled_autologging_traces_nothing() -> None:
    """Autologging that is switched off traces nothing."""
    assert kinds_of(call("mlflow.sklearn.autolog", disable=True)) is None
    assert kinds_of(call("mlflow.sklearn.autolog", disable=False)) == ("mlflow", ("autolog",))


def test_kinds_of_registering_log_model_registers() -> None:
    """A model that is logged under a registered name is registered; under None it is not."""
    assert kinds_of(call("mlflow.sklearn.log_model", registered_model_name="m")) == (
        "mlflow",
        ("model", "register"),
    )
    assert kinds_of(call("mlflow.sklearn.log_model", registered_model_name=None)) == (
        "mlflow",
        ("model",),
    )


@pytest.mark.parametrize("flavour", ["sklearn", "tensorflow", "xgboost"])
def test_kinds_of_registering_autologging_registers(flavour: str) -> None:
    """Models that autologging logs under a registered name are registered, unless it is switched off."""
    assert kinds_of(call(f"mlflow.{flavour}.autolog", registered_model_name="m")) == ("mlflow", ("autolog", "register"))
    assert kinds_of(call(f"mlflow.{flavour}.autolog", registered_model_name="m", disable=True)) is None


def test_kinds_of_run_with_tags_sets_tags() -> None:
    """A run that is started with tags sets them."""
    assert kinds_of(call("mlflow.start_run", tags={"team": "a"})) == ("mlflow", ("tag",))


def test_kinds_of_wandb_configuration_is_parameters() -> None:
    """A configuration that a run is started with is its parameters."""
    assert kinds_of(call("wandb.init", project="p", config={"lr": 0.1})) == ("wandb", ("param",))


@pytest.mark.parametrize(
    ("report_to", "tracker"),
    [("mlflow", "mlflow"), (["tensorboard", "mlflow"], "mlflow"), ("all", "mlflow"), ("wandb", "wandb")],
)
def test_kinds_of_training_arguments_report(report_to: object, tracker: str) -> None:
    """Training arguments that name a tracker log parameters and metrics to it."""
    made = call("transformers.TrainingArguments", "out", report_to=report_to)
    assert kinds_of(made) == (tracker, ("param", "metric"))


@pytest.mark.parametrize("given", [{}, {"report_to": "none"}, {"report_to": []}])
def test_kinds_of_training_arguments_without_tracker_trace_nothing(given: dict[str, object]) -> None:
    """Training arguments that name no tracker tell nothing."""
    assert kinds_of(call("transformers.TrainingArguments", "out", **given)) is None


def test_kinds_of_trl_configuration_reports() -> None:
    """The configurations of TRL are training arguments."""
    assert kinds_of(call("trl.SFTConfig", report_to=["mlflow"])) == ("mlflow", ("param", "metric"))


def test_kinds_of_pycaret_setup_logs_where_it_is_told() -> None:
    """PyCaret logs experiments to MLflow when it is told to."""
    found = ("mlflow", ("param", "metric", "model"))
    assert kinds_of(call("pycaret.classification.setup", log_experiment=True)) == found
    assert kinds_of(call("pycaret.classification.setup", log_experiment="mlflow")) == found
    assert kinds_of(call("pycaret.classification.setup")) is None


def test_kinds_of_ultralytics_settings_switch_tracking_on() -> None:
    """The settings of Ultralytics switch a tracker on, as a dictionary or by keyword."""
    found = ("mlflow", ("param", "metric", "artifact"))
    assert kinds_of(call("ultralytics.settings.update", {"mlflow": True})) == found
    assert kinds_of(call("ultralytics.settings.update", mlflow=True)) == found
    assert kinds_of(call("ultralytics.settings.update", {"mlflow": False})) is None


@pytest.mark.parametrize(
    ("given", "tracker"),
    [
        ('["mlflow"] if tracked else []', "mlflow"),
        ('"mlflow" if tracked else "none"', "mlflow"),
        ('[] if quiet else ["wandb"]', "wandb"),
        ('["mlflow" if tracked else "none"]', "mlflow"),
        ('"none" if quiet else []', None),
        ("names if tracked else []", None),
    ],
)
def test_kinds_of_training_arguments_that_choose(given: str, tracker: str | None) -> None:
    """A tracker in one branch of an expression may be told."""
    made = last_call(script(f"from transformers import TrainingArguments\nTrainingArguments('o', report_to={given})"))
    known = kinds_of(made)
    assert (known[0] if known is not None else None) == tracker
