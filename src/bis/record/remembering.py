"""What is remembered of a session: which of its runs went to which store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.evidence.default_store import default_uri
from bis.evidence.known_stores import KnownSession, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.session import Session


def known_sessions_of(session: Session, runs: Iterable[tuple[str, str, float]]) -> tuple[KnownSession, ...]:
    """A session as it is remembered, once for each store that its runs are in.

    Parameters
    ----------
    session : Session
        The session.
    runs : iterable of (str, str, float)
        Run id, tracking URI and the time at which the run began (seconds since 1970), in the order of their beginning.
    """
    stores: dict[str, list[tuple[str, float]]] = {}
    for run_id, uri, began in runs:
        stores.setdefault(place_of(uri, session.cwd), []).append((run_id, began))
    return tuple(_known(session, place, found) for place, found in stores.items())


def known_without_run(session: Session) -> KnownSession:
    """A session that has no run yet, and the store in which it will get one."""
    uri = session.tracking_uri or default_uri(Path(session.cwd))
    return _known(session, place_of(uri, session.cwd), [])


def _known(session: Session, place: str, runs: list[tuple[str, float]]) -> KnownSession:
    variable = session.tracking_variable
    return KnownSession(
        session=session.session,
        at_unix_s=max((began for _, began in runs), default=session.started_unix_s),
        cwd=session.cwd,
        project_root=session.project_root,
        uri=place,
        run_ids=tuple(run_id for run_id, _ in runs),
        variable=None if variable is None else place_of(variable, session.cwd),
    )
