"""Runs that a caller of the verbs names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.record.stores_at_hand import FoundRun


def runs_asked_for(tracking_uri: str | None, *references: str) -> tuple[FoundRun, ...]:
    """The runs that these ids, prefixes or ``last`` mean, to be read: nothing is stored."""
    from bis.record.asked_runs import runs_to_read  # `import bis.api` loads no recorder

    return runs_to_read(references, tracking_uri, Path.cwd())
