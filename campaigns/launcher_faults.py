"""Faults in ``bis run``: what the launcher writes fails, or is where it is killed; then the session is stored.

Whatever happens to the launcher, the program must come to its end as it would without bis.
"""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.store import EvidenceStore
from campaigns.call_faults import FIRST, OTHERS, CallFault, Watched, watched
from campaigns.checks import message_breaches, program_breaches, record_breaches, volatile
from campaigns.programs import MAIN, draw_program
from campaigns.recorder_faults import KILLS, drawn_faults
from campaigns.scenes import command
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.record import Record
    from campaigns.programs import DrawnProgram
    from campaigns.scenes import Scene

KIND = "launcher"
PER_GROUP = 25
_LIMIT_S = 60.0


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one program, faults at the steps of its launcher; `only` one of them."""
    rng = random.Random(f"{KIND}:{group}")
    program = draw_program(rng)
    warm_home = rng.random() > 0.05  # without, the folder that is injected is made under fire, too
    scene.reset(program)
    plain = scene.plain()
    wholes = []
    for _ in range(2):
        done = launched(scene, program, None, warm_home=warm_home)
        stored(scene)
        [record] = records(scene)
        wholes.append(record)
    passing = volatile(*wholes)
    faults = drawn_faults({**done.steps, OTHERS: 0}, rng, per_group)
    for index, fault in enumerate(faults):
        if only is not None and index != only:
            continue
        done = launched(scene, program, fault, warm_home=warm_home)
        breaches = list(program_after(plain.code, fault, done))
        killed = done.code == -signal.SIGKILL
        if killed:  # nobody waits for its output any more, but it must have come to its end
            if scene.written() != plain.files and fault.role == FIRST and any(scene.home.glob("sessions/*/events-*")):
                breaches.append(f"the program did not survive its launcher: {sorted(scene.written())}")
        else:
            breaches += program_breaches(plain, done, scene.written(), killed=False)
        breaches += evidence_breaches(scene, wholes[0], passing, told=done.err, killed=killed)
        yield Trial(KIND, f"{KIND}:{group}:{index}", f"{fault}: {done.hit}", tuple(breaches))


def launched(scene: Scene, program: DrawnProgram, fault: CallFault | None, *, warm_home: bool) -> Watched:
    """``bis run`` of the program in a new scene, with a fault."""
    scene.reset(program, warm_home=warm_home)
    return in_fork(scene, ("run", "--no-wait", MAIN), fault)


def in_fork(scene: Scene, arguments: tuple[str, ...], fault: CallFault | None, **variables: str) -> Watched:
    """A command of bis in a fork of this process; faults are in the home, and in the store but for `bis run`."""
    out, err = scene.base / "out", scene.base / "err"
    for stream in (out, err):
        stream.unlink(missing_ok=True)
    places = (scene.home,) if arguments[0] == "run" else (scene.home, scene.store)
    environ = scene.environ(**variables)
    return watched(lambda: command(arguments, scene.project, environ), out, err, places, fault, limit_s=_LIMIT_S)


def program_after(code: int, fault: CallFault, done: Watched) -> Iterator[str]:
    """What a launcher may not do, whatever it met."""
    if done.hung:
        yield "it hung"
    if done.code == 70:
        yield "it ended with 70, a defect of bis"
    if fault.how in KILLS and done.hit and done.code not in {-signal.SIGKILL, code}:
        yield f"it was killed and ended with {done.code}"
    yield from (b for b in message_breaches(done.err) if "defect" in b)


def stored(scene: Scene, fault: CallFault | None = None) -> Watched:
    """``bis store``."""
    return in_fork(scene, ("store",), fault)


def records(scene: Scene) -> list[Record]:
    """The records in the store."""
    store = EvidenceStore(scene.uri)
    return [store.read(run.run_id).record for run in store.runs(limit=10)]


def evidence_breaches(
    scene: Scene, whole: Record, passing: dict[str, set[str]], *, told: bytes, killed: bool
) -> Iterator[str]:
    """What is wrong with the evidence after a fault: stored now, it is whole or marked; or its loss is reported."""
    described = list(scene.home.glob("sessions/*/session.json"))
    for made in (*described, *scene.home.glob("sessions/*")):
        os.utime(made, (1e9, 1e9))  # of a session that was just made, more may come
    # A launcher that was killed before it had described the session had not started the program, either.
    begun = described or list(scene.home.glob("sessions/*/events-*"))
    done = stored(scene)
    yield from message_breaches(done.err)
    if done.hung or done.code not in {0, 3}:
        yield f"`bis store` ended with {done.code}: {done.err[-300:]!r}"
        return
    reported = b"bis: nothing is recorded" in told or (done.code == 3 and b"bis:" in done.err)
    again = stored(scene) if done.code else done
    if again.code:
        yield f"`bis store` fails each time: {again.err[-300:]!r}"
    try:
        found = records(scene)
    except BisError as error:
        yield f"the record cannot be read: {error.message}"
        return
    if len(found) > 1:
        yield f"{len(found)} runs instead of one"
    elif not found and not reported and not (killed and not begun):
        yield f"no record, and nothing says so: {told[-300:]!r}, {done.err[-300:]!r}"
    for record in found:
        yield from record_breaches(whole, record, passing)
        if killed and record.state.value == "finished":
            yield from unmarked(whole, record, passing)


def unmarked(whole: Record, record: Record, passing: dict[str, set[str]]) -> Iterator[str]:
    """Where the launcher was killed, what it alone sees is missing, and the outputs must say so."""
    if record.outputs.status.value == "recorded" and list(record_breaches(whole, record, passing)):
        yield "the launcher was killed, and the record says finished, its outputs recorded"
