"""From the spool to MLflow: a session's evidence is stored with its runs.

``bis run`` leaves this to a process of its own, since importing MLflow takes longer than many programs. A session that
was not stored (the machine went down, the server was away) waits until ``bis store``, or the next ``bis run`` or ``bis
replay`` with the same tracking URI. Nothing is removed from a spool before it is stored.
"""

from __future__ import annotations

import json
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
from bis.evidence.known_stores import remember
from bis.evidence.session_secrets import forget_secrets, redacted_notebook, redactor_of, with_password
from bis.evidence.spool import write_document
from bis.evidence.store import CARRIED, NOTEBOOK, SOURCE, STDIN, EvidenceStore
from bis.evidence.written_contents import contents_tag, keep_contents
from bis.launch.liveness import lock, unlock
from bis.model.facets import Curve, Outputs
from bis.model.progress import SILENT, Observer, Task
from bis.model.record import Mode, Record, State
from bis.model.stored_runs import RunFilter
from bis.record.assembly import assemble, texts
from bis.record.given_input import keep_input
from bis.record.observed_session import ObservedSession, SeenRun, read_sightings
from bis.record.remembering import known_sessions_of
from bis.record.session_folders import LOCK, MADE, is_waiting, session_folders
from bis.record.unseen_metrics import with_unseen

if TYPE_CHECKING:
    from collections.abc import Iterator


_PROBLEM = "storing.error"
# Not `-m`: that would put the working directory first, where a user's json.py would hide the standard library's.
_STORE = "import sys; sys.path[:] = [p for p in sys.path if p]; from bis.record.storing import main; sys.exit(main())"
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
    try:
        done = _store_runs(folder, store)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise EvidenceDamaged(f"the session {folder} cannot be read: {type(error).__name__}: {error}") from error
    write_document(folder / spool_files.STORED, done)
    forget_secrets(folder)
    if spool_files.read_session(folder).mode is Mode.RUN:  # a process that records itself may go on and store again
        shutil.rmtree(folder / spool_files.KEPT, ignore_errors=True)
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
    with suppress(FileNotFoundError, ValueError):  # it is missing, or it was cut off: the record has its outputs
        (seen.folder / spool_files.NOTEBOOK_REDACTED).write_bytes(redacted_notebook(executed.read_bytes(), redact))


def _store_run(store: EvidenceStore, seen: ObservedSession, run: SeenRun | None, holder: str) -> str:
    record = assemble(seen, run, artifacts=_artifacts(store, run), holder=holder)
    if run is not None and run.how == "created":  # another program may have logged to one that was resumed
        record = replace(record, outputs=_with_unseen(store, run.run_id, record.outputs))
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
        status = ended if record.state is State.FINISHED else "KILLED"
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
    if note.exists():
        return note.read_text(encoding="utf-8")
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
    note.write_text(run_id, encoding="utf-8")
    store.log(run_id, (), {"argv": " ".join(record.code.argv)[:500]} if record.code.argv else {})
    return run_id


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
            [sys.executable, "-c", _STORE, str(folder), *map(str, inherited)],
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
        if (folder / spool_files.STORED).exists() or time.monotonic() > deadline:
            return read_stored(folder)
        time.sleep(0.05)
    try:
        return _store_once(folder)
    finally:
        unlock(held)


def _store_once(folder: Path) -> Stored:
    """Store a session whose lock is held, unless that was done before."""
    done = read_stored(folder)
    if done is None:
        with suppress(OSError):
            (folder / _PROBLEM).unlink(missing_ok=True)
        done = store_session(folder)
    return done


def read_stored(folder: Path) -> Stored | None:
    """Where a session's evidence went; None where it was not stored yet."""
    try:
        document = json.loads((folder / spool_files.STORED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Stored(tuple(document["run_ids"]), document["tracking_uri"], float(document["at_unix_s"]))


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
    removed.
    """
    for folder in session_folders():
        if (folder / spool_files.STORED).exists():
            _forget(folder)
            continue
        try:
            if not is_waiting(folder, tracking_uri, cwd):
                continue
            done = store_under_lock(folder, wait_s=wait_s)
        except EvidenceError as error:
            yield StoredSession(folder.name, problem=f"session {folder.name}: {error.message}")
        except BisError as error:
            yield StoredSession(folder.name, problem=f"session {folder.name} is not stored yet: {error.message}")
        except OSError as error:  # no space, no permission; or another process removes it
            yield StoredSession(folder.name, problem=f"session {folder.name} is not stored yet: {error}")
        else:
            if done is not None:
                yield StoredSession(folder.name, done.run_ids)
            else:
                yield StoredSession(folder.name, problem=f"session {folder.name} is being stored by another process")


def _forget(folder: Path) -> None:
    """Remove a session that was stored long ago."""
    with suppress(OSError):
        if time.time() - (folder / spool_files.STORED).stat().st_mtime > _KEEP_S:
            shutil.rmtree(folder, ignore_errors=True)


def _cwd(folder: Path) -> str:
    """The folder in which the session's program was started."""
    cwd = spool_files.read_session(folder).cwd
    return cwd if Path(cwd).is_dir() else str(folder)


def main() -> int:
    """Store one session, and then those that wait for the same store.

    What goes wrong with the session is written beside it and printed; the others are tried again by the next command
    that stores.
    """
    folder = Path(sys.argv[1])
    inherited = int(sys.argv[2]) if len(sys.argv) > 2 else None
    set_up_client()
    try:
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
        sys.stderr.write(f"{message}\n")
        return error.exit_code if isinstance(error, BisError) else BisError.exit_code
    for _ in store_waiting(session.tracking_uri, Path(session.cwd), wait_s=0):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
