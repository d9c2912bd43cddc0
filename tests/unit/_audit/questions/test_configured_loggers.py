"""What is logged because a configuration says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = (
    "import hydra, lightning as L\n"
    "@hydra.main(config_path='configs')\n"
    "def main(cfg):\n"
    "    logger = hydra.utils.instantiate(cfg.logger)\n"
    "    model = hydra.utils.instantiate(cfg.model)\n"
    "    L.Trainer(logger=logger).fit(model)\n"
    "main()\n"
)
NET = "import lightning as L\nclass Net(L.LightningModule):\n    def __init__(self, lr):\n"
NET += "        self.save_hyperparameters()\n"
LOGGER = {"configs/logger.yaml": "_target_: lightning.pytorch.loggers.mlflow.MLFlowLogger\n"}
MODEL = {"configs/model.yaml": "_target_: src.net.Net\n", "src/__init__.py": "", "src/net.py": NET}


def facts(folder: Path, files: dict[str, str], *names: str) -> list[object]:
    """Values of facts of a project on disk."""
    found = audit_project(write(folder, files), "p").facts
    return [found[name].value for name in names]


def test_a_logger_that_hydra_makes_logs(tmp_path: Path) -> None:
    """What modules save reaches it, as it does one that the code makes; without it nothing is logged to MLflow."""
    files = {"train.py": TRAIN, **MODEL}
    names = ("uses_mlflow", "via", "logs_metrics", "logs_params", "sets_tags")
    assert facts(tmp_path / "a", {**files, **LOGGER}, *names) == ["yes", ("lightning",), "yes", "yes", "no"]
    assert facts(tmp_path / "b", files, *names) == ["no", (), "no", "no", "no"]
    tags = {"configs/logger.yaml": LOGGER["configs/logger.yaml"] + "tags: {team: a}\n"}
    assert facts(tmp_path / "c", {**files, **tags}, "sets_tags") == ["yes"]


def test_of_a_group_only_the_chosen_one_counts(tmp_path: Path) -> None:
    """A template has one file for each tracker."""
    both = {
        "configs/logger/mlflow.yaml": LOGGER["configs/logger.yaml"],
        "configs/logger/wandb.yaml": "_target_: lightning.pytorch.loggers.WandbLogger\n",
    }
    for name, value in (("mlflow", "yes"), ("wandb", "no")):
        files = {"train.py": TRAIN, **MODEL, **both, "configs/train.yaml": f"defaults:\n  - logger: {name}\n"}
        assert facts(tmp_path / name, files, "logs_metrics") == [value]


@pytest.mark.parametrize(
    ("call", "name", "value"),
    [
        ("trainer.logger.log_hyperparams({'a': 1})", "logs_params", "yes"),
        ("logger.experiment.log_artifact(logger.run_id, 'a')", "logs_artifact", "yes"),
        ("logger.experiment.log_artifact('a')", "logs_artifact", "no"),
        ("model.log_hyperparams({'a': 1})", "logs_params", "no"),
    ],
)
def test_calls_on_a_logger_that_is_handed_on(call: str, name: str, value: str, tmp_path: Path) -> None:
    """The client of MLflow is told from those of others by the run that it is given."""
    files = {"train.py": TRAIN.replace("main()\n", f"def log(trainer, model, logger):\n    {call}\n"), **LOGGER}
    assert facts(tmp_path, files, name) == [value]


PIPELINE = "from kedro.pipeline import node\nfrom sklearn.svm import SVC\ndef fit(x):\n    SVC().fit(x, x)\n"


def test_kedros_plugin_logs_all_parameters(tmp_path: Path) -> None:
    """It is loaded wherever it is installed: a project of Kedro that declares it has it."""
    plugin = {"requirements.txt": "kedro==0.18\nkedro-mlflow==0.11\n"}
    assert facts(tmp_path / "a", {"a.py": PIPELINE, **plugin}, "logs_params", "params_not_logged_at_all") == [
        "yes",
        "no",
    ]
    assert facts(tmp_path / "b", {"a.py": PIPELINE}, "logs_params") == ["no"]
    assert facts(tmp_path / "c", {"a.py": "import os\n", **plugin}, "logs_params") == ["no"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("metrics.MlflowMetricDataSet", "logs_metrics"),
        ("artifacts.MlflowArtifactDataset", "logs_artifact"),
        ("models.MlflowModelTrackingDataset", "logs_model"),
    ],
)
def test_kedros_catalogue_logs(kind: str, name: str, tmp_path: Path) -> None:
    """Data sets of the plug-in, by their names of either spelling."""
    catalog = {"conf/base/catalog.yml": f"m:\n  type: kedro_mlflow.io.{kind}\n"}
    assert facts(tmp_path, {"a.py": PIPELINE, **catalog}, name) == ["yes"]


def test_a_pipeline_of_kedros_plugin_logs_its_model(tmp_path: Path) -> None:
    """`pipeline_ml_factory` keeps the pipeline of inference as a model."""
    code = "from kedro_mlflow.pipeline import pipeline_ml_factory as f\nf(training=a, inference=b, input_name='x')\n"
    assert facts(tmp_path, {"a.py": PIPELINE + code}, "logs_model") == ["yes"]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("from kedro_mlflow.io.metrics import MlflowMetricDataSet\n", "yes"),
        ("import kedro_mlflow\n", "yes"),
        ("import kedro\n", "no"),
    ],
)
def test_the_plug_in_of_kedro_logs_where_it_is_imported(code: str, value: str, tmp_path: Path) -> None:
    """It is installed then, whether or not a list declares it."""
    files = {"a.py": code + "import kedro\nimport mlflow\n"}
    assert facts(tmp_path, files, "logs_params") == [value]
