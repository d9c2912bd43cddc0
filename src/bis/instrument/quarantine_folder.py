"""Stores in a folder of a quarantine, for an MLflow that has no SQL store: ``mlflow-skinny`` brings no SQLAlchemy."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow.entities import LifecycleStage, RunInfo, RunStatus
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.file_store import FileStore as RegistryFolder
from mlflow.store.tracking import file_store
from mlflow.store.tracking.file_store import FileStore

from bis.instrument.made_up import MakingUp, report_missing_model, wrap_public_methods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.instrument.quarantine import QuarantineStores

_ALLOWED = "MLFLOW_ALLOW_FILE_STORE"


class FolderTrackingStore(MakingUp, FileStore):  # type: ignore[misc]  # MLflow is not typed
    """MLflow's store of files in the folder of the quarantine."""

    def __init__(self, stores: QuarantineStores, *, draws: bool) -> None:
        with _allowed():
            super().__init__(stores, str(stores.folder / "runs"), stores.artifact_root, draws=draws)

    def make_experiment(self, experiment_id: str, name: str) -> bool:
        """Make the experiment of this id, if there is none; whether it was made."""
        if self._has_experiment(experiment_id):
            return False
        self._create_experiment_with_id(name, experiment_id, None, None)
        return True

    def make_run(self, run_id: str, experiment_id: str) -> bool:
        """Make the run of this id, if there is none; whether it was made."""
        if self._find_run_root(run_id)[1] is not None:
            return False
        given = {
            "run_id": run_id,
            "run_name": run_id,
            "experiment_id": experiment_id,
            "artifact_uri": self._get_artifact_dir(experiment_id, run_id),
            "user_id": "",
            "status": RunStatus.to_string(RunStatus.RUNNING),
            "start_time": time.time_ns() // 1_000_000,
            "end_time": None,
            "lifecycle_stage": LifecycleStage.ACTIVE,
        }
        try:
            info = RunInfo(**given)
        except TypeError:
            info = RunInfo(run_uuid=run_id, **given)  # MLflow 2
        folder = Path(self._get_run_dir(experiment_id, run_id))
        for name in (  # it is no run for MLflow without any of them
            self.METRICS_FOLDER_NAME,
            self.PARAMS_FOLDER_NAME,
            self.TAGS_FOLDER_NAME,
            self.ARTIFACTS_FOLDER_NAME,
        ):
            (folder / name).mkdir(parents=True, exist_ok=True)
        described = file_store._make_persisted_run_info_dict(info)  # noqa: SLF001 (no public way)
        meta = json.dumps({**described, "deleted_time": None})  # which is YAML, too
        (folder / self.META_DATA_FILE_NAME).write_text(meta, encoding="utf-8")
        return True


class FolderRegistryStore(RegistryFolder):  # type: ignore[misc]  # MLflow is not typed
    """MLflow's model registry of files in the folder of the quarantine."""

    def __init__(self, stores: QuarantineStores) -> None:
        self._stores = stores
        with _allowed():
            super().__init__(str(stores.folder / "runs"))

    def get_registered_model(self, name: str) -> Any:
        """Find a registered model, or report why it is missing."""
        try:
            return super().get_registered_model(name)
        except MlflowException:
            report_missing_model(self._stores, name)
            raise


@contextmanager
def _allowed() -> Iterator[None]:
    """MLflow refuses such a store unless that is asked for; the program's own environment says what it did before."""
    before = os.environ.get(_ALLOWED)
    os.environ[_ALLOWED] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ALLOWED]
        else:
            os.environ[_ALLOWED] = before


wrap_public_methods(FolderTrackingStore)
