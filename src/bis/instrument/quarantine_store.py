"""Stores in the database of a quarantine: the classes behind `bis.instrument.quarantine`."""

from __future__ import annotations

import inspect
import time
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as RegistryStore
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlRun
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from bis.instrument.made_up import MakingUp, report_missing_model, wrap_public_methods

if TYPE_CHECKING:
    from bis.instrument.quarantine import QuarantineStores


class QuarantinedTrackingStore(MakingUp, SqlAlchemyStore):  # type: ignore[misc]  # MLflow is not typed
    """MLflow's SQL store in the database of the quarantine."""

    def __init__(self, stores: QuarantineStores, *, draws: bool) -> None:
        super().__init__(stores, stores.uri, stores.artifact_root, draws=draws)

    def make_experiment(self, experiment_id: str, name: str) -> bool:
        """Make the experiment of this id, if there is none; whether it was made."""
        location = self._get_artifact_location(experiment_id)
        now = time.time_ns() // 1_000_000
        with self._writing() as session:
            if _row(session, SqlExperiment, int(experiment_id)) is not None:
                return False
            session.add(
                self._with_workspace(
                    _made(
                        SqlExperiment,
                        experiment_id=int(experiment_id),
                        name=name,
                        lifecycle_stage="active",
                        artifact_location=location,
                        creation_time=now,
                        last_update_time=now,
                    )
                )
            )
        return True

    def make_run(self, run_id: str, experiment_id: str) -> bool:
        """Make the run of this id, if there is none; whether it was made."""
        root = self._get_artifact_location(experiment_id)
        with self._writing() as session:
            if _row(session, SqlRun, run_id) is not None:
                return False
            session.add(
                _made(
                    SqlRun,
                    run_uuid=run_id,
                    name=run_id,
                    artifact_uri=f"{root}/{run_id}/{self.ARTIFACTS_FOLDER_NAME}",
                    experiment_id=int(experiment_id),
                    source_type="UNKNOWN",
                    source_name="",
                    entry_point_name="",
                    user_id="",
                    status="RUNNING",
                    start_time=time.time_ns() // 1_000_000,
                    source_version="",
                    lifecycle_stage="active",
                )
            )
        return True

    def _writing(self) -> Any:
        """Open a session that writes: newer versions of MLflow need an argument that older ones do not know."""
        maker = self.ManagedSessionMaker
        return maker(read_only=False) if "read_only" in inspect.signature(maker).parameters else maker()

    def _with_workspace(self, row: Any) -> Any:
        add = getattr(self, "_with_workspace_field", None)  # MLflow >= 3.10
        return add(row) if add else row


def _row(session: Any, table: Any, key: Any) -> Any:
    """The row of a key; sessions of SQLAlchemy 1.3 have no `get`."""
    return session.get(table, key) if hasattr(session, "get") else session.query(table).get(key)


def _made(table: Any, **columns: Any) -> Any:
    """A row with those of the columns that this version of MLflow has."""
    return table(**{name: value for name, value in columns.items() if hasattr(table, name)})


class QuarantinedRegistryStore(RegistryStore):  # type: ignore[misc]  # MLflow is not typed
    """MLflow's SQL model registry in the database of the quarantine."""

    _stores: QuarantineStores  # of the class, which MLflow 2 asks instead of a store; a process has one quarantine

    def __init__(self, stores: QuarantineStores) -> None:
        QuarantinedRegistryStore._stores = stores
        super().__init__(stores.uri)


def _found_or_reported(owner: Any, session: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Find a registered model, or report why it is missing; `owner` is a store, or with MLflow 2 its class."""
    try:
        return super(QuarantinedRegistryStore, owner)._get_registered_model(session, name, *args, **kwargs)
    except MlflowException:
        report_missing_model(QuarantinedRegistryStore._stores, name)  # noqa: SLF001 (its own)
        raise


_OF_CLASS = isinstance(inspect.getattr_static(RegistryStore, "_get_registered_model"), classmethod)
QuarantinedRegistryStore._get_registered_model = classmethod(_found_or_reported) if _OF_CLASS else _found_or_reported  # noqa: SLF001
wrap_public_methods(QuarantinedTrackingStore)
