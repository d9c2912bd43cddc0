"""Tests of the tables of libraries that write to a tracker."""

from __future__ import annotations

from bis._audit.trackers import integrations
from bis.model.project_audit import KINDS

DOORS = {"api", "client", "lightning", "hf", "kedro", "zenml", "optuna", "rest", "other"}


def test_mlflow_integrations_use_known_words() -> None:
    """Doors are the words of the fact, kinds those of the model, and no name is listed twice."""
    names = [name for one in integrations.MLFLOW for name in (one.name, *one.aliases)]
    assert len(names) == len(set(names))
    for one in integrations.MLFLOW:
        assert one.door in DOORS
        assert set(one.kinds.split()) <= set(KINDS)
    assert set(integrations.DOORS.values()) <= DOORS
    assert {door for _keyword, door in integrations.DOOR_KEYWORDS.values()} <= DOORS


def test_doors_each_integration_has_its_own() -> None:
    """The doors name every integration under each of its names."""
    for one in integrations.MLFLOW:
        for name in (one.name, *one.aliases):
            assert integrations.DOORS[name] == one.door


def test_switch_of_training_arguments() -> None:
    """Training arguments of all of Hugging Face's libraries have the same switch."""
    for api in (
        "transformers.Seq2SeqTrainingArguments",
        "transformers.training_args.TrainingArguments",
        "trl.DPOConfig",
    ):
        found = integrations.switch_of(api)
        assert found is not None
        assert found.keyword == "report_to"


def test_switch_of_other_calls_is_none() -> None:
    """A call of the same libraries that is no configuration has no switch."""
    for api in (
        "transformers.Trainer",
        "transformers.AutoConfig",
        "trl.SFTTrainer",
        "pycaret.classification.predict_model",
    ):
        assert integrations.switch_of(api) is None


def test_switch_of_only_in_announced_libraries() -> None:
    """The libraries that have switches are announced, so that all other calls are passed over."""
    for api in (
        "transformers.TrainingArguments",
        "pycaret.regression.setup",
        "accelerate.Accelerator",
        "trl.PPOConfig",
    ):
        assert integrations.switch_of(api) is not None
        assert api.partition(".")[0] in integrations.SWITCH_ROOTS
