"""Reading single runs from where MLflow keeps them: what a reader gives, and a reader that asks MLflow's client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bis.errors import RunNotFound
from bis.evidence.run_index import RunIndex, SearchIndex, stored_value
from bis.model.facets import Curve, Dataset
from bis.model.stored_runs import RunPage, RunSummary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.stored_runs import RunFilter

LOOK = "Look at the id and at the tracking URI (--tracking-uri or MLFLOW_TRACKING_URI)."


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run as MLflow has it. `metrics` has the last value of each metric; all of them are read with `history`."""

    run_id: str
    experiment_id: str
    name: str
    status: str
    started_unix_s: float
    artifact_uri: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    datasets: tuple[Dataset, ...]


class TrackingReader(RunIndex, Protocol):
    """Reads runs of one tracking store, deleted ones too; lists those that are not."""

    def run(self, run_id: str) -> TrackedRun:
        """One run.

        Raises
        ------
        RunNotFound
            The store does not have it.
        """

    def history(self, run_id: str, metric: str) -> Curve:
        """All points of a metric, in the order of their steps."""

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        """Runs with all their params, tags and last values of metrics, latest first."""


class _NoRuns:
    """The runs of a database that does not exist yet."""

    def run(self, run_id: str) -> TrackedRun:
        raise RunNotFound(f"run {run_id} does not exist: there is no run in this store yet", hint=LOOK)

    def history(self, run_id: str, metric: str) -> Curve:
        del run_id
        return Curve(metric, (), ())

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        del wanted, limit, token, metrics
        return RunPage(())

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        del wanted, search
        return ()


NO_RUNS = _NoRuns()


class ClientReader:
    """Reads through `MlflowClient`: servers, file stores, and whatever else MLflow knows."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._index: RunIndex | None = None

    def run(self, run_id: str) -> TrackedRun:
        """One run; what MLflow raises passes through."""
        found = self._client.get_run(run_id)
        info, data = found.info, found.data
        return TrackedRun(
            run_id=str(info.run_id),
            experiment_id=str(info.experiment_id),
            name=info.run_name or "",
            status=str(info.status),
            started_unix_s=(info.start_time or 0) / 1000,
            artifact_uri=info.artifact_uri or "",
            tags=dict(data.tags),
            params=dict(data.params),
            metrics={name: stored_value(float(value)) for name, value in sorted(data.metrics.items())},
            datasets=_datasets(found),
        )

    def history(self, run_id: str, metric: str) -> Curve:
        """All points of a metric."""
        points = self._client.get_metric_history(run_id, metric)
        return curve(metric, ((p.step, p.timestamp, p.value) for p in points))

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """One page of a listing, by SQL where the store is a database."""
        if self._index is None:
            store = self._client._tracking_client.store  # noqa: SLF001 (MLflow has no public name for it)
            if hasattr(store, "engine"):
                from bis.evidence.sql_run_index import sql_index  # late: clients of a server need no database code

                self._index = sql_index(store)
            self._index = self._index or SearchIndex(self._client)
        return self._index.page(wanted, limit=limit, token=token, metrics=metrics)

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        """Whole runs, by MLflow's search."""
        return SearchIndex(self._client).whole_runs(wanted, search=search)


def curve(name: str, points: Iterable[tuple[int, int, float]]) -> Curve:
    """A curve of points (step, time in ms, value), in the order of steps, then of times."""
    ordered = sorted(points, key=lambda p: (p[0], p[1]))
    return Curve(name, tuple(p[0] for p in ordered), tuple(stored_value(p[2]).hex() for p in ordered))


def _datasets(run: Any) -> tuple[Dataset, ...]:
    found = []
    for given in getattr(run.inputs, "dataset_inputs", None) or ():
        context = next((t.value for t in given.tags if t.key == "mlflow.data.context"), "")
        d = given.dataset
        found.append(Dataset(d.name, d.digest, d.source_type or "", str(d.source or "")[:2000], context))
    return tuple(found)
