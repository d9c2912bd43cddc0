"""Faults in the recorded program itself: what the recorder writes fails, or is where the program is killed.

The session that the launcher makes is made once for each program, and put back before each trial; the program is a
process of its own, as the launcher starts it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bis.config import Settings
from bis.errors import EvidenceError
from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.launch.launcher import child_environment, entry_from, new_session
from bis.launch.liveness import release
from bis.model.record import Mode
from bis.model.session import Exit
from bis.record.assembly import assemble
from bis.record.observed_session import read_sightings
from bis.record.preparation import prepare
from campaigns.call_faults import ERRORS, FIRST, HOWS, KILL, OTHERS, TORN, TORN_KILL, CallFault, Watched, watched
from campaigns.checks import program_breaches, record_breaches, volatile
from campaigns.programs import MAIN, draw_program
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis.model.record import Record
    from bis.model.session import Session
    from campaigns.programs import DrawnProgram
    from campaigns.scenes import Scene

KIND = "recorder"
PER_GROUP = 40
_LIMIT_S = 30.0
KILLS = (KILL, TORN_KILL)


def drawn_faults(steps: Mapping[str, int], rng: random.Random, count: int) -> list[CallFault]:
    """Some of all faults that there can be, each once, in any order."""
    every = [
        CallFault(role, step, how, lasting)
        for role in (FIRST, OTHERS)
        for step in range(1, steps.get(role, 0) + 1)
        for how in HOWS
        for lasting in ((False, True) if how in ERRORS else (how == TORN,))
    ]
    return rng.sample(every, min(count, len(every)))


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one program, faults at its steps; `only` one of them."""
    rng = random.Random(f"{KIND}:{group}")
    chosen = Chosen(KIND, group, only, per_group)
    yield from trials_of(scene, chosen, draw_program(rng), rng)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which trials of a group are made."""

    kind: str
    group: int
    only: int | None
    per_group: int

    def seed(self, index: int) -> str:
        """By what one is repeated."""
        return f"{self.kind}:{self.group}:{index}"


class Surroundings:
    """What else a program changes: made anew before each trial, looked at after it. Nothing, for most programs."""

    def remember(self) -> None:
        """What the program left without bis."""

    def renew(self) -> None:
        """As it is before the program runs."""

    def breaches(self, *, killed: bool) -> Iterator[str]:  # noqa: ARG002 - others ask
        """What is other in it than the undisturbed program left, or of a killed one, could have left."""
        yield from ()


def trials_of(
    scene: Scene, chosen: Chosen, program: DrawnProgram, rng: random.Random, around: Surroundings | None = None
) -> Iterator[Trial]:
    """Trials of one program, faults at its steps."""
    around = around or Surroundings()
    scene.reset(program)
    plain = scene.plain()
    around.remember()
    scene.reset(program)
    with _environment(scene.environ()):
        session = _session(scene)
        template = scene.base / "spool"
        shutil.rmtree(template, ignore_errors=True)
        shutil.copytree(session.spool, template)
        wholes = []
        for _ in range(2):
            around.renew()
            done, record = _recorded(scene, program, session, None)
            assert record is not None
            wholes.append(record)
        undisturbed = [
            *program_breaches(plain, done, scene.written(), killed=False), *around.breaches(killed=False)
        ]  # fmt: skip
        if undisturbed:
            yield Trial(chosen.kind, chosen.seed(0), "no fault", tuple(undisturbed))
        passing = volatile(*wholes)
        for index, fault in enumerate(drawn_faults(done.steps, rng, chosen.per_group)):
            if chosen.only is not None and index != chosen.only:
                continue
            around.renew()
            done, record = _recorded(scene, program, session, fault)
            what = f"{fault}: {done.hit}"
            if _child_killed(fault, done):  # what the program makes of it is its own affair
                yield Trial(chosen.kind, chosen.seed(index), what, ("it hung",) if done.hung else ())
                continue
            killed = fault.how in KILLS and fault.role == FIRST and done.code == -signal.SIGKILL
            breaches = [*program_breaches(plain, done, scene.written(), killed=killed), *around.breaches(killed=killed)]
            if record is not None:
                breaches += record_breaches(wholes[0], record, passing)
                if killed and record.state.value == "finished":
                    breaches.append("the program was killed, and the record says finished")
            yield Trial(chosen.kind, chosen.seed(index), what, tuple(breaches))


def _child_killed(fault: CallFault, done: Watched) -> bool:
    """Whether a child of the program was killed."""
    return fault.role == OTHERS and fault.how in KILLS and bool(done.hit)


def _session(scene: Scene) -> Session:
    os.chdir(scene.project)
    entry = entry_from(MAIN, (), module=False)
    settings = Settings()
    session = new_session(entry, mode=Mode.RUN, cwd=scene.project, project_root=scene.project, settings=settings)
    prepare(session, settings)
    release(Path(session.spool))
    return session


def _recorded(
    scene: Scene, program: DrawnProgram, session: Session, fault: CallFault | None
) -> tuple[Watched, Record | None]:
    """Run the program of a session; its record, None where that says that it cannot be read."""
    folder = Path(session.spool)
    shutil.rmtree(folder)
    shutil.copytree(scene.base / "spool", folder)
    shutil.rmtree(scene.project)
    scene.add(program.files)
    os.chdir(scene.project)
    environ = child_environment(session, os.environ)
    out, err = scene.base / "out", scene.base / "err"
    for stream in (out, err):
        stream.unlink(missing_ok=True)

    def work() -> NoReturn:
        os.chdir(scene.project)
        os.execve(sys.executable, [sys.executable, MAIN], environ)  # noqa: S606 - as the launcher starts it

    done = watched(work, out, err, (scene.home,), fault, limit_s=_LIMIT_S)
    shutil.copy(out, folder / spool_files.STDOUT)
    shutil.copy(err, folder / spool_files.STDERR)
    code = done.code
    ended = Exit(code if code >= 0 else None, -code if code < 0 else None, False, time.time(), done.seconds)  # noqa: FBT003
    write_document(folder / spool_files.EXIT, ended)
    try:
        seen = read_sightings(folder)
        return done, assemble(seen, seen.runs[0] if seen.runs else None, artifacts=())
    except EvidenceError:
        return done, None


class _environment:  # noqa: N801 - a context, used as a function
    """Other variables for this process; afterwards it has the folder and variables of before."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._before = dict(os.environ)
        self._folder = Path.cwd()

    def __enter__(self) -> None:
        os.environ.clear()
        os.environ.update(self._variables)

    def __exit__(self, *_error: object) -> None:
        os.chdir(self._folder)
        os.environ.clear()
        os.environ.update(self._before)
