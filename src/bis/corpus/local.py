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
from collections import deque
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic

from bis._audit.forked_process import ForkedProcess, can_fork, cores
from bis.corpus.clones import Intake, Ready
from bis.corpus.project_outcomes import CRASHED, TIMEOUT, ProjectOutcome, ProjectTask, ProjectWork, R, T, result_of
from bis.corpus.worker import READY, command, greeting, read_frame, serve_in_fork, write_frame
from bis.errors import ExecutionError
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from bis.corpus.projects import ProjectSource

    _Events: TypeAlias = "queue.SimpleQueue[tuple[_Worker, Any] | None]"

_START_TIMEOUT_S = 60.0
_END_S = 5.0
_LONGEST_MESSAGE = 300
_QUICK_S = 0.05  # of a project after which the process is given another one ahead


def run_locally(
    sources: Iterator[ProjectSource],
    *,
    task: ProjectTask[T],
    clones: Path,
    workers: int | None = None,
    timeout_s: float,
    clone_timeout_s: float,
) -> Generator[ProjectOutcome[T], None, None]:
    """Do a task with projects in processes of their own; see `work_locally`.

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
    """
    work: ProjectWork[T, Any] = ProjectWork(task, result_of)
    return work_locally(
        sources, work=work, clones=clones, workers=workers, timeout_s=timeout_s, clone_timeout_s=clone_timeout_s
    )


def work_locally(
    sources: Iterator[ProjectSource],
    *,
    work: ProjectWork[T, R],
    clones: Path,
    workers: int | None = None,
    timeout_s: float,
    clone_timeout_s: float,
    load: Callable[[], object] | None = None,
) -> Generator[ProjectOutcome[R], None, None]:
    """Work on projects in processes of their own, in whatever order they are finished.

    A project whose process ends (a crash, the kernel's want of memory, an exception) is tried once more at the end,
    when nothing else runs, and then reported with a problem of the kind ``crashed``. One that takes too long is
    reported as ``timeout``, and its process killed.

    Parameters
    ----------
    sources : iterator of ProjectSource
        Read only as far as needed.
    work : ProjectWork
        What is done with each project.
    clones : Path
        The folder for clones.
    workers : int, optional
        How many processes; all cores by default.
    timeout_s : float
        For each project, in seconds.
    clone_timeout_s : float
        For each clone, in seconds.
    load : callable, optional
        Loads what the work needs. Where it is given, and this process can be forked, it is called once here, and the
        first processes are forks, which have loaded it too.

    Raises
    ------
    ExecutionError
        The processes cannot be started.
    """
    pool: _Pool[T, R] = _Pool(work, workers or cores(), timeout_s)
    with ExitStack() as stack:
        stack.callback(pool.close)
        if load is not None and can_fork():
            sources = _forked(pool, sources, load)
        intake = Intake(sources, clones, timeout_s=clone_timeout_s, wake=lambda: pool.events.put(None))
        stack.callback(intake.close)
        yield from _outcomes_of(pool, intake)


def _outcomes_of(pool: _Pool[Any, R], intake: Intake) -> Generator[ProjectOutcome[R], None, None]:
    suspects: list[Ready] = []
    while True:
        while pool.has_room() and (ready := pool.left.pop() if pool.left else intake.take()) is not None:
            if isinstance(ready.folder, Problem):
                yield pool.failed(ready, ready.folder)
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
        yield pool.failed(ready, outcome.problem) if isinstance(outcome, _Crash) else outcome


def _forked(
    pool: _Pool[Any, Any], sources: Iterator[ProjectSource], load: Callable[[], object]
) -> Iterator[ProjectSource]:
    """Make as many processes as there are projects for, before anything here starts a thread; returns all sources."""
    first = list(islice(sources, pool.size))
    if first:
        load()
        pool.fork(len(first))
    return chain(first, sources)


@dataclass(frozen=True, slots=True)
class _Crash:
    """A process ended in the middle of a project; the problem is what is reported where that was the second time."""

    ready: Ready
    problem: Problem


class _Worker:
    """One process, and the projects that it has: the first is what it is at, another one waits."""

    def __init__(self, work: ProjectWork[Any, Any], *, forked: bool) -> None:
        self.projects: deque[Ready] = deque()
        self.late: Ready | None = None  # the project that took too long
        self.greeted = False
        self.quick = False
        self.deadline = time.monotonic() + _START_TIMEOUT_S
        self._begin = 0.0
        self._talk = tempfile.TemporaryFile("a+b")  # noqa: SIM115 (closed with the process)
        self._process = (
            ForkedProcess(partial(serve_in_fork, work), self._talk)
            if forked
            else subprocess.Popen(
                command(),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._talk,
                start_new_session=True,  # bis handles Ctrl-C
            )
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        self._reader: threading.Thread | None = None
        if not forked:
            with suppress(BrokenPipeError):  # it is dead already: the reader reports it
                self._input.write(greeting())
                write_frame(self._input, pickle.dumps(work))

    def listen(self, events: _Events) -> None:
        """Put what it says into the queue, from now on."""
        self._reader = threading.Thread(target=self._read, args=(events,), daemon=True)
        self._reader.start()

    def _read(self, events: _Events) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                events.put((self, read_frame(self._process.stdout)))
        except (EOFError, OSError, ValueError):  # also closed by this process
            events.put((self, None))

    @property
    def is_idle(self) -> bool:
        return not self.projects and self.late is None

    @property
    def takes_another(self) -> bool:
        """Whether one more project may wait here: where the last one took no time, nor will the one it is at."""
        return self.quick and len(self.projects) == 1 and self.late is None

    def give(self, ready: Ready, timeout_s: float) -> None:
        self.projects.append(ready)
        if len(self.projects) == 1:
            self.start_clock(timeout_s + (0.0 if self.greeted else _START_TIMEOUT_S))
            self._talk.truncate(0)
        with suppress(BrokenPipeError):  # it is dead already: the reader reports it
            write_frame(self._input, (ready.folder, ready.source))

    def start_clock(self, seconds: float) -> None:
        """The project that it is at has so much time, from now on."""
        self._begin = time.monotonic()
        self.deadline = self._begin + seconds

    def answered(self, timeout_s: float) -> None:
        """It has done one project, and is at the next one."""
        self.quick = time.monotonic() - self._begin < _QUICK_S
        self.projects.popleft()
        self._talk.truncate(0)
        self.start_clock(timeout_s)

    def kill(self) -> None:
        """End the process, and what it runs in its own session: an installer would go on for minutes."""
        if os.name == "posix":
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:  # it has ended, or is a fork that has no session yet
                self._process.kill()
        else:
            self._process.kill()

    def bury(self) -> str:
        """Wait for its end; how it ended, in words."""
        try:
            code = self._process.wait(_END_S)  # its output ends a little earlier than the process itself
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._reader is not None:
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


class _Pool(Generic[T, R]):
    """The processes; what happens to them comes through one queue, as do wake-ups (None)."""

    def __init__(self, work: ProjectWork[T, R], size: int, timeout_s: float) -> None:
        self.events: _Events = queue.SimpleQueue()
        self.size = size
        self.left: list[Ready] = []  # projects whose process ended before it came to them
        self._work = work
        self._timeout_s = timeout_s
        self._workers: list[_Worker] = []

    def fork(self, count: int) -> None:
        """Make so many processes before this one has a second thread."""
        try:
            for _ in range(count):
                self._workers.append(_Worker(self._work, forked=True))
        except OSError as error:
            raise _cannot_start(str(error)) from error
        for worker in self._workers:
            worker.listen(self.events)

    def has_room(self) -> bool:
        return len(self._workers) < self.size or any(w.is_idle or w.takes_another for w in self._workers)

    def is_idle(self) -> bool:
        return not self.left and not any(w.projects for w in self._workers)

    def give(self, ready: Ready) -> None:
        """Hand a project to an idle process, to a new one, or to one that will soon be idle."""
        worker = next((w for w in self._workers if w.is_idle), None)
        if worker is None and len(self._workers) < self.size:
            try:
                worker = _Worker(self._work, forked=False)
            except OSError as error:
                raise _cannot_start(str(error)) from error
            worker.listen(self.events)
            self._workers.append(worker)
        if worker is None:
            worker = next(w for w in self._workers if w.takes_another)
        worker.give(ready, self._timeout_s)

    def wait(self) -> ProjectOutcome[R] | _Crash | None:
        """What happens next; None where that is of no consequence for the results."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.projects and worker.late is None and worker.deadline <= now:
                worker.late = worker.projects[0]
                worker.kill()
        deadlines = [w.deadline for w in self._workers if w.projects and w.late is None]
        try:
            event = self.events.get(timeout=max(0.01, min(deadlines) - now) if deadlines else None)
        except queue.Empty:
            return None
        if event is None:
            return None
        worker, answer = event
        if answer is None:
            return self._ended(worker)
        if not worker.greeted:
            assert answer == READY
            worker.greeted = True
            worker.start_clock(self._timeout_s)
            return None
        source = worker.projects[0].source
        worker.answered(self._timeout_s)
        return ProjectOutcome(source, answer)

    def _ended(self, worker: _Worker) -> ProjectOutcome[R] | _Crash | None:
        self._workers.remove(worker)
        detail = worker.bury()
        if not worker.greeted:
            raise _cannot_start(detail)
        late = worker.late is not None
        ready = worker.projects.popleft() if worker.projects and worker.late in {None, worker.projects[0]} else None
        self.left += worker.projects
        if ready is None:
            return None
        if not late:
            return _Crash(ready, Problem("", CRASHED, f"its process crashed twice: {detail}"))
        return self.failed(ready, Problem("", TIMEOUT, f"it took longer than {self._timeout_s:g} s"))

    def failed(self, ready: Ready, problem: Problem) -> ProjectOutcome[R]:
        """What becomes of a project that nothing could be done with."""
        return ProjectOutcome(ready.source, self._work.finish(ProjectOutcome(ready.source, problem)))

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.bury()
        self._workers.clear()


def _cannot_start(detail: str) -> ExecutionError:
    return ExecutionError(
        f"a worker process cannot be started: {detail}",
        hint="Check that the Python that runs bis can be started on its own, and that memory is left.",
    )
