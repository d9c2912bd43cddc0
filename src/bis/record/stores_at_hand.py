"""Finding runs where no tracking URI was named: in the store of the settings, and where sessions are known to be.

A program may log to a store that it names itself. ``last`` is the latest session that was started from here, wherever
it went; an id is looked for in all stores that are known. Nothing is created in any of them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bis.config import home, tracking_uri_given
from bis.errors import BisError, EvidenceError, RunNotFound
from bis.evidence import spool as spool_files
from bis.evidence.known_stores import KnownSession, known_sessions, local_place, place_of
from bis.evidence.lead_run import lead_of
from bis.evidence.store import EvidenceStore, is_run_id
from bis.launch.liveness import is_alive
from bis.launch.project_root import find_project_root
from bis.model.record import Mode
from bis.model.stored_runs import RunFilter
from bis.record.remembering import known_sessions_of, known_without_run
from bis.record.session_folders import is_lost, is_stored, made_run, session_folders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LAST = "last"
_FULL_ID = 32
_MANY = 100
_SEARCHED = 50  # so many other stores are looked into for an id


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run, and the store that has it."""

    store: EvidenceStore
    run_id: str


def find_runs(references: Sequence[str], tracking_uri: str | None, cwd: Path) -> tuple[FoundRun, ...]:
    """The runs that ids, unique prefixes of ids or ``last`` mean; ``last`` is never a run that is nested in another.

    Parameters
    ----------
    references : sequence of str
        What a user calls the runs.
    tracking_uri : str or None
        The store that the user named for this command: no other one is looked into.
    cwd : Path
        The working directory.

    Raises
    ------
    RunNotFound
        None or several match, or the store that a run is known to be in is no longer there.
    StoreUnavailable
        A store does not answer.
    """
    if tracking_uri is not None:
        store = EvidenceStore(tracking_uri)
        found = (FoundRun(store, store.find(reference)) for reference in references)
    else:
        search = _StoreSearch(cwd)
        found = (search.find(reference) for reference in references)
    return tuple(
        FoundRun(run.store, lead_of(run.store, run.run_id)) if reference == LAST else run
        for reference, run in zip(references, found, strict=True)
    )


def last_elsewhere(cwd: Path) -> str | None:
    """The store of the latest session from here, where it is not the one that the settings name; else None."""
    search = _StoreSearch(cwd)
    latest = next(iter(search.from_here), None)
    return None if latest is None or latest.uri == search.place else latest.uri


class _StoreSearch:
    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._opened: dict[str, EvidenceStore] = {}
        self._at_hand = EvidenceStore()
        self.place = place_of(self._at_hand.tracking_uri, str(cwd))

    @cached_property
    def _sessions(self) -> tuple[KnownSession, ...]:
        """All that are known, the latest first; those that are not stored yet among them."""
        found = {(k.session, k.uri): k for k in (*known_sessions(home()), *_unstored())}
        return tuple(sorted(found.values(), key=lambda k: -k.at_unix_s))

    @property
    def from_here(self) -> tuple[KnownSession, ...]:
        """Those that were started in this folder or project, the latest first.

        A tracking URI in the environment names a store, too: it leaves those that went there, and those that were
        started under it, wherever their program then went.
        """
        given = tracking_uri_given()
        named = None if given is None else place_of(given, str(self._cwd))
        cwd, root = str(self._cwd), str(find_project_root(self._cwd))
        return tuple(
            k
            for k in self._sessions
            if (k.cwd == cwd or k.project_root == root) and (named is None or named in {k.uri, k.variable})
        )

    def find(self, reference: str) -> FoundRun:
        if reference == LAST:
            return self._last()
        if not is_run_id(reference):
            return FoundRun(self._at_hand, self._at_hand.find(reference))  # which says what is wrong with it
        return self._by_id(reference)

    # -- last ---------------------------------------------------------------------------------------------------------

    def _last(self) -> FoundRun:
        for known in self.from_here:
            newer = self._newer(known)
            found = newer or self._run_of(known)
            if found is not None:
                return found
        try:
            return FoundRun(self._at_hand, self._at_hand.find(LAST))
        except RunNotFound as error:
            elsewhere = next((k for k in self._sessions if k.run_ids), None)
            if elsewhere is None:
                raise
            also = f"The latest run that is known, {elsewhere.run_ids[-1][:8]}, was started in {elsewhere.cwd}."
            raise RunNotFound(error.message, hint=f"{error.hint or ''} {also}".strip()) from error

    def _newer(self, known: KnownSession) -> FoundRun | None:
        """The latest run of the store at hand that no session is known to have made, if it is later than this one.

        Only where that store is a file or folder: on a server it is as likely somebody else's.
        """
        if local_place(self.place) is None:
            return None
        ours = {run_id for k in self._sessions for run_id in k.run_ids}
        with suppress(BisError):  # it is not the store that was asked for
            for run in self._at_hand.runs(limit=_MANY):
                if run.started_unix_s <= known.at_unix_s:
                    break
                if run.run_id not in ours:
                    return FoundRun(self._at_hand, run.run_id)
        return None

    def _run_of(self, known: KnownSession) -> FoundRun | None:
        """The latest run of a session; None where its runs were deleted."""
        if not known.run_ids:
            raise RunNotFound(
                f"the latest session from here, {known.session}, has no run before it is stored in {known.uri}",
                hint=f"Store it with: bis store --tracking-uri {known.uri}",
            )
        store = self._open(known.uri, f"the latest session from here, {known.session}, logged to {known.uri}")
        for run_id in reversed(known.run_ids):
            if store.runs(RunFilter(prefix=run_id, replays=True), limit=1):
                return FoundRun(store, run_id)
        return None

    # -- ids ----------------------------------------------------------------------------------------------------------

    def _by_id(self, reference: str) -> FoundRun:
        known = {
            run_id: k.uri for k in reversed(self._sessions) for run_id in k.run_ids if run_id.startswith(reference)
        }
        problem: BisError | None = None
        # The store of the settings comes first: a run may have been moved there, or its server may be gone.
        found: dict[str, EvidenceStore | None] = dict.fromkeys(known)
        try:
            found |= dict.fromkeys(_ids(self._at_hand, reference), self._at_hand)
        except BisError as error:
            problem = error
        if not found:
            found = self._in_other_stores(reference)
        if len(found) > 1:
            raise RunNotFound(
                f"{reference!r} names no single run: {len(found)} runs start with it: {', '.join(sorted(found)[:5])}",
                hint="Give more of the id.",
            )
        for run_id, where in found.items():
            if where is not None:
                return FoundRun(where, run_id)
            return FoundRun(self._open(known[run_id], f"run {run_id} was logged to {known[run_id]}"), run_id)
        if problem is not None:
            raise problem
        return self._nowhere(reference)

    def _in_other_stores(self, reference: str) -> dict[str, EvidenceStore | None]:
        """Runs of this id in the files and folders where sessions went: replays are stored beside what they replay."""
        found: dict[str, EvidenceStore | None] = {}
        for uri in self._others()[:_SEARCHED]:
            place = local_place(uri)
            if place is not None and place.exists():
                with suppress(BisError):  # one that cannot be read has nothing to do with this run
                    store = self._open(uri, "")
                    found |= dict.fromkeys(_ids(store, reference), store)
        return found

    def _nowhere(self, reference: str) -> FoundRun:
        """Say so as the store at hand does, and name the servers that were not asked."""
        try:
            return FoundRun(self._at_hand, self._at_hand.find(reference))
        except RunNotFound as error:
            servers = [uri for uri in self._others() if local_place(uri) is None]
            also = f" Sessions also went to {', '.join(servers[:5])}, where it was not looked for." if servers else ""
            raise RunNotFound(error.message, hint=f"{error.hint or ''}{also}".strip()) from error

    def _others(self) -> list[str]:
        return [uri for uri in dict.fromkeys(k.uri for k in self._sessions) if uri != self.place]

    def _open(self, uri: str, what: str) -> EvidenceStore:
        place = local_place(uri)
        if place is not None and not place.exists():
            raise RunNotFound(
                f"{what}, which is not there any more", hint="Name the store in which to look with --tracking-uri."
            )
        if uri == self.place:  # which may have been given with a password
            return self._at_hand
        return self._opened.setdefault(uri, EvidenceStore(uri))


def _ids(store: EvidenceStore, reference: str) -> list[str]:
    if len(reference) >= _FULL_ID:
        with suppress(RunNotFound):
            return [store.find(reference)]
        return []
    return [r.run_id for r in store.runs(RunFilter(prefix=reference, replays=True), limit=_MANY + 1)]


def _unstored() -> list[KnownSession]:
    """Sessions of which nothing is remembered yet: they run, wait, or are being stored."""
    found: list[KnownSession] = []
    for folder in session_folders():
        if is_stored(folder) or is_lost(folder):
            continue
        with suppress(
            EvidenceError, OSError, ValueError, KeyError, TypeError
        ):  # `bis store` says what is wrong with it
            session = spool_files.read_session(folder)
            if session.mode is Mode.REPLAY:
                continue
            began = [e for e in spool_files.read_events(folder) if e.get("k") == "run"]
            began.sort(key=lambda e: float(e["t"]))
            runs = {str(e["run_id"]): (str(e["run_id"]), str(e["uri"]), float(e["t"])) for e in reversed(began)}
            if runs:
                found += known_sessions_of(session, reversed(runs.values()))
            elif session.mode is Mode.RUN and not is_alive(folder):
                known = known_without_run(session)
                made = made_run(folder)
                found.append(replace(known, run_ids=(made,) if made else ()))
    return found
