"""``kill -9`` at a random moment: of the launcher, the program or the storing process, all of them started for real."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.call_faults import Watched
from campaigns.checks import program_breaches, stderr_breaches, volatile
from campaigns.launcher_faults import evidence_breaches, records
from campaigns.programs import MAIN, DrawnProgram, draw_program
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.record import Record
    from campaigns.scenes import Ran, Scene

KIND = "killed"
PER_GROUP = 12
_TARGETS = {"launcher": "", "program": MAIN, "storing": "bis.record.storing"}
_LIMIT_S = 120.0
# How long each of them lives, about: a moment is drawn from this.
_LIVES_S = {"launcher": 1.5, "program": 0.5, "storing": 2.5}


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one program, killed at random moments; `only` one of them."""
    rng = random.Random(f"{KIND}:{group}")
    drawn = draw_program(rng)
    slow = f"import time\ntime.sleep(0.2)\n{drawn.files[MAIN]}"
    program = DrawnProgram({**drawn.files, MAIN: slow})
    scene.reset(program)
    plain = scene.plain()
    wholes = []
    for _ in range(2):
        scene.reset(program)
        _run(scene, "", 0)
        [record] = records(scene)
        wholes.append(record)
    passing = volatile(*wholes)
    for index in range(per_group):
        target = rng.choice(tuple(_TARGETS))
        moment = rng.random() * _LIVES_S[target]
        if only is not None and index != only:
            continue
        scene.reset(program)
        done = _run(scene, target, moment)
        breaches = tuple(_breaches(scene, plain, done, target, wholes[0], passing))
        what = f"the {target} after {moment:.2f} s{'' if done.hit else ', when it had ended'}"
        yield Trial(KIND, f"{KIND}:{group}:{index}", what, breaches)


def _breaches(
    scene: Scene, plain: Ran, done: Watched, target: str, whole: Record, passing: dict[str, set[str]]
) -> Iterator[str]:
    killed = bool(done.hit)
    if target == "launcher" and killed:
        if scene.written() != plain.files and list(scene.home.glob("sessions/*/events-*")):
            yield f"the program did not survive its launcher: {sorted(scene.written())}"
    elif target == "program" and killed:
        if done.code not in {128 + signal.SIGKILL, -signal.SIGKILL}:
            yield f"the program was killed, and `bis run` ended with {done.code}"
        yield from program_breaches(plain, done, {}, killed=True)
    else:
        yield from program_breaches(plain, done, scene.written(), killed=False)
    if killed and target == "program":
        yield from stderr_breaches(b"", done.err if not plain.err else b"")
    yield from evidence_breaches(scene, whole, passing, told=done.err, killed=killed and target == "launcher")
    if killed and target == "program":
        yield from (
            f"the program was killed, and the state is {r.state.value}"
            for r in records(scene)
            if r.state.value == "finished"
        )


def _run(scene: Scene, target: str, moment_s: float) -> Watched:
    """``bis run``, of which a process is killed some time after it was there."""
    os.chdir(scene.project)
    done = Watched()
    started = time.monotonic()
    out, err = (scene.base / "out"), (scene.base / "err")
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(
            [sys.executable, "-m", "bis", "run", "--wait", MAIN], cwd=scene.project, env=scene.environ(),
            stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err, start_new_session=True,
        )  # fmt: skip
        if target:
            done.hit = _kill(process, _TARGETS[target], moment_s)
        try:
            done.code = process.wait(_LIMIT_S)
        except subprocess.TimeoutExpired:
            done.hung = True
            os.killpg(process.pid, signal.SIGKILL)
            done.code = process.wait()
    _settle(scene)
    done.out, done.err = out.read_bytes(), err.read_bytes()
    done.seconds = time.monotonic() - started
    return done


def _kill(process: subprocess.Popen[bytes], mark: str, moment_s: float) -> str:
    """Kill the process whose command has `mark` (empty: the first one) when its moment has come; what was killed."""
    deadline = time.monotonic() + _LIMIT_S
    victim = process.pid if not mark else 0
    while not victim:
        if process.poll() is not None or time.monotonic() > deadline:
            return ""
        victim = next((p for p in _children(process.pid) if mark in _command_of(p)), 0)
        time.sleep(0.005)
    time.sleep(moment_s)
    if (process.poll() is not None) if victim == process.pid else mark not in _command_of(victim):
        return ""
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return ""
    return _command_of(victim) or str(victim)


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _settle(scene: Scene, limit_s: float = 60.0) -> None:
    """Wait for all that still works for this scene: a program without its launcher, a storing process without both."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline and _working(str(scene.home)):
        time.sleep(0.05)


def _working(home: str) -> bool:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and home.encode() in (entry / "environ").read_bytes():
                return True
        except OSError:
            continue
    return False
