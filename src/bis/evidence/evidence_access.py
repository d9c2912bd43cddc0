"""What code that keeps and reads evidence needs of a store: MLflow's, or one in memory in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bis.model.facets import Curve
    from bis.model.stored_runs import RunFilter, RunPage, RunSummary


class EvidenceReader(Protocol):
    """Finds runs, and reads their tags and text artifacts; see `bis.evidence.store.EvidenceStore` for the meaning."""

    def find(self, reference: str) -> str:
        """The id of the run that an id, a unique prefix of one, or ``last`` means."""

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int | None = None, metrics: bool = False
    ) -> tuple[RunSummary, ...]:
        """Runs, latest first."""

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """One page of them."""

    def tags(self, run_id: str) -> dict[str, str]:
        """All tags of a run."""

    def text(self, run_id: str, artifact: str) -> str:
        """The content of a text artifact."""

    def download(self, run_id: str, artifact: str) -> Path:
        """A local copy of an artifact."""


class EvidenceWriter(EvidenceReader, Protocol):
    """Creates runs, and stores tags, metrics, params and text artifacts with them."""

    def create(
        self,
        experiment: str,
        name: str,
        tags: Mapping[str, str],
        *,
        started_unix_s: float,
        experiment_id: str | None = None,
    ) -> str:
        """Create a run; its id."""

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set several tags at once."""

    def tag_models(self, run_id: str, tags: Mapping[str, str]) -> int:
        """Set tags of the models that a run logged, and of their registered versions; how many these are."""

    def log(self, run_id: str, curves: tuple[Curve, ...], params: Mapping[str, str]) -> None:
        """Log metrics and params."""

    def log_text(self, run_id: str, text: str, artifact: str) -> None:
        """Store a text artifact."""

    def end(self, run_id: str, status: str, ended_unix_s: float) -> None:
        """End a run that `create` created."""

    def delete(self, run_id: str) -> None:
        """Delete a run that `create` created."""
