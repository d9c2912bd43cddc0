"""Writing runs to where MLflow keeps them: what a writer does, and a writer that asks MLflow's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bis.model.facets import Curve

_PARAMS = 100  # in one batch, and metrics: MLflow takes no more
_METRICS = 1000
_NO_SUCH_ENDPOINT = frozenset({"ENDPOINT_NOT_FOUND", "NOT_FOUND"})


class TrackingWriter(Protocol):
    """Creates runs in one tracking store, and adds to them. Texts are such that any database takes them."""

    def experiment(self, name: str) -> str:
        """The id of an experiment, which is created where it is missing."""

    def create(self, experiment_id: str, name: str, tags: Mapping[str, str], started_ms: int) -> str:
        """Create a run; its id."""

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set several tags at once."""

    def tag_models(self, run_id: str, tags: Mapping[str, str]) -> int:
        """Set tags of the models of a run and of their registered versions; how many these are."""

    def log(self, run_id: str, curves: tuple[Curve, ...], params: Mapping[str, str]) -> None:
        """Log metrics (at time 0) and params."""

    def put(self, run_id: str, folder: Path) -> None:
        """Add the files of a folder to the artifacts of a run, under their paths in it."""

    def end(self, run_id: str, status: str, ended_ms: int) -> None:
        """End a run."""

    def delete(self, run_id: str) -> None:
        """Delete a run, as MLflow does: it is marked as deleted."""


class ClientWriter:
    """Writes through `MlflowClient`: servers, file stores, and whatever else MLflow knows."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def experiment(self, name: str) -> str:
        """The id of an experiment, which is created where it is missing."""
        found = self._client.get_experiment_by_name(name)
        return str(found.experiment_id if found else self._client.create_experiment(name))

    def create(self, experiment_id: str, name: str, tags: Mapping[str, str], started_ms: int) -> str:
        """Create a run; its id."""
        run = self._client.create_run(experiment_id, start_time=started_ms, tags=dict(tags), run_name=name)
        return str(run.info.run_id)

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set several tags at once."""
        from mlflow.entities import RunTag  # late: with the client

        self._client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])

    def tag_models(self, run_id: str, tags: Mapping[str, str]) -> int:
        """Set tags of the models of a run (before MLflow 3 there are only registered versions)."""
        found = self._models(run_id)
        for model_id in found:
            self._client.set_logged_model_tags(model_id, dict(tags))
        versions = list(self._client.search_model_versions(f"run_id = '{run_id}'"))
        for version in versions:
            for key, value in tags.items():
                self._client.set_model_version_tag(version.name, version.version, key, value)
        return len(found) + len(versions)

    def _models(self, run_id: str) -> list[str]:
        if not hasattr(self._client, "search_logged_models"):
            return []
        from mlflow.exceptions import MlflowException  # late: with the client

        experiment_id = self._client.get_run(run_id).info.experiment_id
        condition = f"source_run_id = '{run_id}'"
        models, token = [], None
        while True:
            try:
                page = self._client.search_logged_models([experiment_id], filter_string=condition, page_token=token)
            except MlflowException as error:
                if error.error_code in _NO_SUCH_ENDPOINT:  # a server from before there were logged models
                    return []
                raise
            models += [str(model.model_id) for model in page]
            token = page.token
            if not token:
                return models

    def log(self, run_id: str, curves: tuple[Curve, ...], params: Mapping[str, str]) -> None:
        """Log metrics and params, in batches."""
        from mlflow.entities import Metric, Param  # late: with the client

        given = [Param(key, value) for key, value in params.items()]
        for start in range(0, len(given), _PARAMS):
            self._client.log_batch(run_id, params=given[start : start + _PARAMS])
        metrics = [
            Metric(c.name, float.fromhex(v), 0, s) for c in curves for s, v in zip(c.steps, c.values, strict=True)
        ]
        for start in range(0, len(metrics), _METRICS):
            self._client.log_batch(run_id, metrics=metrics[start : start + _METRICS])

    def put(self, run_id: str, folder: Path) -> None:
        """Add files to the artifacts of a run."""
        self._client.log_artifacts(run_id, str(folder))

    def end(self, run_id: str, status: str, ended_ms: int) -> None:
        """End a run."""
        from mlflow.entities import RunStatus  # late: with the client

        # Not `set_terminated`: that prints the run's address on stdout, which is for our own answer.
        store = self._client._tracking_client.store  # noqa: SLF001 (MLflow has no public name for it)
        store.update_run_info(run_id, RunStatus.from_string(status), end_time=ended_ms, run_name=None)

    def delete(self, run_id: str) -> None:
        """Delete a run."""
        self._client.delete_run(run_id)
