"""Tests that the table of MLflow agrees with the MLflow that is installed."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path

import pytest

from bis._audit.trackers import mlflow as table
from tests.unit._audit.trackers.installed import exists


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder that MLflow is installed in."""
    found = importlib.util.find_spec("mlflow")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent.parent


def _listed() -> set[str]:
    """All names of MLflow's own that the tables give, with flavours in the place of stars."""
    own = {*table.TRACKER.calls, *table.TRACKER.aliases, *table.TRACKER.makes, *table.TRACKER.keywords}
    own |= {*table.READS_RUN, *table.STARTS, *table.ENDS, *table.CLIENT_STARTS, *table.CLIENT_ENDS}
    own |= {name for name in table.TAKES_URI if name.startswith("mlflow.")}
    own |= table.SETS_EXPERIMENT | table.WRITES_TO_ACTIVE_RUN
    names = {name for name in own if name.startswith("mlflow.") and not name.endswith("*.autolog")}
    names |= {f"mlflow.{flavour}.autolog" for flavour in table.AUTOLOG_COVERS if flavour != "pyspark"}
    return {
        whole for name in names for whole in ([name.replace("*", f) for f in table.FLAVOURS] if "*" in name else [name])
    }


def test_names_exist_or_are_of_earlier_versions(packages: Path) -> None:
    """Every listed name is in the installed MLflow, unless it is listed as removed."""
    gone = {name for name in table.REMOVED if name.endswith(".log_model")}
    removed = table.REMOVED | {name.replace("log_model", "load_model") for name in gone}
    assert {name for name in _listed() - removed if not exists(name, packages)} == set()


def test_removed_names_are_gone(packages: Path) -> None:
    """A name that is listed as removed is not in the installed MLflow: else the list is out of date."""
    assert {name for name in table.REMOVED if exists(name, packages)} == set()


def test_every_public_logging_call_is_listed_or_known(packages: Path) -> None:
    """What the installed MLflow has under the names log_ and set_tag is listed, or named here with the reason."""
    source = (packages / "mlflow" / "tracking" / "fluent.py").read_text(encoding="utf-8")
    defined = {line.split("(")[0][4:] for line in source.splitlines() if line.startswith(("def log_", "def set_tag"))}
    outputs = {"log_outputs"}  # links a run with models that were logged before
    assert {f"mlflow.{name}" for name in defined - outputs} <= set(table.TRACKER.calls)


def test_every_flavour_with_log_model_is_listed(packages: Path) -> None:
    """Every submodule of the installed MLflow that logs models is a listed flavour."""
    folders = [one.parent.name for one in (packages / "mlflow").glob("*/__init__.py")]
    assert {name for name in folders if exists(f"mlflow.{name}.log_model", packages)} <= set(table.FLAVOURS)


def test_reads_run_positions_are_those_of_the_installed_version() -> None:
    """Where a call takes a run id or an address is where the installed MLflow takes it."""
    import mlflow
    import mlflow.artifacts
    import mlflow.models

    for name in ("start_run", "get_run", "delete_run", "register_model", "load_table"):
        position, keyword = table.READS_RUN[f"mlflow.{name}"]
        assert list(inspect.signature(getattr(mlflow, name)).parameters).index(keyword) == position
    for full, (position, keyword) in table.READS_RUN.items():
        if full.startswith("mlflow.MlflowClient."):
            method = getattr(mlflow.MlflowClient, full.rpartition(".")[2])
            assert list(inspect.signature(method).parameters).index(keyword) == position + 1, full


def test_writes_to_active_run_are_fluent() -> None:
    """What opens a run of its own is a fluent call that writes to a run."""
    assert "mlflow.log_param" in table.WRITES_TO_ACTIVE_RUN
    assert "mlflow.set_experiment_tag" not in table.WRITES_TO_ACTIVE_RUN
    assert all(table.TRACKER.kinds(name) for name in table.WRITES_TO_ACTIVE_RUN)


def test_autolog_covers_all_is_all() -> None:
    """Autologging of everything covers what its parts cover."""
    assert set(table.AUTOLOG_COVERS_ALL) == {root for roots in table.AUTOLOG_COVERS.values() for root in roots}
