"""A tracking server that fails while a session is stored: it is reported, and the next attempt makes it good, once."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.store import EvidenceStore
from campaigns.checks import message_breaches, record_breaches, volatile
from campaigns.faulty_server import HOWS, FaultyServer, ServerFault, TrackingServer
from campaigns.launcher_faults import in_fork
from campaigns.programs import MAIN, draw_program
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.record import Record
    from campaigns.call_faults import Watched
    from campaigns.scenes import Scene

KIND = "server"
PER_GROUP = 100
# A server is given up soon: what is tested is what comes then.
_IMPATIENT = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "2",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
}


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one session, faults at the requests by which it is stored; `only` one of them."""
    server = TrackingServer(scene.base / "server", scene.kept / "mlflow.db")
    proxy = FaultyServer(server.port)
    try:
        yield from _of_program(scene, group, server, proxy, only=only, per_group=per_group)
    finally:
        proxy.stop()
        server.stop()


def _of_program(
    scene: Scene, group: int, server: TrackingServer, proxy: FaultyServer, *, only: int | None, per_group: int
) -> Iterator[Trial]:
    rng = random.Random(f"{KIND}:{group}")
    scene.reset(draw_program(rng))
    in_fork(scene, ("run", "--no-wait", MAIN), None, MLFLOW_TRACKING_URI=proxy.uri)
    waiting = scene.base / "waiting"
    shutil.rmtree(waiting, ignore_errors=True)
    shutil.copytree(scene.home, waiting, symlinks=True)
    wholes: list[Record] = []
    status = ""
    artifacts: dict[str, int] = {}
    requests = 0
    for _ in range(2):
        server.forget_sessions()
        before = set(server.statuses())
        _store(scene, proxy, None, anew=True)
        requests = proxy.requests
        [made] = set(server.statuses()) - before
        wholes.append(EvidenceStore(proxy.uri).read(made).record)
        status, artifacts = server.statuses()[made], server.artifacts(made)
    passing = volatile(*wholes)
    every = [ServerFault(n, how, lasting) for n in range(1, requests + 1) for how in HOWS for lasting in (False, True)]
    for index, fault in enumerate(rng.sample(every, min(per_group, len(every)))):
        if only is not None and index != only:
            continue
        server.forget_sessions()
        before = set(server.statuses())
        done = _store(scene, proxy, fault, anew=True)
        hit = proxy.hit
        breaches = [*_first_breaches(done), *_next_breaches(_store(scene, proxy, None, anew=False))]
        found = {run: said for run, said in server.statuses().items() if run not in before}
        if len(found) != 1:
            breaches.append(f"{len(found)} runs instead of one")
        for run, said in found.items():
            if said != status:
                breaches.append(f"the run is {said} instead of {status}")
            breaches += _lost(artifacts, server.artifacts(run))
            try:
                breaches += record_breaches(wholes[0], EvidenceStore(proxy.uri).read(run).record, passing)
            except BisError as error:
                breaches.append(f"the record cannot be read: {error.message}")
        yield Trial(KIND, f"{KIND}:{group}:{index}", f"{fault}: {hit}", tuple(breaches))


def _lost(whole: dict[str, int], found: dict[str, int]) -> Iterator[str]:
    """Artifacts that are not there, or archives that are not whole; documents have times in them."""
    for name, size in whole.items():
        if name not in found or (name.endswith(".gz") and found[name] != size):
            yield f"{name} has {found.get(name, 'no')} bytes on the server instead of {size}"


def _first_breaches(done: Watched) -> Iterator[str]:
    yield from message_breaches(done.err)
    if done.hung or done.code not in {0, 3}:
        yield f"storing ended with {done.code}: {done.err[-300:]!r}"
    if done.code == 3 and b"bis:" not in done.err:
        yield "it could not be stored, and nothing says why"


def _next_breaches(again: Watched) -> Iterator[str]:
    if again.code != 0:
        yield f"the next attempt ended with {again.code}: {again.err[-300:]!r}"


def _store(scene: Scene, proxy: FaultyServer, fault: ServerFault | None, *, anew: bool) -> Watched:
    """``bis store``, with the session as it was left by `bis run` where it is to be done `anew`."""
    if anew:
        shutil.rmtree(scene.home)
        shutil.copytree(scene.base / "waiting", scene.home, symlinks=True)
    proxy.arm(fault)
    return in_fork(scene, ("store",), None, MLFLOW_TRACKING_URI=proxy.uri, **_IMPATIENT)
