"""What configurations make: classes named by Hydra, Lightning's command line, and Kedro."""

from __future__ import annotations

import pytest

from bis._audit.files.configurations import configured, is_configuration, makes_objects, targets

HYDRA = "mlflow:\n  _target_: lightning.pytorch.loggers.MLFlowLogger\n  run_name: null\n  tags:\n    a: b\n"
WANDB = "wandb:\n  _target_: lightning.pytorch.loggers.wandb.WandbLogger\n"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("configs/logger/mlflow.yaml", True),
        ("conf/base/catalog.yml", True),
        ("config.yaml", True),
        ("src/trainer_small.yml", True),
        ("data/labels.yaml", False),
        ("configs/readme.md", False),
        (".github/workflows/test.yml", False),
    ],
)
def test_configurations_are_known_by_name_or_folder(path: str, is_one: bool) -> None:
    """Others of YAML may be data."""
    assert is_configuration(path) is is_one


def test_only_texts_that_name_a_class_or_belong_together_are_kept() -> None:
    """A list of settings makes nothing."""
    assert makes_objects(HYDRA)
    assert makes_objects("defaults:\n  - logger: mlflow\n")
    assert not makes_objects("lr: 0.1\n")


@pytest.mark.parametrize(
    ("text", "line", "keys"),
    [
        (HYDRA, 2, {"_target_", "tags"}),
        ("- class_path: a.MLFlowLogger\n  init_args:\n    tags: {a: b}\n", 1, {"class_path", "init_args", "tags"}),
        ("m:\n  type: kedro_mlflow.io.metrics.MlflowMetricDataset\n", 2, {"type"}),
    ],
)  # fmt: skip
def test_what_is_made_has_its_line_and_its_arguments(text: str, line: int, keys: set[str]) -> None:
    """Arguments without a value are as good as left out."""
    (one,) = configured({"conf/a.yaml": text}, "mlflow")
    assert (one.place.line, set(one.keys), one.chosen) == (line, keys, True)


def test_a_template_is_read_by_its_lines() -> None:
    """What its program fills in is no YAML."""
    (one,) = configured({"conf/a.yaml": "{% if x %}\nm:\n  _target_: a.MLFlowLogger\n{% endif %}: [\n"}, "mlflow")
    assert (one.target, one.place.line) == ("a.MLFlowLogger", 3)


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ({}, True),
        ({"configs/logger/wandb.yaml": WANDB}, False),
        ({"configs/logger/wandb.yaml": WANDB, "configs/train.yaml": "defaults:\n  - logger: mlflow\n"}, True),
        ({"configs/logger/wandb.yaml": WANDB, "configs/train.yaml": "defaults:\n  - logger: wandb\n"}, False),
        ({"configs/logger/wandb.yaml": WANDB, "README.md": "python train.py logger=mlflow\n"}, True),
        ({"configs/logger/many.yaml": "defaults:\n  - mlflow\n" + WANDB}, False),
    ],
)
def test_of_a_group_of_loggers_the_one_that_is_named_is_chosen(others: dict[str, str], chosen: bool) -> None:
    """By a default, or by a command in a document."""
    (one,) = configured({"configs/logger/mlflow.yaml": HYDRA, **others}, "mlflow")
    assert one.chosen is chosen


def test_names_of_all_that_is_made() -> None:
    """Of configurations only."""
    assert targets({"conf/a.yaml": HYDRA, "conf/b.yaml": WANDB, "data/c.yaml": HYDRA}) == {
        "lightning.pytorch.loggers.MLFlowLogger",
        "lightning.pytorch.loggers.wandb.WandbLogger",
    }
