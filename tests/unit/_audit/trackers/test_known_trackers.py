"""Tests of the list of trackers, and of what names trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from bis._audit.trackers import known_trackers
from bis.model.project_audit import KINDS, TRACKER_NAMES

if TYPE_CHECKING:
    from pathlib import Path


def test_trackers_kinds_are_known_words() -> None:
    """All tables use the words of the model, and every listed call is found under its tracker."""
    for tracker in known_trackers.TRACKERS:
        told = [tracker.calls, tracker.assigned, tracker.decorators, *tracker.keywords.values()]
        assert {word for table in told for kinds in table.values() for word in kinds.split()} <= set(KINDS)
        assert {name.partition(".")[0] for name in tracker.calls} <= set(tracker.roots), tracker.name


def test_trackers_names_are_those_of_the_model() -> None:
    """Statistics of a corpus compare all of them, in this order."""
    assert tuple(tracker.name for tracker in known_trackers.TRACKERS) == TRACKER_NAMES


@pytest.mark.parametrize(
    ("code", "tracker"),
    [
        ("import wandb\nwandb.init(save_code=True)", "wandb"),
        ("import wandb\nrun = wandb.init()\nrun.log_code('.')", "wandb"),
        ("import comet_ml\ne = comet_ml.start()\ne.log_code('a.py')", "comet"),
        ("from clearml import Task\nTask.add_requirements('numpy')", "clearml"),
        ("import neptune\nneptune.init_run(source_files=['*.py'])", "neptune"),
        ("from sacred import Experiment\nex = Experiment()\nex.add_source_file('a.py')", "sacred"),
        ("import aim\naim.Run(log_system_params=True)", "aim"),
        ("from dvclive import Live\nLive(save_dvc_exp=True)", "dvclive"),
    ],
)
def test_code_and_environment_are_a_kind_of_trace(tmp_path: Path, code: str, tracker: str) -> None:
    """Whichever way a tracker is told to keep them."""
    (tmp_path / "a.py").write_text(code + "\n")
    assert "code" in audit_project(tmp_path, "p").trackers[tracker]


def test_code_that_is_not_to_be_kept_is_no_trace(tmp_path: Path) -> None:
    """Where the argument says no, and where it is left out."""
    (tmp_path / "a.py").write_text("import wandb\nwandb.init(save_code=False)\nwandb.log({'a': 1})\n")
    assert audit_project(tmp_path, "p").trackers == {"wandb": ("metric",)}


def test_trackers_other_names_lead_to_listed_things() -> None:
    """Every other name of a thing leads to something of which the table lists a call, a keyword or an element."""
    for tracker in known_trackers.TRACKERS:
        listed = {*tracker.calls, *tracker.keywords, *tracker.elements, *tracker.makes, *tracker.assigned, *_OPENING}
        for new in {*tracker.aliases.values(), *tracker.makes.values()}:
            assert any(name == new or name.startswith(f"{new}.") for name in listed), (tracker.name, new)


# Things that trace nothing by themselves, and have other names all the same.
_OPENING = {
    "mlflow.set_tracking_uri",
    "mlflow.set_registry_uri",
    "mlflow.ActiveRun",
    "dagster_mlflow.mlflow_tracking",
}


def test_trackers_canonical_names_stay() -> None:
    """A listed name is its own canonical name, so that no alias hides it."""
    for tracker in known_trackers.TRACKERS:
        for name in tracker.calls:
            assert tracker.canonical(name) == name


def test_kinds_of_assignment_configuration_and_fields() -> None:
    """Assignments to W&B's configuration and to fields of a Neptune or Aim run trace parameters."""
    assert known_trackers.kinds_of_assignment("wandb.config.lr") == ("wandb", ("param",))
    assert known_trackers.kinds_of_assignment("wandb.init.config") == ("wandb", ("param",))
    assert known_trackers.kinds_of_assignment("neptune.init_run") == ("neptune", ("param",))
    assert known_trackers.kinds_of_assignment("aim.Run") == ("aim", ("param",))
    assert known_trackers.kinds_of_assignment("mlflow.config.lr") is None


def test_kind_of_names_kind_and_tracker() -> None:
    """A name alone tells the first kind and the tracker."""
    found = known_trackers.kind_of("mlflow.log_metric")
    assert found is not None
    assert (found[0], found[1].name) == ("metric", "mlflow")
    assert known_trackers.kind_of("numpy.log") is None


def test_tracker_of_shared_library_asks_all_its_trackers() -> None:
    """Lightning's loggers belong to several trackers."""
    names = {"MLFlowLogger": "mlflow", "WandbLogger": "wandb", "CometLogger": "comet", "NeptuneLogger": "neptune"}
    for logger, name in names.items():
        found = known_trackers.tracker_of(f"pytorch_lightning.loggers.{logger}")
        assert found is not None
        assert found.name == name


def test_canonical_client_by_any_import() -> None:
    """MLflow's client has one name."""
    assert known_trackers.canonical("mlflow.tracking.client.MlflowClient.log_param") == "mlflow.MlflowClient.log_param"
    assert known_trackers.canonical("numpy.log") == "numpy.log"
