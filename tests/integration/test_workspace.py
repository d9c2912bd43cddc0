"""What the work for one call shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.config import Settings
from bis.evidence.store import EvidenceStore
from bis.model.progress import SILENT
from bis.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_places_are_below_the_home(store_uri: str, tmp_path: Path) -> None:
    """Nothing is read from the environment once the value is made."""
    workspace = Workspace(Settings(), EvidenceStore(store_uri), tmp_path)
    assert workspace.environments == tmp_path / "environments"
    assert workspace.digests.parent == tmp_path
    assert (workspace.observer, workspace.executor) == (SILENT, None)
