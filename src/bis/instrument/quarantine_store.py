"""Stores that make up what a program expects to find: the classes behind `bis.instrument.quarantine`."""

from __future__ import annotations

import inspect
import itertools
import sys
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as RegistryStore
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlRun
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.instrument.quarantine import QuarantineStores

_NUMBERS = itertools.count(1)


class QuarantinedTrackingStore(SqlAlchemyStore):  # type: ignore[misc]  # MLflow is not typed
    """MLflow's SQL store in which experiments and runs that are named by id come into being when they are named."""

    def __init__(self, stores: QuarantineStores, *, draws: bool) -> None:
        self._stores = stores
        self._draws = draws
        self._known: set[str] = set()  # experiments "e…" and runs "r…" that are there
        self._looked_up: set[str] = set()  # experiment names that were made up because the program asked for them
        self._ready = False
        super().__init__(stores.uri, stores.artifact_root)
        self._ready = True

    def create_experiment(
        self,
        name: str,
        artifact_location: str | None = None,  # noqa: ARG002 (MLflow's signature)
        tags: Any = None,
    ) -> Any:
        """Create an experiment; its artifacts go to the quarantine wherever the program wants them."""
        if name in self._looked_up:
            return super().get_experiment_by_name(name).experiment_id
        return super().create_experiment(name, None, tags)

    def get_experiment_by_name(self, experiment_name: str) -> Any:
        """Find or make an experiment.

        The original store may have had it for years: a program that takes its id without asking must not fail, and
        one that creates it where it is not there goes on with what is found.
        """
        found = super().get_experiment_by_name(experiment_name)
        if found is None and experiment_name:
            super().create_experiment(experiment_name, None, None)
            self._looked_up.add(experiment_name)
            found = super().get_experiment_by_name(experiment_name)
        return found

    def create_run(self, experiment_id: str, user_id: str, start_time: int, tags: Any, run_name: str | None) -> Any:
        """Create a run. Its name is drawn from the program's ``random`` only where it was so in the original."""
        named = run_name or any(tag.key == "mlflow.runName" for tag in tags or ())
        if not named and not self._draws:
            run_name = f"replay-{next(_NUMBERS)}"
        return super().create_run(experiment_id, user_id, start_time, tags, run_name)

    def create_logged_model(self, experiment_id: str, name: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Create a logged model; for its name see `create_run`."""
        if not name and not self._draws:
            name = f"model-{next(_NUMBERS)}"
        return super().create_logged_model(experiment_id, name, *args, **kwargs)

    def ensure_experiment(self, experiment_id: Any) -> None:
        """Make the experiment of this literal id, if there is none."""
        if not str(experiment_id).isdigit() or f"e{experiment_id}" in self._known:
            return
        location = self._get_artifact_location(experiment_id)
        now = time.time_ns() // 1_000_000
        with self._writing() as session:
            if session.get(SqlExperiment, int(experiment_id)) is None:
                session.add(
                    self._with_workspace(
                        SqlExperiment(
                            experiment_id=int(experiment_id),
                            name=f"experiment {experiment_id} of the original store",
                            lifecycle_stage="active",
                            artifact_location=location,
                            creation_time=now,
                            last_update_time=now,
                        )
                    )
                )
                self._report_made_up("experiment", str(experiment_id))
        self._known.add(f"e{experiment_id}")

    def ensure_run(self, run_id: Any) -> None:
        """Make the run of this literal id, if there is none."""
        if not isinstance(run_id, str) or not run_id or f"r{run_id}" in self._known:
            return
        experiment_id = _active_experiment()
        self.ensure_experiment(experiment_id)
        root = self._get_artifact_location(experiment_id)
        with self._writing() as session:
            if session.get(SqlRun, run_id) is None:
                session.add(
                    SqlRun(
                        run_uuid=run_id,
                        name=run_id,
                        artifact_uri=f"{root}/{run_id}/{self.ARTIFACTS_FOLDER_NAME}",
                        experiment_id=experiment_id,
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
                self._report_made_up("run", run_id)
        self._known.add(f"r{run_id}")

    def _writing(self) -> Any:
        """Open a session that writes: newer versions of MLflow need an argument that older ones do not know."""
        maker = self.ManagedSessionMaker
        return maker(read_only=False) if "read_only" in inspect.signature(maker).parameters else maker()

    def _with_workspace(self, row: Any) -> Any:
        add = getattr(self, "_with_workspace_field", None)  # MLflow >= 3.10
        return add(row) if add else row

    def _report_made_up(self, what: str, identity: str) -> None:
        self._stores.report(
            {
                "what": f"{what} {identity}",
                "recorded": f"one of the original store's {what}s",
                "replayed": f"an empty {what} of this id in the quarantine",
                "why": "the program names it by a literal id, and a replay reads and writes no other store",
            }
        )


class QuarantinedRegistryStore(RegistryStore):  # type: ignore[misc]  # MLflow is not typed
    """MLflow's SQL model registry in the database of the quarantine."""

    def __init__(self, stores: QuarantineStores) -> None:
        self._stores = stores
        super().__init__(stores.uri)

    def _get_registered_model(self, session: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        """Find a registered model, or report why it is missing."""
        try:
            return super()._get_registered_model(session, name, *args, **kwargs)
        except MlflowException:
            self._stores.report(
                {
                    "what": f"registered model {name}",
                    "recorded": "possibly a model of the original registry",
                    "replayed": "not found",
                    "why": "the registry of a replay holds only what the replay itself has registered",
                }
            )
            raise


def _active_experiment() -> int:
    """The experiment that the program has set, which a run that it resumes must belong to."""
    chosen = str(getattr(sys.modules.get("mlflow.tracking.fluent"), "_active_experiment_id", None))
    return int(chosen) if chosen.isdigit() else 0


def _with_existence(method: Callable[..., Any], parameters: list[str]) -> Callable[..., Any]:
    """Wrap a store's method so that what it names by id exists."""
    run_at = parameters.index("run_id") if "run_id" in parameters else None
    experiment_at = parameters.index("experiment_id") if "experiment_id" in parameters else None

    def argument(position: int | None, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if position is None:
            return None
        return args[position] if position < len(args) else kwargs.get(name)

    @wraps(method)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._ready:
            self.ensure_run(argument(run_at, "run_id", args, kwargs))
            self.ensure_experiment(argument(experiment_at, "experiment_id", args, kwargs))
        return method(self, *args, **kwargs)

    return wrapped


def _wrap_public_methods() -> None:
    """Wrap what MLflow's client can call: the methods of the abstract store, of whatever version."""
    for name in dir(AbstractStore):
        if name.startswith("_") or not inspect.isfunction(inspect.getattr_static(AbstractStore, name)):
            continue
        method = getattr(QuarantinedTrackingStore, name)
        parameters = list(inspect.signature(method).parameters)[1:]
        setattr(QuarantinedTrackingStore, name, _with_existence(method, parameters))


_wrap_public_methods()
