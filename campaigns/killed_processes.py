"""``kill -9`` at a random moment: of the launcher, the program or the storing process.

In one of ten trials all of them are started for real. In the others launcher and storing process are forks of this one,
which has loaded bis and MLflow: nearly all of their time goes into that else. So they are killed at work more often.
"""

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
from campaigns.forks import work_and_end
from campaigns.launcher_faults import evidence_breaches, records
from campaigns.programs import MAIN, DrawnProgram, draw_program
from campaigns.scenes import STORING, command
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.record import Record
    from campaigns.scenes import Ran, Scene

KIND = "killed"
PER_GROUP = 30
_LAUNCHER, _PROGRAM, _STORING = "launcher", "program", "storing"
_TARGETS = (_LAUNCHER, _PROGRAM, _STORING)
_STORING_MARK = "bis.record.storing"  # by this the command of one that was started for real is known
_LIMIT_S = 120.0
# How long each of them lives, about, as a fork and for real: a moment is drawn from this.
_LIVES_S = {_LAUNCHER: (0.9, 1.5), _PROGRAM: (0.5, 0.5), _STORING: (0.25, 2.5)}
_REAL = 0.1


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
        _run(scene, "", 0, real=False)
        [record] = records(scene)
        wholes.append(record)
    passing = volatile(*wholes)
    for index in range(per_group):
        target = rng.choice(_TARGETS)
        real = rng.random() < _REAL
        moment = rng.random() * _LIVES_S[target][real]
        if only is not None and index != only:
            continue
        scene.reset(program)
        done = _run(scene, target, moment, real=real)
        breaches = tuple(_breaches(scene, plain, done, target, wholes[0], passing))
        what = f"the {target}{', started for real,' if real else ''} after {moment:.2f} s: {done.hit or 'it had ended'}"
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


def _run(scene: Scene, target: str, moment_s: float, *, real: bool) -> Watched:
    """``bis run``, of which a process is killed some time after it was there."""
    os.chdir(scene.project)
    done = Watched()
    started = time.monotonic()
    out, err = (scene.base / "out"), (scene.base / "err")
    for stream in (out, err):
        stream.unlink(missing_ok=True)
    pid = _started(scene, out, err) if real else _forked(scene, out, err)
    if target:
        done.hit = _kill(pid, target, moment_s)
    deadline = started + _LIMIT_S
    while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0):
        if time.monotonic() > deadline and not done.hung:
            done.hung = True
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.005)
    done.code = os.waitstatus_to_exitcode(ended[1])
    _settle(scene)
    done.out, done.err = out.read_bytes(), err.read_bytes()
    done.seconds = time.monotonic() - started
    return done


def _started(scene: Scene, out: Path, err: Path) -> int:
    """`bis run` as users start it."""
    environ = scene.environ()
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(
            [sys.executable, "-m", "bis", "run", "--wait", MAIN], cwd=scene.project, env=environ,
            stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err, start_new_session=True,
        )  # fmt: skip
    process.returncode = 0  # it is waited for elsewhere
    return process.pid


def _forked(scene: Scene, out: Path, err: Path) -> int:
    """`bis run` in a fork of this process, its storing process in a fork of that one."""
    environ = scene.environ()
    pid = os.fork()
    if pid == 0:

        def work() -> int:
            os.setsid()
            return command(("run", "--wait", MAIN), scene.project, environ)

        work_and_end(work, out, err)
    return pid


def _kill(launcher: int, target: str, moment_s: float) -> str:
    """Kill a process when its moment has come; what was killed, empty where it had ended."""
    deadline = time.monotonic() + _LIMIT_S
    victim = launcher if target == _LAUNCHER else 0
    while not victim:
        if _has_ended(launcher) or time.monotonic() > deadline:
            return ""
        victim = next((p for p in _children(launcher) if _is(p, target)), 0)
        time.sleep(0.002)
    time.sleep(moment_s)
    if _has_ended(victim) or not (target == _LAUNCHER or _is(victim, target)):
        return ""
    what = _command_of(victim) or str(victim)
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return ""
    return what


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _is(pid: int, target: str) -> bool:
    """Whether a child of the launcher is what is to be killed; one that was just forked has its parent's command."""
    if target == _PROGRAM:
        return _command_of(pid).split()[1:] == [MAIN]
    return _STORING_MARK in _command_of(pid) or _name_of(pid) == STORING


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


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
