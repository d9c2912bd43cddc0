"""From the spool to a real MLflow store: once, whole, and into the right one."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.errors import EvidenceDamaged, StoreUnavailable
from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.evidence.store import EvidenceStore
from bis.instrument.events import EventWriter
from bis.launch.liveness import lock, release, unlock
from bis.model.facets import Status
from bis.model.progress import Silent, Task
from bis.model.record import Mode, State
from bis.model.session import Exit
from bis.model.stored_runs import RunFilter
from bis.record.session_folders import MADE, is_being_stored, is_stored, is_waiting
from bis.record.storing import (
    drain,
    read_stored,
    store_in_background,
    store_in_own_process,
    store_session,
    store_under_lock,
    store_waiting,
)
from tests.unit.sessions import session_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Watching(Silent):
    """Keeps which tasks it was told of."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep."""
        self.seen.append(f"started {task.value}")

    def finished(self, task: Task) -> None:
        """Keep."""
        self.seen.append(f"finished {task.value}")


_DEAD = 99_999_999  # no process has this number
ENDED = Exit(0, None, timed_out=False, ended_unix_s=2.0, duration_s=1.0)


@pytest.fixture
def ended(project: Path, store_uri: str) -> Callable[..., Path]:
    """Make the spool of a program that has ended, with these events of its runs."""

    def make(*events: tuple[str, dict[str, Any]], exit: Exit | None = ENDED, **changes: Any) -> Path:  # noqa: A002
        session = replace(session_of(project, "print(1)"), **{"tracking_uri": store_uri, **changes})
        folder = Path(session.spool)
        write_document(folder / spool_files.SESSION, session)
        writer = EventWriter(folder)
        writer.write("process", main=True, prefix=sys.prefix, base_prefix=sys.base_prefix)
        for kind, facts in events:
            writer.write(kind, **facts)
        if exit is not None:
            writer.write("end")
            write_document(folder / spool_files.EXIT, exit)
        [written] = folder.glob("events-*.jsonl")
        written.rename(folder / f"events-{_DEAD}.jsonl")  # this process is not the program, and goes on
        release(folder)
        return folder

    return make


def begun(store_uri: str, how: str = "created", run_id: str | None = None) -> tuple[str, tuple[str, dict[str, Any]]]:
    """A run in the store, and the event of it."""
    run_id = run_id or EvidenceStore(store_uri).create("Default", "r", {}, started_unix_s=1.0)
    return run_id, ("run", {"run_id": run_id, "how": how, "experiment_id": "0", "uri": store_uri, "ordinal": 0})


def point(run_id: str, step: int, value: float) -> tuple[str, dict[str, Any]]:
    """A metric that was logged."""
    return "metric", {"run_id": run_id, "key": "loss", "hex": value.hex(), "step": step, "at": step}


def test_a_program_without_runs_gets_one(ended: Callable[..., Path], store_uri: str) -> None:
    """Its output, end and record are in a run that bis makes."""
    folder = ended()
    (folder / spool_files.STDOUT).write_text("hello\n")
    done = store_session(folder)
    stored = EvidenceStore(store_uri).read(done.run_ids[0])
    assert (stored.status, stored.name, stored.recorded) == ("FINISHED", "program", True)
    assert stored.record.outputs.stdout == "hello\n"
    assert read_stored(folder) == done


@pytest.mark.parametrize(
    ("how", "status", "state"),
    [
        (replace(ENDED, exit_code=3), "FAILED", State.FINISHED),
        (replace(ENDED, exit_code=None, signal=9), "KILLED", State.KILLED),
        (None, "KILLED", State.KILLED),
    ],
)
def test_bad_ends_are_told_apart(
    ended: Callable[..., Path], store_uri: str, how: Exit | None, status: str, state: State
) -> None:
    """A failing program, a killed one, and one whose launcher was killed too."""
    stored = EvidenceStore(store_uri).read(store_session(ended(exit=how)).run_ids[0])
    assert (stored.status, stored.record.state) == (status, state)


def test_storing_twice_makes_one_run(ended: Callable[..., Path], store_uri: str) -> None:
    """A storing that was cut short after its run was made goes on with that run."""
    folder = ended()
    first = store_session(folder)
    (folder / spool_files.STORED).unlink()
    assert store_session(folder).run_ids == first.run_ids
    assert EvidenceStore(store_uri).find("last") == first.run_ids[0]


def test_each_run_of_a_program_gets_its_own_values(ended: Callable[..., Path], store_uri: str) -> None:
    """Runs are counted in the order in which they began."""
    a, run_a = begun(store_uri)
    b, run_b = begun(store_uri)
    store_session(ended(run_a, point(a, 0, 0.1), run_b, point(b, 0, 0.2)))
    store = EvidenceStore(store_uri)
    found = [(store.read(r).record.ordinal, store.read(r).record.outputs.metrics[0].final) for r in (a, b)]
    assert found == [(0, 0.1), (1, 0.2)]


def test_a_run_that_its_program_deleted_keeps_no_other_from_being_stored(
    ended: Callable[..., Path], store_uri: str
) -> None:
    """The records of the others count it. With no run left, that is the problem that is reported."""
    a, run_a = begun(store_uri)
    b, run_b = begun(store_uri)
    store = EvidenceStore(store_uri)
    store.delete(a)
    assert store_session(ended(run_a, point(a, 0, 0.1), run_b, point(b, 0, 0.2))).run_ids == (b,)
    assert (store.read(b).record.ordinal, store.read(b).record.session_runs) == (1, 2)
    store.delete(b)
    with pytest.raises(StoreUnavailable, match="deleted"):
        store_session(ended(run_a, run_b))


def test_a_resumed_run_keeps_both_sessions_once(ended: Callable[..., Path], store_uri: str) -> None:
    """The second session adds its points; storing it again (as notebooks do) adds only what is new."""
    run_id, created = begun(store_uri)
    store_session(ended(created, point(run_id, 0, 1.0), point(run_id, 1, 0.5)))
    _, resumed = begun(store_uri, "resumed", run_id)
    second = ended(resumed, point(run_id, 2, 0.25))
    goes_on = EventWriter(second)
    goes_on.write("process", main=False, prefix=sys.prefix, base_prefix=sys.base_prefix, argv=["child.py"])
    store_session(second)
    goes_on.write("metric", run_id=run_id, key="loss", hex=(0.125).hex(), step=3, at=3)
    store_session(second)
    record = EvidenceStore(store_uri).read(run_id).record
    (curve,) = record.outputs.metrics
    assert curve.steps == (0, 1, 2, 3)
    assert [c.steps for c in record.own_outputs.metrics] == [(0, 1)]
    assert record.sessions == 2
    assert len([n for n in record.notes if n.startswith("resumed")]) == 1


def test_spools_that_make_no_sense_are_damage(ended: Callable[..., Path]) -> None:
    """An event without what it must have is an error of bis's own kind, so that other commands go on."""
    with pytest.raises(EvidenceDamaged, match="cannot be read"):
        store_session(ended(("run", {"how": "created"})))


def test_one_process_stores(ended: Callable[..., Path]) -> None:
    """Who comes second waits, and finds it done; or gives up in time."""
    folder = ended()
    held = lock(folder / "storing.lock")
    assert held is not None
    assert store_under_lock(folder, wait_s=0.1) is None
    unlock(held)
    done = store_under_lock(folder)
    assert done is not None
    assert store_under_lock(folder) == done


def test_draining_stores_what_waits(ended: Callable[..., Path], store_uri: str, tmp_path: Path) -> None:
    """Sessions of this store whose programs ended are stored; a second look finds nothing to do."""
    folder = ended()
    observer = Watching()
    assert drain(store_uri, tmp_path, observer) == ()
    assert observer.seen == ["started storing", "finished storing"]
    assert read_stored(folder) is not None
    before = (folder / spool_files.STORED).stat().st_mtime_ns
    assert drain(store_uri, tmp_path) == ()
    assert (folder / spool_files.STORED).stat().st_mtime_ns == before


def test_draining_leaves_others_alone(ended: Callable[..., Path], project: Path, store_uri: str) -> None:
    """Not stored: what still runs, what belongs to another store, and replays."""
    alive = ended()
    held = lock(alive / "alive.lock")
    elsewhere = ended(("run", {"run_id": "x", "how": "created", "uri": "http://other.example"}))
    relative = ended(tracking_uri="sqlite:///mlflow.db", cwd="/another/project")
    replayed = ended(mode=Mode.REPLAY)
    assert drain(store_uri, project.parent) == ()
    assert drain("sqlite:///mlflow.db", project) == ()
    assert [read_stored(f) for f in (alive, elsewhere, relative, replayed)] == [None] * 4
    assert held is not None
    unlock(held)


def test_draining_tells_what_it_cannot_store(ended: Callable[..., Path], home: Path, store_uri: str) -> None:
    """A damaged session and one whose store is gone are named, each in a line, and the others are stored."""
    torn = ended()
    (torn / spool_files.SESSION).write_text("{")
    strange = ended(("run", {"how": "created", "uri": store_uri}))
    good = ended()
    (home / "sessions" / ".DS_Store").write_text("")
    (home / "sessions" / "being-made").mkdir()
    never_begun = home / "sessions" / "never-begun"
    never_begun.mkdir()
    os.utime(never_begun, (0, 0))
    problems = drain(store_uri, Path("/"))
    assert not never_begun.exists()
    assert (home / "sessions" / "being-made").exists()
    assert len(problems) == 2
    assert {name for f in (torn, strange) for name in (f.name,) if any(name in p for p in problems)} == {
        torn.name,
        strange.name,
    }
    assert read_stored(good) is not None
    [again] = drain(store_uri, Path("/"))  # what is lost is told once
    assert strange.name in again
    assert [p for p in problems if f"{torn.name} is lost" in p]
    assert torn.exists()


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("left", [None, b"", b"0123", b"\xff" * 32], ids=["full", "empty", "cut", "damaged"])
def test_a_run_is_made_once_however_its_note_was_left(
    ended: Callable[..., Path], store_uri: str, monkeypatch: pytest.MonkeyPatch, left: bytes | None
) -> None:
    """A disk that fills while the note of the run is written costs nothing: the run is found again, and ended."""
    folder = ended()
    whole = spool_files.write_whole

    def write(path: Path, content: bytes) -> None:
        if path.name == MADE and content:
            if left is None:
                raise FULL
            content = left
        whole(path, content)

    def refuse(*_args: object, **_options: object) -> None:
        raise FULL

    with monkeypatch.context() as patch:
        patch.setattr("bis.record.storing.write_whole", write)
        patch.setattr(EvidenceStore, "write", refuse)
        with pytest.raises(OSError, match="No space"):
            store_session(folder)
    store = EvidenceStore(store_uri)
    [running] = store.runs(RunFilter(tags={"bis.session": folder.name}))
    assert running.status == "RUNNING"
    assert store_session(folder).run_ids == (running.run_id,)
    assert [r.status for r in store.runs(RunFilter(tags={"bis.session": folder.name}))] == ["FINISHED"]


def test_no_run_is_made_where_it_could_not_be_noted(
    ended: Callable[..., Path], store_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full before there is a run leaves the session as it is."""
    folder = ended()

    def refuse(*_args: object) -> None:
        raise FULL

    with monkeypatch.context() as patch:
        patch.setattr("bis.record.storing.write_whole", refuse)
        with pytest.raises(OSError, match="No space"):
            store_session(folder)
    assert EvidenceStore(store_uri).runs(RunFilter(tags={"bis.session": folder.name})) == ()
    assert store_session(folder).run_ids


NOTES = [
    spool_files.EXIT,
    spool_files.CODE,
    spool_files.ENVIRONMENT,
    spool_files.NOTEBOOK_RESULT,
    spool_files.STORED,
    spool_files.CARRIED_FILES,
    spool_files.SECRETS,
    spool_files.VARIABLES,
]


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"null", b"\xff"], ids=range(5))
def test_notes_that_cannot_be_read_cost_their_facet_only(
    ended: Callable[..., Path], store_uri: str, content: bytes
) -> None:
    """Whatever else a disk has eaten, the session is stored, and its record says what is missing."""
    folder = ended()
    for name in NOTES:
        (folder / name).write_bytes(content)
    if content:
        (folder / spool_files.STORED).unlink()  # of this one only an empty one is taken for none
    (folder / spool_files.STDOUT).write_text("line 1\n")
    assert drain(store_uri, Path("/")) == ()
    done = read_stored(folder)
    assert done is not None
    stored = EvidenceStore(store_uri).read(done.run_ids[0])
    assert stored.status == "KILLED"  # how it ended is not known
    outputs = stored.record.outputs
    assert outputs.stdout == "line 1\n"
    assert outputs.status is Status.PARTIAL
    assert [r for r in outputs.reasons if "may not be whole" in r]
    assert [r for r in outputs.reasons if "notebook" in r]
    for facet in (stored.record.code, stored.record.environment):
        assert facet.status is Status.MISSING
        assert facet.reasons


def test_what_a_child_logs_after_the_program_is_stored_too(ended: Callable[..., Path], store_uri: str) -> None:
    """A child that outlives the program may start its run later; with its end there is more to be stored."""
    folder = ended()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    events = folder / f"events-{child.pid}.jsonl"
    started = {
        "k": "process",
        "t": time.time(),
        "main": False,
        "prefix": "/p",
        "base_prefix": "/p",
        "argv": ["child.py"],
    }
    events.write_text(json.dumps(started) + "\n")
    [made] = store_session(folder).run_ids
    assert (folder / spool_files.SECRETS).exists()  # what comes is to be redacted, too
    assert is_stored(folder)
    run_id, (_, facts) = begun(store_uri)
    with events.open("a") as file:
        for kind, more in (("run", facts), point(run_id, 0, 0.5)):
            file.write(json.dumps({"k": kind, "t": time.time(), **more}) + "\n")
    assert is_stored(folder)  # it goes on
    child.communicate(b"\n")
    assert not is_stored(folder)
    assert is_waiting(folder, store_uri, Path("/"))
    assert drain(store_uri, Path("/")) == ()
    assert is_stored(folder)
    assert not (folder / spool_files.SECRETS).exists()
    store = EvidenceStore(store_uri)
    assert store.read(run_id).record.outputs.metrics[0].final == 0.5
    assert store.read(made).recorded
    before = (folder / spool_files.STORED).stat().st_mtime_ns
    assert drain(store_uri, Path("/")) == ()
    assert (folder / spool_files.STORED).stat().st_mtime_ns == before


def test_a_child_that_logs_nothing_changes_nothing(ended: Callable[..., Path], store_uri: str) -> None:
    """Its other events are of no run; the session stays stored, and they go."""
    folder = ended()
    done = store_session(folder)
    time.sleep(0.02)
    (folder / "events-4194999.jsonl").write_text(json.dumps({"k": "end", "t": time.time()}) + "\nnonsense\n")
    assert is_stored(folder)
    assert drain(store_uri, Path("/")) == ()
    assert read_stored(folder) == done
    assert not list(folder.glob("events-*.jsonl"))


def test_a_server_that_does_not_answer_is_asked_once(
    ended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the sessions that wait for it is told, and only the first one waits."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        came: list[int] = []

        def hang_up() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    listener.accept()[0].close()
                    came.append(1)

        threading.Thread(target=hang_up, daemon=True).start()
        uri = f"http://127.0.0.1:{listener.getsockname()[1]}"
        waiting = [ended(tracking_uri=uri) for _ in range(3)]
        store_waiting_there = list(store_waiting(uri, Path("/")))
        first = len(came)
        with pytest.raises(StoreUnavailable):
            store_session(waiting[0])
    assert [s.session for s in store_waiting_there] == sorted(f.name for f in waiting)
    assert len({s.problem.partition(": ")[2] for s in store_waiting_there}) == 1
    assert first == len(came) - first  # as often as for one session


def test_nothing_raw_stays_of_a_stored_session(ended: Callable[..., Path]) -> None:
    """A record without what was secret would be of little use beside the text that it was taken out of."""
    folder = ended(argv=("--token", "wombat-in-argv-7f3a"))
    for events in folder.glob("events-*.jsonl"):  # of this process, which lives
        events.rename(folder / f"events-{2**22 + 1}.jsonl")
    (folder / spool_files.STDOUT).write_text("token wombat-in-argv-7f3a\n")
    done = store_session(folder)
    assert not any(b"wombat" in p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert read_stored(folder) == done


def test_old_sessions_are_forgotten(ended: Callable[..., Path], store_uri: str) -> None:
    """A week after it was stored a session's folder goes."""
    folder = ended()
    store_session(folder)
    for path in folder.iterdir():
        os.utime(path, (time.time() - 8 * 24 * 3600,) * 2)
    drain(store_uri, Path("/"))
    assert not folder.exists()


def test_the_background_is_not_confused_by_the_project(ended: Callable[..., Path], project: Path) -> None:
    """A user's json.py in the working directory is not run by the process that stores."""
    (project / "json.py").write_text("open('was-run', 'w').close()\n")
    folder = ended()
    store_in_background(folder)
    deadline = time.monotonic() + 60
    while read_stored(folder) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert read_stored(folder) is not None, (folder / "storing.log").read_text()
    assert not (project / "was-run").exists()


def test_a_failure_in_the_background_is_left_beside_the_session(ended: Callable[..., Path]) -> None:
    """Who looks into the folder finds why it was not stored."""
    folder = ended(("run", {"how": "created"}))
    code = "import sys; from bis.record.storing import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=False, capture_output=True)
    assert done.returncode == 3
    assert "KeyError: 'run_id'" in (folder / "storing.error").read_text()


def test_storing_in_the_background_is_seen_at_once(ended: Callable[..., Path]) -> None:
    """From the moment at which it was started, so that a command that comes next waits for it."""
    folder = ended()
    assert not is_being_stored(folder)
    store_in_background(folder)
    assert is_being_stored(folder) or read_stored(folder) is not None
    deadline = time.monotonic() + 60
    while (read_stored(folder) is None or is_being_stored(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert read_stored(folder) is not None, (folder / "storing.log").read_text()
    assert not is_being_stored(folder)


def test_storing_in_a_process_of_its_own_sets_nothing_here(ended: Callable[..., Path], store_uri: str) -> None:
    """It is waited for; other sessions that wait are stored with it, and the environment stays as it was."""
    waiting, folder = ended(), ended()
    before = dict(os.environ)
    done = store_in_own_process(folder)
    assert EvidenceStore(store_uri).read(done.run_ids[0]).recorded
    assert read_stored(waiting) is not None
    assert dict(os.environ) == before


def test_a_failure_in_a_process_of_its_own_is_an_error(ended: Callable[..., Path]) -> None:
    """With the reason that the process gave."""
    folder = ended(("run", {"how": "created"}))
    with pytest.raises(StoreUnavailable, match=r"KeyError: 'run_id'"):
        store_in_own_process(folder)
