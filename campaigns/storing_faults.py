"""Faults while a session is stored: in the home of bis and in the store; the next attempt must make it good, once."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bis.errors import BisError
from campaigns.call_faults import FIRST
from campaigns.checks import message_breaches, record_breaches, volatile
from campaigns.launcher_faults import launched, records, stored
from campaigns.programs import draw_program
from campaigns.recorder_faults import KILLS, drawn_faults
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.record import Record
    from campaigns.call_faults import CallFault
    from campaigns.scenes import Scene

KIND = "storing"
PER_GROUP = 40


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one session, faults at the steps of storing it; `only` one of them."""
    rng = random.Random(f"{KIND}:{group}")
    program = draw_program(rng)
    launched(scene, program, None, warm_home=True)
    waiting = scene.base / "waiting"
    shutil.rmtree(waiting, ignore_errors=True)
    shutil.copytree(scene.home, waiting, symlinks=True)
    wholes = []
    for _ in range(2):
        _put_back(scene)
        done = stored(scene)
        [record] = records(scene)
        wholes.append(record)
    statuses = _statuses(scene)
    passing = volatile(*wholes)
    for index, fault in enumerate(drawn_faults({FIRST: done.steps[FIRST]}, rng, per_group)):
        if only is not None and index != only:
            continue
        _put_back(scene)
        done = stored(scene, fault)
        breaches = list(message_breaches(done.err))
        if done.hung or done.code not in ({0, 3, -9} if fault.how in KILLS else {0, 3}):
            breaches.append(f"storing ended with {done.code}: {done.err[-300:]!r}")
        if done.code == 3 and b"bis:" not in done.err:
            breaches.append("it could not be stored, and nothing says why")
        breaches += list(_after(scene, fault, wholes[0], passing, statuses))
        yield Trial(KIND, f"{KIND}:{group}:{index}", f"{fault}: {done.hit}", tuple(breaches))


def _put_back(scene: Scene) -> None:
    """The session as it waits to be stored, and an empty store."""
    shutil.rmtree(scene.home)
    shutil.copytree(scene.base / "waiting", scene.home, symlinks=True)
    shutil.rmtree(scene.store)
    scene.store.mkdir()
    shutil.copy(scene.kept / "mlflow.db", scene.store / "mlflow.db")


def _after(
    scene: Scene, fault: CallFault, whole: Record, passing: dict[str, set[str]], statuses: list[str]
) -> Iterator[str]:
    """What is wrong after the next attempt, which nothing disturbs."""
    again = stored(scene)
    yield from message_breaches(again.err)
    if again.code != 0:
        yield f"the next attempt ended with {again.code}: {again.err[-300:]!r}"
        return
    try:
        found = records(scene)
    except BisError as error:
        yield f"the record cannot be read: {error.message}"
        return
    if len(found) != 1:
        yield f"{len(found)} runs instead of one"
    for record in found:
        yield from record_breaches(whole, record, passing)
        if record.state != whole.state:
            yield f"the state is {record.state.value}"
    if len(found) == 1 and _statuses(scene) != statuses:
        yield f"the run is {_statuses(scene)} instead of {statuses}"
    left = [p.name for p in scene.home.glob("sessions/*/*") if p.suffix == ".tmp"]
    if left and fault.how not in KILLS and not fault.lasting:  # where nothing can be removed, either
        yield f"left behind: {left}"


def _statuses(scene: Scene) -> list[str]:
    with closing(sqlite3.connect(scene.store / "mlflow.db")) as database:
        return sorted(status for (status,) in database.execute("SELECT status FROM runs"))
