"""The runs that a user asks for, found after what waits was stored (by commands that write) or reported."""

from __future__ import annotations

import shlex
import warnings
from typing import TYPE_CHECKING

from bis.config import tracking_uri_given
from bis.errors import BisWarning
from bis.evidence.known_stores import local_place
from bis.evidence.store import EvidenceStore
from bis.model.progress import SILENT, Observer
from bis.record.stores_at_hand import LAST, FoundRun, find_runs, last_elsewhere
from bis.record.waiting_sessions import before_reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def runs_to_read(references: Sequence[str], tracking_uri: str | None, cwd: Path) -> tuple[FoundRun, ...]:
    """The runs, for a command that only reads: it waits for what is being stored, and stores nothing.

    Raises
    ------
    RunNotFound, StoreUnavailable
        As `bis.record.stores_at_hand.find_runs` does.
    """
    _warn(before_reading(tuple(references), tracking_uri or tracking_uri_given(), cwd))
    return find_runs(references, tracking_uri, cwd)


def run_to_replay(reference: str, tracking_uri: str | None, cwd: Path, observer: Observer = SILENT) -> FoundRun:
    """The run, for a command that writes: sessions that wait are stored first.

    Raises
    ------
    RunNotFound, StoreUnavailable
        As `bis.record.stores_at_hand.find_runs` does.
    """
    from bis.record.storing import drain  # takes a tenth of a second to load, which commands that read do not wait for

    _warn(drain(tracking_uri or tracking_uri_given(), cwd, observer))
    (found,) = find_runs((reference,), tracking_uri, cwd)
    return found


def store_to_list(tracking_uri: str | None, cwd: Path) -> EvidenceStore:
    """The store of the settings. Where the latest session from here went to another one, that is reported."""
    _warn(before_reading((LAST,), tracking_uri or tracking_uri_given(), cwd))
    store = EvidenceStore(tracking_uri)
    elsewhere = last_elsewhere(cwd) if tracking_uri is None else None
    if elsewhere is not None:
        place = local_place(elsewhere)
        if place is not None and not place.exists():
            _warn([f"the latest session from here went to {elsewhere}, which is not there any more"])
        else:
            command = f"bis runs --tracking-uri {shlex.quote(elsewhere)}"
            _warn([f"the latest session from here is in another store: {command}"])
    return store


def _warn(messages: Iterable[str]) -> None:
    for message in messages:
        warnings.warn(message, BisWarning, stacklevel=4)
