"""The observer of work on a corpus."""

from __future__ import annotations

from bis.corpus.corpus_progress import CorpusProgress
from bis.model.project_audit import ProjectAudit


def test_it_does_nothing_by_default() -> None:
    """Whoever is not interested in progress can hand in the class as it is."""
    progress = CorpusProgress()
    progress.begin(None)
    progress.done("a", ProjectAudit("a", {}))
    progress.kept("b")
    progress.note("something")
