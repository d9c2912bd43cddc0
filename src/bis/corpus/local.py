"""A task with many projects on all cores of this machine, in processes whose crashes harm no other project."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Generic

from bis.corpus.clones import Intake, Ready
from bis.corpus.project_outcomes import CRASHED, TIMEOUT, ProjectOutcome, ProjectTask, T
from bis.corpus.worker import READY, command, greeting, read_frame, write_frame
from bis.errors import ExecutionError
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from bis.corpus.projects import ProjectSource

_START_TIMEOUT_S = 60.0
_END_S = 5.0
_LONGEST_MESSAGE = 300


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_locally(
    sources: Iterator[ProjectSource],
    *,
    task: ProjectTask[T],
    clones: Path,
    workers: int | None = None,
    timeout_s: float,
    clone_timeout_s: float,
) -> Generator[ProjectOutcome[T], None, None]:
    """Do a task with projects in processes of their own, in whatever order they are finished.

    A project whose process ends (a crash, the kernel's want of memory, an exception) is tried once more at the end,
    when nothing else runs, and then reported with a problem of the kind ``crashed``. One that takes too long is
    reported as ``timeout``, and its process killed.

    Parameters
    ----------
    sources : iterator of ProjectSource
        Read only as far as needed.
    task : callable
        Takes a folder and a name; picklable.
    clones : Path
        The folder for clones.
    workers : int, optional
        How many processes; all cores by default.
    timeout_s : float
        For each project, in seconds.
    clone_timeout_s : float
        For each clone, in seconds.

    Raises
    ------
    ExecutionError
        The processes cannot be started.
    """
    pool: _Pool[T] = _Pool(task, workers or cores(), timeout_s)
    intake = Intake(sources, clones, timeout_s=clone_timeout_s, wake=lambda: pool.events.put(None))
    suspects: list[Ready] = []
    try:
        while True:
            while pool.has_room() and (ready := intake.take()) is not None:
                if isinstance(ready.folder, Problem):
                    yield ProjectOutcome(ready.source, ready.folder)
                else:
                    pool.give(ready)
            if pool.is_idle() and intake.ended:
                break
            outcome = pool.wait()
            if isinstance(outcome, _Crash):
                suspects.append(outcome.ready)
            elif outcome is not None:
                yield outcome
        for ready in suspects:
            pool.give(ready)
            while (outcome := pool.wait()) is None:
                pass
            yield ProjectOutcome(*outcome.reported()) if isinstance(outcome, _Crash) else outcome
    finally:
        pool.close()
        intake.close()


class _Crash:
    """A process ended in the middle of a project."""

    def __init__(self, ready: Ready, detail: str) -> None:
        self.ready = ready
        self._detail = detail

    def reported(self) -> tuple[ProjectSource, Problem]:
        return self.ready.source, Problem("", CRASHED, f"its process crashed twice: {self._detail}")


class _Worker:
    """One process, and the project that it is at."""

    def __init__(self, task: bytes, events: queue.SimpleQueue[tuple[_Worker, object] | None]) -> None:
        self.ready: Ready | None = None
        self.expired = False
        self.greeted = False
        self.deadline = time.monotonic() + _START_TIMEOUT_S
        self._talk = tempfile.TemporaryFile("a+b")  # noqa: SIM115 (closed with the process)
        self._process = subprocess.Popen(
            command(),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._talk,
            start_new_session=True,  # bis handles Ctrl-C
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        self._reader = threading.Thread(target=self._read, args=(events,), daemon=True)
        self._reader.start()
        with suppress(BrokenPipeError):  # it is dead already: the reader reports it
            self._input.write(greeting())
            write_frame(self._input, task)

    def _read(self, events: queue.SimpleQueue[tuple[_Worker, object] | None]) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                events.put((self, read_frame(self._process.stdout)))
        except (EOFError, OSError, ValueError):  # also closed by this process
            events.put((self, None))

    @property
    def is_free(self) -> bool:
        return self.ready is None and not self.expired

    def give(self, ready: Ready, timeout_s: float) -> None:
        self.ready = ready
        self.deadline = time.monotonic() + timeout_s + (0.0 if self.greeted else _START_TIMEOUT_S)
        self._talk.truncate(0)
        with suppress(BrokenPipeError):  # it is dead already: the reader reports it
            write_frame(self._input, (ready.folder, ready.source.name))

    def kill(self) -> None:
        """End the process, and what it runs in its own session: an installer would go on for minutes."""
        if os.name == "posix":
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def bury(self) -> str:
        """Wait for its end; how it ended, in words."""
        try:
            code = self._process.wait(_END_S)  # its output ends a little earlier than the process itself
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join()
        with suppress(BrokenPipeError):
            self._input.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        size = self._talk.seek(0, os.SEEK_END)
        self._talk.seek(max(0, size - 4 * _LONGEST_MESSAGE))
        lines = self._talk.read().decode("utf-8", "replace").strip().splitlines()
        self._talk.close()
        if code < 0:
            return f"its process was ended by signal {-code}"
        return (lines[-1] if lines else f"its process ended with status {code}")[:_LONGEST_MESSAGE]


class _Pool(Generic[T]):
    """The processes; what happens to them comes through one queue, as do wake-ups (None)."""

    def __init__(self, task: ProjectTask[T], size: int, timeout_s: float) -> None:
        self.events: queue.SimpleQueue[tuple[_Worker, object] | None] = queue.SimpleQueue()
        self._task = pickle.dumps(task)
        self._size = size
        self._timeout_s = timeout_s
        self._workers: list[_Worker] = []

    def has_room(self) -> bool:
        return len(self._workers) < self._size or any(w.is_free for w in self._workers)

    def is_idle(self) -> bool:
        return all(w.ready is None for w in self._workers)

    def give(self, ready: Ready) -> None:
        """Hand a project to an idle process, or to a new one."""
        worker = next((w for w in self._workers if w.is_free), None)
        if worker is None:
            try:
                worker = _Worker(self._task, self.events)
            except OSError as error:
                raise ExecutionError(f"a worker process cannot be started: {error}") from error
            self._workers.append(worker)
        worker.give(ready, self._timeout_s)

    def wait(self) -> ProjectOutcome[T] | _Crash | None:
        """What happens next; None where that is of no consequence for the results."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.ready is not None and not worker.expired and worker.deadline <= now:
                worker.expired = True
                worker.kill()
        deadlines = [w.deadline for w in self._workers if w.ready is not None and not w.expired]
        try:
            event = self.events.get(timeout=max(0.01, min(deadlines) - now) if deadlines else None)
        except queue.Empty:
            return None
        if event is None:
            return None
        worker, answer = event
        if answer is None:
            return self._ended(worker)
        if answer == READY:
            worker.greeted = True
            worker.deadline = time.monotonic() + self._timeout_s
            return None
        ready, worker.ready = worker.ready, None
        assert ready is not None
        return ProjectOutcome(ready.source, answer)  # type: ignore[arg-type]  # what the task returned, through a pipe

    def _ended(self, worker: _Worker) -> ProjectOutcome[T] | _Crash | None:
        self._workers.remove(worker)
        detail = worker.bury()
        if not worker.greeted:
            raise ExecutionError(
                f"a worker process cannot be started: {detail}",
                hint="Check that the Python that runs bis can be started on its own, and that memory is left.",
            )
        if worker.ready is None:
            return None
        if worker.expired:
            problem = Problem("", TIMEOUT, f"it took longer than {self._timeout_s:g} s")
            return ProjectOutcome(worker.ready.source, problem)
        return _Crash(worker.ready, detail)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.bury()
        self._workers.clear()
