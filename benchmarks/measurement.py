"""Whole processes, measured from outside: wall time, processor time and peak memory."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environments import Unavailable

LIMIT_S = 120.0
CHANCES = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. `after_s` is how long background work went on after the process had ended."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """Something that is measured: a command, run in a fresh folder that has `files` and, if named, copies of `copies`.

    It is compared with the case named `baseline` (the first of its group where none is named); `shown` is false for one
    that is there for that only. `settle` is waited for after each run, outside of the measured time, so that no case
    pays for the one before it. After `limit_s` seconds it is taken to hang.
    """

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    copies: tuple[Path, ...] = ()
    settle: Callable[[], None] | None = None
    baseline: str = ""
    shown: bool = True
    limit_s: float = LIMIT_S


@dataclass(slots=True)
class Series:
    """The samples of a case; how often it failed, and why the last time."""

    case: Case
    samples: list[Sample] = field(default_factory=list)
    failures: int = 0
    reason: str = ""


def interleave(
    cases: list[Case],
    scratch: Path,
    *,
    runs: int,
    warm_up: bool = True,
    tell: Callable[[str], None] = lambda _text: None,
) -> list[Series]:
    """Measure all cases in turn, `runs` times after a warm-up; every other round goes backwards, against drift.

    Without `warm_up` the first round counts.

    A case that fails is tried once more; when that fails too, it is left out of the rounds that follow. So each case
    has a sample for every round, or none.
    """
    series = [Series(case) for case in cases]
    for turn in range(0 if warm_up else 1, runs + 1):
        tell("warm-up" if turn == 0 else f"round {turn} of {runs}")
        for one in series if turn % 2 == 0 else reversed(series):
            sample = _tried(one, scratch / "run", tell)
            if turn and sample is not None:
                one.samples.append(sample)
    return series


def _tried(one: Series, folder: Path, tell: Callable[[str], None]) -> Sample | None:
    while one.failures < CHANCES:
        try:
            return measure(one.case, folder)
        except Unavailable as error:
            one.failures += 1
            one.reason = str(error)
            tell(f"{one.case.name}: {error}")
    one.samples.clear()
    return None


def measure(case: Case, folder: Path) -> Sample:
    """Run a case once.

    Raises
    ------
    Unavailable
        It cannot be started, fails, or takes longer than its limit.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in case.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for path in case.copies:
        shutil.copy(path, folder / path.name)
    talk = folder.with_name("output.txt")
    started = time.perf_counter()
    status, usage = _wait(_start(case, folder, talk), case.limit_s)
    wall = time.perf_counter() - started
    if status == -signal.SIGKILL and wall >= case.limit_s:
        raise Unavailable(f"cannot be run: it hung, and was ended after {case.limit_s:.0f} s")
    if status:
        raise Unavailable(f"cannot be run: status {status}: {_last_line(talk)}")
    ended = time.perf_counter()
    if case.settle is not None:
        case.settle()
    # Linux counts kilobytes, macOS bytes.
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return Sample(
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss * unit / 2**20,
        after_s=time.perf_counter() - ended if case.settle is not None else 0.0,
    )


def _start(case: Case, folder: Path, talk: Path) -> subprocess.Popen[bytes]:
    with talk.open("wb") as output:
        try:
            return subprocess.Popen(
                case.command,
                cwd=folder,
                env=dict(case.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(f"cannot be started: {error.strerror}") from error


def _wait(process: subprocess.Popen[bytes], limit_s: float) -> tuple[int, os.struct_rusage]:  # type: ignore[name-defined]
    """Wait for the process; its usage has that of the children it waited for."""
    watchdog = threading.Timer(limit_s, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def _last_line(talk: Path) -> str:
    lines = [line.strip() for line in talk.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it printed nothing"
