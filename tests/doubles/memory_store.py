"""A store in memory that has the meaning of `bis.evidence.store.EvidenceStore`, for tests that need no database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bis.errors import EvidenceDamaged, RunNotFound, StoreUnavailable
from bis.evidence.run_index import all_runs
from bis.model.stored_runs import SUMMARY_TAGS, RunFilter, RunPage, RunSummary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bis.model.facets import Curve


@dataclass(slots=True)
class MemoryRun:
    """A run with everything that was stored with it."""

    experiment: str
    name: str
    tags: dict[str, str]
    started_unix_s: float
    status: str = "RUNNING"
    ended_unix_s: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    models: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class MemoryStore:
    """Runs by id. `refuses` names artifacts that cannot be written, as on a full disk."""

    kept: dict[str, MemoryRun] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()

    def find(self, reference: str) -> str:
        """The id of the run that an id, a unique prefix of one, or ``last`` means."""
        wanted = RunFilter() if reference == "last" else RunFilter(prefix=reference, replays=True)
        found = self.runs(wanted, limit=1 if reference == "last" else 2)
        if len(found) != 1:
            raise RunNotFound(f"{reference!r} names no single run", hint="Give more of the id.")
        return found[0].run_id

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int | None = None, metrics: bool = False
    ) -> tuple[RunSummary, ...]:
        """Runs, latest first."""
        return tuple(all_runs(self, wanted or RunFilter(), limit=limit, metrics=metrics))

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """One page of them."""
        chosen = sorted(
            (i for i, run in self.kept.items() if _matches(i, run, wanted)),
            key=lambda i: (-self.kept[i].started_unix_s, i),
        )
        first = int(token or 0)
        runs = tuple(self._summary(i, metrics=metrics) for i in chosen[first : first + limit])
        return RunPage(runs, str(first + limit) if first + limit < len(chosen) else None)

    def tags(self, run_id: str) -> dict[str, str]:
        """All tags of a run."""
        return dict(self._run(run_id).tags)

    def text(self, run_id: str, artifact: str) -> str:
        """The content of a text artifact."""
        texts = self._run(run_id).texts
        if artifact not in texts:
            raise EvidenceDamaged(f"{artifact} of run {run_id} cannot be fetched: it is not there")
        return texts[artifact]

    def download(self, run_id: str, artifact: str) -> Path:
        """Nothing is on a disk here."""
        raise EvidenceDamaged(f"{artifact} of run {run_id} cannot be fetched: it is in memory")

    def create(
        self,
        experiment: str,
        name: str,
        tags: Mapping[str, str],
        *,
        started_unix_s: float,
        experiment_id: str | None = None,
    ) -> str:
        """Create a run; its id. Here an experiment's id is its name."""
        run_id = secrets.token_hex(16)
        self.kept[run_id] = MemoryRun(experiment_id or experiment, name, dict(tags), started_unix_s)
        return run_id

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set several tags at once."""
        self._run(run_id).tags.update(tags)

    def tag_models(self, run_id: str, tags: Mapping[str, str]) -> int:
        """Set tags of the models of a run."""
        if "models" in self.refuses:
            raise StoreUnavailable(f"the models of run {run_id} cannot be tagged: no answer")
        models = self._run(run_id).models
        for model in models.values():
            model.update(tags)
        return len(models)

    def log(self, run_id: str, curves: tuple[Curve, ...], params: Mapping[str, str]) -> None:
        """Log metrics and params."""
        run = self._run(run_id)
        run.metrics.update({c.name: c.final for c in curves})
        run.params.update(params)

    def log_text(self, run_id: str, text: str, artifact: str) -> None:
        """Store a text artifact."""
        if artifact in self.refuses:
            raise StoreUnavailable(f"the artifacts of run {run_id} cannot be written: no space")
        self._run(run_id).texts[artifact] = text

    def end(self, run_id: str, status: str, ended_unix_s: float) -> None:
        """End a run."""
        run = self._run(run_id)
        run.status, run.ended_unix_s = status, ended_unix_s

    def delete(self, run_id: str) -> None:
        """Delete a run."""
        del self.kept[run_id]

    def _run(self, run_id: str) -> MemoryRun:
        if run_id not in self.kept:
            raise RunNotFound(f"run {run_id} does not exist", hint="Look at the id.")
        return self.kept[run_id]

    def _summary(self, run_id: str, *, metrics: bool) -> RunSummary:
        run = self.kept[run_id]
        return RunSummary(
            run_id=run_id,
            experiment_id=run.experiment,
            experiment=run.experiment,
            name=run.name,
            status=run.status,
            started_unix_s=run.started_unix_s,
            ended_unix_s=run.ended_unix_s,
            tags={k: run.tags[k] for k in SUMMARY_TAGS if k in run.tags},
            metrics=dict(sorted(run.metrics.items())) if metrics else {},
        )


def _matches(run_id: str, run: MemoryRun, wanted: RunFilter) -> bool:
    return (
        wanted.experiment in {None, run.experiment}
        and wanted.experiment_id in {None, run.experiment}
        and run_id.startswith(wanted.prefix)
        and wanted.required_tags.items() <= run.tags.items()
        and (wanted.with_replays or "bis.replay.of" not in run.tags)
    )
