"""Which run of a session a reference means, where a program created several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.errors import RunNotFound
from bis.evidence.store import PARENT

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceReader


def lead_of(store: EvidenceReader, run_id: str) -> str:
    """The id of the run at the top of what a run is nested in within its session: itself, or one above it.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or no answer.
    """
    seen: set[str] = set()
    while run_id not in seen:
        seen.add(run_id)
        parent = parent_in_session(store, run_id)
        if parent is None:
            break
        run_id = parent
    return run_id


def parent_in_session(store: EvidenceReader, run_id: str) -> str | None:
    """The run of the same session that a run is nested in; None where there is none."""
    tags = store.tags(run_id)
    parent, session = tags.get(PARENT), tags.get("bis.session")
    if not parent or not session:
        return None
    try:
        return parent if store.tags(parent).get("bis.session") == session else None
    except RunNotFound:
        return None
