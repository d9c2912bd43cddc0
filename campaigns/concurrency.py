"""Many at once: recorded runs on one store and on one server, replays of one run, clients that store the same spool."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.store import EvidenceStore
from bis.model.stored_runs import RunFilter
from campaigns.checks import message_breaches
from campaigns.faulty_server import TrackingServer
from campaigns.forks import work_and_end
from campaigns.programs import MAIN, DrawnProgram
from campaigns.scenes import command
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from campaigns.scenes import Ran, Scene

KIND = "concurrent"
PER_GROUP = 100
_CAMPAIGNS = 8
_LIMIT_S = 900.0
# It shares nothing with the others but its data.
_PROGRAM = """\
import random
random.seed({seed})
print("read", len(open("data.csv").read()), random.random())
for epoch in range(20):
    print("epoch", epoch, random.gauss(0, 1))
"""


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: so many runs at once on a store, then on a server; then replays; then clients."""
    program = DrawnProgram({MAIN: _PROGRAM.format(seed=group), "data.csv": "1,2\n3,4\n"})
    scene.reset(program)
    plain = scene.plain()
    scene.reset(program)
    if only in {None, 0}:
        yield _trial(
            group,
            0,
            f"{per_group} runs at once on one SQLite store",
            _runs_at_once(scene, plain, per_group, scene.uri),
            per_group,
        )
    if only in {None, 2}:
        yield _trial(group, 2, f"{_CAMPAIGNS} campaigns of replays at once", _replays_at_once(scene), _CAMPAIGNS)
    if only in {None, 3}:
        pairs = max(per_group // 4, 1)
        scene.reset(program)
        yield _trial(group, 3, f"2 clients and the same spool, {pairs} times", _clients_at_once(scene, pairs), pairs)
    if only in {None, 1}:
        scene.reset(program)
        server = TrackingServer(scene.base / "server", scene.kept / "mlflow.db")
        try:
            yield _trial(
                group,
                1,
                f"{per_group} runs at once on one server",
                _runs_at_once(scene, plain, per_group, server.uri),
                per_group,
            )
        finally:
            server.stop()


def _trial(group: int, index: int, what: str, breaches: Iterator[str], count: int) -> Trial:
    started = time.monotonic()
    found = tuple(breaches)
    return Trial(
        KIND, f"{KIND}:{group}:{index}", f"{what} ({time.monotonic() - started:.0f} s)", found, 1 if found else count
    )


def _runs_at_once(scene: Scene, plain: Ran, count: int, uri: str) -> Iterator[str]:
    """All of them are as without bis, and stored, once each, whole."""
    environ = scene.environ(uri, SQLALCHEMY_WARN_20="0")
    done = _at_once(
        [lambda: command(("run", "--no-wait", MAIN), scene.project, environ, store=True)] * count, scene.base
    )
    for number, (code, out, err) in enumerate(done):
        if code != plain.code:
            yield f"run {number} ended with {code}: {err[-300:]!r}"
        elif out != plain.out:
            yield f"run {number} printed other things than without bis"
        yield from message_breaches(err)
    [(code, _, err)] = _at_once([lambda: command(("store",), scene.project, environ)], scene.base)
    if code:
        yield f"`bis store` ended with {code}: {err[-300:]!r}"
    yield from _stored_breaches(scene, uri, count)


def _stored_breaches(scene: Scene, uri: str, count: int) -> Iterator[str]:
    store = EvidenceStore(uri)
    runs = store.runs(RunFilter(), limit=count * 3)
    if len(runs) != count:
        yield f"{len(runs)} runs instead of {count}"
    sessions: Counter[str] = Counter()
    for run in runs:
        try:
            stored = store.read(run.run_id)
        except BisError as error:
            yield f"run {run.run_id} cannot be read: {error.message}"
            continue
        sessions[stored.record.session] += 1
        if not stored.recorded or stored.status == "RUNNING":
            yield f"run {run.run_id} is {stored.status}, recorded: {stored.recorded}"
    yield from (f"session {name} is stored {times} times" for name, times in sessions.items() if times > 1)
    left = [f.name for f in scene.home.glob("sessions/*") if not (f / "stored.json").exists()]
    if left:
        yield f"{len(left)} sessions are not stored: {left[:3]}"


def _replays_at_once(scene: Scene) -> Iterator[str]:
    """Each campaign gives its replays and its verdict."""
    environ = scene.environ()
    reference = EvidenceStore(scene.uri).runs(RunFilter(), limit=1)
    if not reference:
        yield "there is no run to replay"
        return
    run_id = reference[0].run_id
    arguments = ("replay", run_id, "-n", "2", "--yes", "--json")
    before = _children(scene.store / "mlflow.db", run_id)
    done = _at_once([lambda: command(arguments, scene.project, environ)] * _CAMPAIGNS, scene.base)
    for number, (code, out, err) in enumerate(done):
        if code:
            yield f"campaign {number} ended with {code}: {err[-300:]!r} {out[-200:]!r}"
        yield from message_breaches(err)
    made = _children(scene.store / "mlflow.db", run_id) - before
    if made != 2 * _CAMPAIGNS:
        yield f"{made} replays are stored instead of {2 * _CAMPAIGNS}"


def _children(database: Path, run_id: str) -> int:
    query = "SELECT count(*) FROM tags WHERE key = 'mlflow.parentRunId' AND value = ?"
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(query, (run_id,)).fetchone()[0])


def _clients_at_once(scene: Scene, pairs: int) -> Iterator[str]:
    """Two that store the same session at the same time store it once."""
    environ = scene.environ()
    for number in range(1, pairs + 1):
        run = _at_once([lambda: command(("run", "--no-wait", MAIN), scene.project, environ)], scene.base)
        done = _at_once([lambda: command(("store",), scene.project, environ)] * 2, scene.base)
        for code, _, err in done:
            if code:
                yield f"pair {number}: a client ended with {code}: {err[-300:]!r}"
            yield from message_breaches(err)
        if len(EvidenceStore(scene.uri).runs(RunFilter(), limit=10 * pairs)) != number:
            yield f"pair {number}: not {number} runs after {run[0][2][-200:]!r}"
            return
    yield from _stored_breaches(scene, scene.uri, pairs)


def _at_once(works: list[Callable[[], int]], folder: Path) -> list[tuple[int, bytes, bytes]]:
    """Do all of them in forks of this process, at once: the status of each, and what it printed."""
    streams = [(folder / f"out-{n}", folder / f"err-{n}") for n in range(len(works))]
    forks = [_forked(work, *places) for work, places in zip(works, streams, strict=True)]
    done = []
    deadline = time.monotonic() + _LIMIT_S
    for pid, (out, err) in zip(forks, streams, strict=True):
        code = _waited(pid, deadline)
        done.append((code, out.read_bytes(), err.read_bytes()))
        out.unlink()
        err.unlink()
    return done


def _forked(work: Callable[[], int], out: Path, err: Path) -> int:
    for place in (out, err):
        place.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        work_and_end(work, out, err)
    return pid


def _waited(pid: int, deadline: float) -> int:
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.kill(pid, 9)
    os.waitpid(pid, 0)
    return -9
