"""What the work for one call shares: one value, built from the caller's arguments and passed on explicitly."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from bis.config import Settings
from bis.evidence.store import EvidenceStore
from bis.model.progress import SILENT, Observer


@dataclass(frozen=True, slots=True)
class Workspace:
    """Settings, store, home, observer and executor of one call.

    Parameters
    ----------
    settings : Settings
        Of the project in whose folder the call was made.
    store : EvidenceStore
        Where the runs are.
    home : Path
        Where bis keeps what belongs to no project: sources, environments, digests, kept workspaces.
    observer : Observer
        Receives progress.
    executor : concurrent.futures.Executor, optional
        What runs many jobs. None: the calling thread, or processes that are made for the call and ended with it.
    """

    settings: Settings
    store: EvidenceStore
    home: Path
    observer: Observer = SILENT
    executor: Executor | None = None

    @property
    def environments(self) -> Path:
        """Where rebuilt environments are kept."""
        return self.home / "environments"

    @property
    def digests(self) -> Path:
        """The database of digests of large files."""
        return self.home / "digests.sqlite"
