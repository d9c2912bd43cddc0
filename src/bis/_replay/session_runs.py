"""The runs of a session: all that a program created, in one store or several, found by one of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._verify.sessions.original_session import OriginalSession
from bis.config import home
from bis.errors import BisError, EvidenceError
from bis.evidence.known_stores import known_sessions, local_place, place_of
from bis.evidence.lead_run import parent_in_session
from bis.evidence.store import PARENT, EvidenceStore, StoredRun
from bis.evidence.written_contents import TAG, with_contents
from bis.model.run_identity import RunIdentity
from bis.model.session_run import SessionRun
from bis.model.stored_runs import RunFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_OF_THE_PROGRAM = ("mlflow.", "bis.")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a reference to a run means: the run that replays are stored with, and the session that is judged."""

    run: StoredRun
    session: OriginalSession


def subject_of(store: EvidenceStore, run_id: str, *, as_logged: bool = False) -> Subject:
    """Find a run with its session: all runs of it are judged, unless it is nested in another.

    A program may have logged to several stores; those among them that are files or folders are looked into, too. What
    other programs logged when they resumed a run is left out of the outputs but with `as_logged`: no replay of this
    program logs it.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or no answer.
    EvidenceDamaged, EvidenceTooNew
        The record of the run cannot be read. Other runs whose records cannot be read are left out of the session.
    """
    run = _with_contents(store, store.read(run_id), as_logged=as_logged)
    session = run.record.session
    if not run.recorded or not session:
        return Subject(run, OriginalSession((session_run_of(run),), 0, run.record.outputs))
    alone = parent_in_session(store, run.run_id) is not None
    members = [run, *(m for m in _members(store, session, as_logged=as_logged) if m.run_id != run.run_id)]
    for other in _other_stores(store, session):
        with suppress(BisError):  # it is no longer what it was; its runs count as before
            known = {m.run_id for m in members}
            members += [m for m in _members(other, session, as_logged=as_logged) if m.run_id not in known]
    members.sort(key=lambda m: (m.record.ordinal, m.run_id))
    totals = [m.record.session_runs for m in members if m.record.session_runs is not None]
    lead = next(i for i, m in enumerate(members) if m.run_id == run.run_id)
    return Subject(
        run,
        OriginalSession(
            tuple(session_run_of(m) for m in members),
            lead,
            run.record.outputs,
            total=max(totals, default=None),
            alone=alone,
        ),
    )


def _members(store: EvidenceStore, session: str, *, as_logged: bool) -> Iterator[StoredRun]:
    """The runs of a session in a store; one whose record cannot be read counts as one that could not be compared."""
    for summary in store.runs(RunFilter(tags={"bis.session": session})):
        with suppress(EvidenceError):
            run = _with_contents(store, store.read(summary.run_id), as_logged=as_logged)
            if run.recorded and run.record.session == session:
                yield run


def _other_stores(store: EvidenceStore, session: str) -> Iterator[EvidenceStore]:
    """The other stores of this machine that a session is known to have logged to."""
    here = place_of(store.tracking_uri, str(Path.cwd()))
    for known in known_sessions(home()):
        place = local_place(known.uri)
        if known.session == session and known.uri != here and place is not None and place.exists():
            yield EvidenceStore(known.uri)


def _with_contents(store: EvidenceStore, run: StoredRun, *, as_logged: bool) -> StoredRun:
    """The run with what stands in the files that it wrote, and in its artifacts."""
    found = run.record.outputs if as_logged else run.record.own_outputs
    outputs = with_contents(store, run.run_id, found, kept=TAG in run.tags)
    return replace(run, record=replace(run.record, outputs=outputs))


def session_run_of(stored: StoredRun) -> SessionRun:
    """A run of the store as one of its session; what was not recorded of its identity is taken from its tags."""
    outputs = stored.record.outputs
    own = replace(outputs, artifacts=tuple(a for a in outputs.artifacts if not a.path.startswith("bis/")))
    return SessionRun(_identity(stored), own)


def _identity(stored: StoredRun) -> RunIdentity:
    params = dict(stored.record.parameters.values)
    known = stored.record.identity
    tags = stored.tags
    if known is not None:
        return replace(known, params=params, parent=known.parent or tags.get(PARENT, ""))
    return RunIdentity(
        run_id=stored.run_id,
        ordinal=stored.record.ordinal,
        name=stored.name,
        parent=tags.get(PARENT, ""),
        params=params,
        tags={k: v for k, v in tags.items() if not k.startswith(_NOT_OF_THE_PROGRAM)},
    )
