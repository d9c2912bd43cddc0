"""From the spool to MLflow: a session's evidence is stored with its runs.

``bis run`` leaves this to a process of its own, since importing MLflow takes longer than many programs. A session that
was not stored (the machine went down, the server was away) waits until ``bis store``, or the next ``bis run`` or ``bis
replay`` with the same tracking URI. Nothing is removed from a spool before it is stored.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.config import home
from bis.errors import BisError, EvidenceDamaged, EvidenceError, StoreUnavailable
from bis.evidence import spool as spool_files
from bis.evidence.addresses import absolute_uri, without_password
from bis.evidence.client_settings import set_up_client
from bis.evidence.known_stores import local_place, place_of, remember
from bis.evidence.session_secrets import forget_secrets, redacted_notebook, redactor_of, with_password
from bis.evidence.spool import write_document, write_whole
from bis.evidence.store import CARRIED, NOTEBOOK, SOURCE, STDIN, EvidenceStore
from bis.evidence.written_contents import contents_tag, keep_contents
from bis.instrument.late_storing import LATE, STORE
from bis.instrument.quarantine import SERVED
from bis.launch.liveness import has_processes, lock, unlock
from bis.model.facets import Curve, Outputs
from bis.model.jsonable import json_value
from bis.model.progress import SILENT, Observer, Task
from bis.model.record import Mode, Record, State
from bis.model.stored_runs import RunFilter
from bis.record.assembly import assemble, texts
from bis.record.begun_runs import end_begun
from bis.record.given_input import keep_input
from bis.record.observed_session import ObservedSession, SeenRun, read_sightings
from bis.record.remembering import known_sessions_of
from bis.record.session_folders import (
    LOCK,
    LOST,
    MADE,
    has_late_results,
    is_being_made,
    is_lost,
    is_stored,
    is_waiting,
    made_run,
    session_folders,
)
from bis.record.spent_spool import remove_raw
from bis.record.unseen_metrics import with_unseen
from bis.report.text.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator


_PROBLEM = "storing.error"
_KEEP_S = 7 * 24 * 3600.0
_WAIT_S = 120.0


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session that was to be stored: the runs that its evidence went to, or the problem that kept it from there."""

    session: str
    run_ids: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """The runs that a session's evidence went to; ``stored.json``."""

    run_ids: tuple[str, ...]
    tracking_uri: str
    at_unix_s: float


def store_session(folder: Path, *, store: EvidenceStore | None = None) -> Stored:
    """Store the evidence of one session with its runs; a session without runs gets one.

    Raises
    ------
    StoreUnavailable
        MLflow does not answer; the session stays as it is.
    EvidenceError
        The spool is damaged.
    """
    began = time.time()
    try:
        done = _store_runs(folder, store)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise EvidenceDamaged(f"the session {folder} cannot be read: {type(error).__name__}: {error}") from error
    by_launcher = spool_files.read_session(folder).mode is Mode.RUN
    # A child that outlived the program; what it logs is stored at its end.
    goes_on = by_launcher and has_processes(folder)
    write_document(folder / spool_files.STORED, done)
    os.utime(folder / spool_files.STORED, (began, began))  # what was logged since is not in it
    if goes_on:
        return done
    forget_secrets(folder)
    with suppress(OSError):  # it is tried again when sessions are stored the next time
        remove_raw(folder)
    return done


def _remember(seen: ObservedSession, run_ids: list[str], uri: str) -> None:
    """Note for later commands where the runs are; without the note they are found where the settings say."""
    session = seen.session
    runs = [(r.run_id, r.uri, r.at) for r in seen.runs] or [(i, uri, session.started_unix_s) for i in run_ids]
    with suppress(OSError):
        for known in known_sessions_of(session, runs):
            remember(home(), known)


def _store_runs(folder: Path, store: EvidenceStore | None) -> Stored:
    seen = read_sightings(folder)
    _redact_notebook(seen)
    keep_input(seen)
    stored = []
    uri = ""
    holders: dict[str, str] = {}  # by store, the run that has the state that all runs of the program share
    runs: tuple[SeenRun | None, ...] = seen.runs or ((None,) if seen.session.mode is Mode.RUN else ())
    for run in runs:
        given = run.uri if run is not None else seen.session.tracking_uri
        address = absolute_uri(given, seen.session.cwd)
        target = store or EvidenceStore(None if address is None else with_password(folder, address))
        uri = without_password(target.tracking_uri)
        holder = "" if run is None else holders.get(uri, "")
        try:
            stored.append(_store_run(target, seen, run, holder))
        except BisError:
            last = run == runs[-1] and not stored  # without any run there is nothing to show
            if run is None or last or not _is_deleted(target, run.run_id):
                raise
            continue  # the program deleted it again: the records of the others count it
        if run is not None and run.how == "created":
            holders.setdefault(uri, run.run_id)
    _remember(seen, stored, uri)
    return Stored(tuple(stored), uri, time.time())


def _is_deleted(store: EvidenceStore, run_id: str) -> bool:
    """Whether a run is in the store no more, or in its bin."""
    try:
        return not store.runs(RunFilter(prefix=run_id, replays=True), limit=1)
    except BisError:  # the first error is the one that is reported
        return False


def _redact_notebook(seen: ObservedSession) -> None:
    executed = seen.folder / spool_files.NOTEBOOK
    redact = texts(redactor_of(seen.folder, seen.session.argv))
    with suppress(
        FileNotFoundError, ValueError, RecursionError
    ):  # it is missing, or it was cut off: the record has its outputs
        write_whole(seen.folder / spool_files.NOTEBOOK_REDACTED, redacted_notebook(executed.read_bytes(), redact))


def _store_run(store: EvidenceStore, seen: ObservedSession, run: SeenRun | None, holder: str) -> str:
    record = assemble(seen, run, artifacts=_artifacts(store, run), holder=holder)
    if run is not None and run.how == "created":  # another program may have logged to one that was resumed
        record = replace(record, outputs=_with_unseen(store, run.run_id, record.outputs))
    if run is not None and store.takes_no_artifacts(run.run_id):
        record = replace(record, refused_stores={**record.refused_stores, SERVED: "no server"})
    run_id = run.run_id if run is not None else _create(store, seen, record)
    files = {}
    for artifact, name in (
        (SOURCE, spool_files.SOURCE),
        (NOTEBOOK, spool_files.NOTEBOOK_REDACTED),
        (CARRIED, spool_files.CARRIED),
        (STDIN, spool_files.STDIN_KEPT),
    ):
        if (seen.folder / name).exists() and not (holder and artifact == CARRIED):
            files[artifact] = seen.folder / name
    if run is not None and run.how != "created" and _joined_existing(store, run_id, record, seen.session.session):
        return run_id
    store.write(run_id, record, files)
    keep_contents(store, run_id, record.outputs)
    store.tag(run_id, contents_tag(record.outputs))
    if run is None:
        if record.outputs.stdout:
            store.log_text(run_id, record.outputs.stdout, "stdout.txt")
        ended = "FINISHED" if record.outputs.failure is None else "FAILED"
        status = ended if record.state is State.FINISHED and seen.exit is not None else "KILLED"
        store.end(run_id, status, record.ended_unix_s or time.time())
    return run_id


def _with_unseen(store: EvidenceStore, run_id: str, outputs: Outputs) -> Outputs:
    return with_unseen(outputs, store.last_values(run_id), lambda metric: store.history(run_id, metric))


def _joined_existing(store: EvidenceStore, run_id: str, record: Record, session: str) -> bool:
    """Add to the evidence that another session left with the run; False where there is none."""
    there = store.read(run_id)
    if not there.recorded or there.record.session == session:
        return False
    earlier = there.record
    note = f"resumed by session {session}: {record.code.target or record.code.kind.value}"
    again = note in earlier.notes  # an interactive session is stored at each end of a run
    own = {c.name: len(c.steps) for c in earlier.outputs.metrics}
    merged = replace(
        earlier,
        own_points=own if earlier.own_points is None else earlier.own_points,
        sessions=earlier.sessions if again else earlier.sessions + 1,
        notes=earlier.notes if again else (*earlier.notes, note),
        outputs=replace(earlier.outputs, metrics=_joined(earlier, record, again=again)),
    )
    store.write(run_id, merged, {})
    return True


def _joined(earlier: Record, later: Record, *, again: bool) -> tuple[Curve, ...]:
    """Both sessions' points; those that were stored before are kept once."""
    curves = {c.name: c for c in earlier.outputs.metrics}
    for c in later.outputs.metrics:
        first = curves.get(c.name, Curve(c.name, (), ()))
        points, more = list(zip(first.steps, first.values, strict=True)), list(zip(c.steps, c.values, strict=True))
        common = range(min(len(points), len(more)), 0, -1) if again else ()
        shared = next((n for n in common if points[-n:] == more[:n]), 0)
        joined = [*points, *more[shared:]]
        curves[c.name] = Curve(c.name, tuple(s for s, _ in joined), tuple(v for _, v in joined))
    return tuple(curves[name] for name in sorted(curves))


def _artifacts(store: EvidenceStore, run: SeenRun | None) -> tuple[tuple[str, int, Path | None], ...]:
    if run is None:
        return ()
    folder = store.artifact_folder(run.run_id)
    found = store.artifacts(run.run_id)
    return tuple((path, size, folder / path if folder is not None else None) for path, size in found)


def _create(store: EvidenceStore, seen: ObservedSession, record: Record) -> str:
    """The run for a program that started none; the same one where storing is tried again."""
    session = seen.session
    note = seen.folder / MADE
    made = _made(store, seen)
    if made is not None:
        return made
    # Empty, it says that a run is about to be made; a disk that is full says so before there is a run.
    write_whole(note, b"")
    tags = {
        "mlflow.source.name": session.target,
        "mlflow.source.type": "LOCAL",
        "bis.session": session.session,
        "bis.mode": session.mode.value,
        "bis.state": "recording",
    }
    if record.code.commit:
        tags["mlflow.source.git.commit"] = record.code.commit
    name = Path(session.target).stem or session.target
    run_id = store.create("Default", name, tags, started_unix_s=session.started_unix_s)
    with suppress(OSError):  # the run is found by its tag, too
        write_whole(note, run_id.encode())
    store.log(run_id, (), {"argv": " ".join(record.code.argv)[:500]} if record.code.argv else {})
    return run_id


def _made(store: EvidenceStore, seen: ObservedSession) -> str | None:
    """The run that an earlier attempt made for the program: as its note says, or the store where that is not whole."""
    noted = made_run(seen.folder)
    if noted or noted is None:
        return noted
    wanted = RunFilter(tags={"bis.session": seen.session.session}, replays=True)
    found = store.runs(wanted, limit=1)
    return found[0].run_id if found else None


# -- the background ---------------------------------------------------------------------------------------------------


def store_in_background(folder: Path) -> None:
    """Start a process that stores the session, and do not wait for it.

    It holds the session's lock from its first moment on, so that a reader who comes next knows to wait for it.
    """
    with (folder / "storing.log").open("ab") as log:
        _start(folder, output=log)


def store_in_own_process(folder: Path) -> Stored:
    """Store a session in a process of its own, and wait for it: the settings that storing needs do not change this one.

    Raises
    ------
    StoreUnavailable
        It could not be stored, for whatever reason; the session stays as it is.
    """
    process = _start(folder, output=subprocess.PIPE)
    said, _ = process.communicate()
    done = read_stored(folder)
    if done is None:
        lines = _left(folder / _PROBLEM) or said.decode(errors="replace").splitlines()
        raise StoreUnavailable(lines[-1] if lines else f"the storing process ended with exit code {process.returncode}")
    return done


def _left(path: Path) -> list[str]:
    """The lines of a file; empty if it is missing."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _start(folder: Path, *, output: Any) -> subprocess.Popen[bytes]:
    held = lock(folder / LOCK)  # None: another process stores it already, and the new one waits for that
    inherited = () if held is None or sys.platform == "win32" else (held,)
    try:
        return subprocess.Popen(
            # PYTHONWARNINGS=error is meant for the user's program, and MLflow's own imports fail under it.
            [sys.executable, "-W", "ignore", "-c", STORE, str(folder), *map(str, inherited)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output == subprocess.PIPE else output,
            env={**os.environ, "BIS_RECORD": "0"},
            cwd=_cwd(folder),  # MLflow's default store lies in the working directory
            start_new_session=True,
            pass_fds=inherited,
        )
    finally:
        if held is not None:
            unlock(held)  # the process that was started holds it on


def store_under_lock(folder: Path, *, wait_s: float = _WAIT_S) -> Stored | None:
    """Store a session unless another process does or did; waits for that one. None where neither could."""
    deadline = time.monotonic() + wait_s
    while (held := lock(folder / LOCK)) is None:
        if is_stored(folder) or time.monotonic() > deadline:
            return read_stored(folder)
        time.sleep(0.05)
    try:
        return _store_once(folder)
    finally:
        unlock(held)


def _store_once(folder: Path) -> Stored:
    """Store a session whose lock is held, unless that was done before."""
    done = read_stored(folder)
    if done is None or has_late_results(folder):
        with suppress(OSError):
            (folder / _PROBLEM).unlink(missing_ok=True)
        done = store_session(folder)
    return done


def read_stored(folder: Path) -> Stored | None:
    """Where a session's evidence went; None where it was not stored yet."""
    try:
        document = json_value((folder / spool_files.STORED).read_text(encoding="utf-8"))
        return Stored(tuple(map(str, document["run_ids"])), str(document["tracking_uri"]), float(document["at_unix_s"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def drain(tracking_uri: str | None, cwd: Path, observer: Observer = SILENT) -> tuple[str, ...]:
    """Store the sessions that are waiting for the store at hand; a line for each that could not be stored."""
    observer.started(Task.STORING)
    problems = tuple(s.problem for s in store_waiting(tracking_uri, cwd) if s.problem)
    observer.finished(Task.STORING)
    return problems


def store_waiting(tracking_uri: str | None, cwd: Path, *, wait_s: float = _WAIT_S) -> Iterator[StoredSession]:
    """Store the sessions that are waiting for the store at hand, one after the other.

    A session waits where its program has ended and nothing was stored yet. Sessions of other stores are left alone. A
    session that another process is storing is waited for, up to `wait_s` seconds. Those that were stored a week ago are
    removed. A server that does not answer for one session is not asked for the others. Runs there that were begun by
    processes that are no more are ended first.
    """
    with suppress(BisError):  # said where it matters: for a session that waits
        end_begun(home(), EvidenceStore(tracking_uri), cwd)
    silent: dict[str, str] = {}  # servers, and what was said of them
    for folder in session_folders():
        if is_stored(folder):
            _forget(folder)
        elif not is_lost(folder) and (told := _stored_in_turn(folder, tracking_uri, cwd, wait_s, silent)) is not None:
            yield told


def _stored_in_turn(
    folder: Path, tracking_uri: str | None, cwd: Path, wait_s: float, silent: dict[str, str]
) -> StoredSession | None:
    """Store one session; None where it does not wait for the store at hand."""
    name = folder.name
    try:
        if not is_waiting(folder, tracking_uri, cwd):
            return None
    except EvidenceDamaged as error:
        why = _given_up(folder, error.message)
        return StoredSession(name, problem=why) if why else None
    except (EvidenceError, OSError) as error:  # it is of a later version, or another process removes it
        return StoredSession(name, problem=f"session {name}: {error}")
    try:
        done = _ask_once(folder, silent, wait_s)
    except (BisError, OSError) as error:  # OSError: no space, no permission; or another process removes it
        waits = "" if isinstance(error, EvidenceError) else " is not stored yet"
        why = error.message if isinstance(error, BisError) else str(error)
        return StoredSession(name, problem=f"session {name}{waits}: {why}")
    problem = f"session {name} is being stored by another process" if done is None else ""
    return StoredSession(name, () if done is None else done.run_ids, problem)


def _given_up(folder: Path, why: str) -> str:
    """What is said of a session whose instructions cannot be read: once, where a note of it can be left.

    Without any, its program was not started yet, or never: there is nothing to be said.
    """
    if not (folder / spool_files.SESSION).exists() and not any(folder.glob("events-*.jsonl")):
        if not is_being_made(folder):
            shutil.rmtree(folder, ignore_errors=True)
        return ""
    with suppress(OSError):
        write_whole(folder / LOST, f"{why}\n".encode("utf-8", "backslashreplace"))
    return f"session {folder.name} is lost: {why}; what is left of it is in {folder}"


def _ask_once(folder: Path, silent: dict[str, str], wait_s: float) -> Stored | None:
    """Store a session, unless its server did not answer for an earlier one."""
    server = _server_of(folder)
    if server in silent:
        raise StoreUnavailable(silent[server])
    try:
        return store_under_lock(folder, wait_s=wait_s)
    except StoreUnavailable as error:
        if server and error.context.get("reached") is False:
            silent[server] = error.message
        raise


def _server_of(folder: Path) -> str:
    """The one server that has all runs of a session; empty where there are several, or the store is on this machine."""
    session = spool_files.read_session(folder)
    uris: set[str | None] = {str(e.get("uri")) for e in spool_files.read_events(folder) if e.get("k") == "run"}
    uris = uris or {session.tracking_uri}
    places = {place_of(uri, session.cwd) for uri in uris if uri}
    place = next(iter(places), "")
    return place if len(places) == 1 and local_place(place) is None else ""


def _forget(folder: Path) -> None:
    """Remove what is raw in a session that was stored, and all of it where that was long ago."""
    with suppress(OSError):
        remove_raw(folder)  # also where a child went on, and logged nothing
        if time.time() - (folder / spool_files.STORED).stat().st_mtime > _KEEP_S and not has_processes(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _cwd(folder: Path) -> str:
    """The folder in which the session's program was started."""
    cwd = spool_files.read_session(folder).cwd
    return cwd if Path(cwd).is_dir() else str(folder)


def _await_processes(folder: Path) -> None:
    """Wait for the end of the process that asked to be stored; where others go on, the last of them asks again."""
    deadline = time.monotonic() + _WAIT_S
    while has_processes(folder) and time.monotonic() < deadline:
        time.sleep(0.1)


def main() -> int:
    """Store one session, and then those that wait for the same store.

    What goes wrong with the session is written beside it and printed; the others are tried again by the next command
    that stores.
    """
    folder = Path(sys.argv[1])
    late = sys.argv[2:] == [LATE]
    inherited = int(sys.argv[2]) if len(sys.argv) > 2 and not late else None
    set_up_client()
    try:
        if late:
            _await_processes(folder)
        if inherited is None:
            store_under_lock(folder)
        else:
            _store_once(folder)
            unlock(inherited)
        session = spool_files.read_session(folder)
    except (BisError, OSError) as error:
        message = error.message if isinstance(error, BisError) else str(error)
        with suppress(OSError):  # the disk may be full
            (folder / _PROBLEM).write_text(f"{message}\n", encoding="utf-8")
        sys.stderr.write(f"{visible(message)}\n")
        return error.exit_code if isinstance(error, BisError) else BisError.exit_code
    for _ in store_waiting(session.tracking_uri, Path(session.cwd), wait_s=0):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
