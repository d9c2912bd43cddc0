"""What work on a corpus tells while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.model.project_audit import ProjectAudit


class CorpusProgress:
    """An observer that does nothing; the command line derives its own from it."""

    def begin(self, total: int | None) -> None:
        """Work begins on so many projects; None where that is not known beforehand."""

    def done(self, name: str, audit: ProjectAudit) -> None:
        """One more project has been audited and its result written."""

    def kept(self, name: str) -> None:
        """One more project has a result from an earlier run."""

    def note(self, text: str) -> None:
        """Something that the user should know, and that stops nothing."""
