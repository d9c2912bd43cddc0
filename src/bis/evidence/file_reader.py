"""Reading MLflow's file stores (``mlruns``) themselves: no `import mlflow`, and nothing is created.

MLflow's own store makes the folder where it is not there, and refuses to read it where a variable is not set.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bis.errors import RunNotFound
from bis.evidence.run_index import stored_value
from bis.evidence.tracking_reader import LOOK, TrackedRun, curve
from bis.model.facets import Curve, Dataset
from bis.model.stored_runs import SUMMARY_TAGS, RunFilter, RunPage, RunSummary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_META = "meta.yaml"
_TRASH = ".trash"
_ACTIVE = "active"
_RESERVED = frozenset({"tags", "datasets", "traces", "models"})  # folders of an experiment that are no runs
_LAST_MOMENT_MS = 253402300800_000  # the year 10000, which is none of `datetime`
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_REPLAY = "bis.replay.of"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # several times faster, where it was built


class _Meta(dict[str, Any]):
    """What a ``meta.yaml`` says, or an object in it; anybody may have written it."""

    def __init__(self, path: Path, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.path = path

    def word(self, key: str) -> str:
        """A text; empty where there is none.

        A list or a mapping is not written out: with aliases it may be larger than memory.
        """
        value = self.get(key)
        if isinstance(value, (list, dict, set, tuple)):
            raise ValueError(f"{self.path}: {key}: expected a text, found {type(value).__name__}")  # noqa: TRY004
        return "" if value is None else str(value)

    def seconds(self, key: str) -> float | None:
        """A moment, which is given in milliseconds; None where there is none."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or not 0 <= value < _LAST_MOMENT_MS:
            found = f"{value:.3g}" if isinstance(value, float) else type(value).__name__
            raise ValueError(f"{self.path}: {key}: expected milliseconds since 1970, found {found}")
        return value / 1000


@dataclass(frozen=True, slots=True)
class _Experiment:
    folder: Path
    name: str
    active: bool


class FileReader:
    """Reads runs of one file store.

    Parameters
    ----------
    root : Path
        Its folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def run(self, run_id: str) -> TrackedRun:
        """One run, also a deleted one."""
        with _explained():
            folder = self._folder(run_id)
            meta = _meta(folder)
            tags = _texts(folder / "tags")
            last = {name: max(points, key=lambda p: p[:3])[2] for name, points in _metrics(folder).items() if points}
            return TrackedRun(
                run_id=run_id,
                experiment_id=folder.parent.name,
                name=_name(meta, tags),
                status=_status(meta),
                started_unix_s=meta.seconds("start_time") or 0.0,
                artifact_uri=meta.word("artifact_uri"),
                tags=tags,
                params=_texts(folder / "params"),
                metrics=last,
                datasets=_datasets(folder),
            )

    def history(self, run_id: str, metric: str) -> Curve:
        """All points of a metric, in the order of their steps."""
        with _explained():
            path = self._folder(run_id) / "metrics" / metric
            points = _points(path) if path.is_file() else []
        return curve(metric, ((step, at, value) for step, at, value in points))

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """At most `limit` runs; the token of a page is the number of runs before the next one."""
        first = int(token or 0)
        with _explained():
            found = []
            for place, folder, meta in self._listed(wanted):
                if _matches(folder, wanted):
                    found.append((place, folder, meta))
                if len(found) > first + limit:
                    break
            runs = tuple(_summary(*each, metrics=metrics) for each in found[first : first + limit])
        return RunPage(runs, str(first + limit) if len(found) > first + limit else None)

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        """Runs with all their params, tags and last values; conditions in MLflow's language are MLflow's to answer."""
        if search:
            raise ValueError(f"only MLflow itself can search for {search!r}")
        with _explained():
            found = [f for f in self._listed(wanted) if _matches(f[1], wanted)]
            return tuple(
                replace(_summary(*f, metrics=True), tags=_texts(f[1] / "tags"), params=_texts(f[1] / "params"))
                for f in found
            )

    def _listed(self, wanted: RunFilter) -> list[tuple[_Experiment, Path, _Meta]]:
        """The runs that are not deleted, latest first, before their tags are looked at."""
        found = []
        for experiment in self._experiments():
            identity = experiment.folder.name
            chosen = experiment.active if wanted.experiment_id is None else identity == wanted.experiment_id
            if not chosen or wanted.experiment not in {None, experiment.name}:
                continue
            for folder in _runs(experiment.folder):
                if folder.name.startswith(wanted.prefix):
                    meta = _meta(folder)
                    if meta.get("lifecycle_stage", _ACTIVE) == _ACTIVE:
                        found.append((experiment, folder, meta))
        return sorted(found, key=lambda f: (-(f[2].seconds("start_time") or 0.0), f[1].name))

    def _experiments(self) -> Iterator[_Experiment]:
        for parent in (self._root, self._root / _TRASH):
            for folder in _folders(parent):
                if (folder / _META).is_file():
                    meta = _meta(folder)
                    active = parent == self._root and meta.get("lifecycle_stage", _ACTIVE) == _ACTIVE
                    yield _Experiment(folder, meta.word("name"), active)

    def _folder(self, run_id: str) -> Path:
        for parent in (self._root, self._root / _TRASH):
            for experiment in _folders(parent):
                if (experiment / run_id / _META).is_file():
                    return experiment / run_id
        raise RunNotFound(f"run {run_id} does not exist in {self._root}", hint=LOOK)


@contextmanager
def _explained() -> Iterator[None]:
    """Make one kind of error of what can be wrong with a file."""
    try:
        yield
    except OSError:
        raise
    except (ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise OSError(str(error)) from error


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(parent) if entry.is_dir() and entry.name != _TRASH)
    except FileNotFoundError:
        return []


def _runs(experiment: Path) -> Iterator[Path]:
    for folder in _folders(experiment):
        if folder.name not in _RESERVED and (folder / _META).is_file():
            yield folder


def _meta(folder: Path) -> _Meta:
    path = folder / _META
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 (a safe loader)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise OSError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise OSError(f"{path}: expected keys with values, found {type(found).__name__}")
    return _Meta(path, found)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files by their names, which may have slashes."""
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(base, name)
            yield path.relative_to(folder).as_posix(), path


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _texts(folder: Path) -> dict[str, str]:
    return {name: _text(path) for name, path in _files(folder)}


def _metrics(folder: Path) -> dict[str, list[tuple[int, int, float]]]:
    return {name: _points(path) for name, path in _files(folder / "metrics")}


def _points(path: Path) -> list[tuple[int, int, float]]:
    """Points (step, time in ms, value) in the order in which they were logged."""
    points = []
    for line in _text(path).splitlines():
        at, value, *more = line.split()
        points.append((int(more[0]) if more else 0, int(at), stored_value(float(value))))
    return points


def _status(meta: _Meta) -> str:
    status = meta.get("status", 1)
    known = _STATUS.get(status) if isinstance(status, int) else None
    return known or meta.word("status")


def _name(meta: _Meta, tags: Mapping[str, str]) -> str:
    return meta.word("run_name") or tags.get("mlflow.runName") or meta.word("name")


def _matches(folder: Path, wanted: RunFilter) -> bool:
    tags = folder / "tags"
    if not wanted.with_replays and (tags / _REPLAY).is_file():
        return False
    return all((tags / k).is_file() and _text(tags / k) == v for k, v in wanted.required_tags.items())


def _summary(experiment: _Experiment, folder: Path, meta: _Meta, *, metrics: bool) -> RunSummary:
    tags = {k: _text(folder / "tags" / k) for k in SUMMARY_TAGS if (folder / "tags" / k).is_file()}
    named = folder / "tags" / "mlflow.runName"
    last = {n: max(points, key=lambda p: p[:3])[2] for n, points in _metrics(folder).items() if points}
    return RunSummary(
        run_id=folder.name,
        experiment_id=experiment.folder.name,
        experiment=experiment.name,
        name=_name(meta, {"mlflow.runName": _text(named)} if named.is_file() else {}),
        status=_status(meta),
        started_unix_s=meta.seconds("start_time") or 0.0,
        ended_unix_s=meta.seconds("end_time"),
        tags=tags,
        metrics=last if metrics else {},
    )


def _datasets(folder: Path) -> tuple[Dataset, ...]:
    found = []
    for given in _folders(folder / "inputs"):
        meta = _meta(given)
        dataset = folder.parent / "datasets" / meta.word("source_id")
        if (dataset / _META).is_file():  # other inputs are models
            facts = _meta(dataset)
            context = _Meta(meta.path, meta.get("tags") or {}).word("mlflow.data.context")
            kind, source = facts.word("source_type"), facts.word("source")[:2000]
            found.append(Dataset(facts.word("name"), facts.word("digest"), kind, source, context))
    return tuple(found)
