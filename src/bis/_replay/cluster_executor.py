"""Replays on an existing Dask cluster, which needs no folder in common with this machine.

Each replay is a task of the cluster: the scheduler gives it to a worker, and to another one where that is lost. A
worker that lacks an input says so before it begins; it is sent it, once, and then gets the replay.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from bis._replay.execution import Job
from bis._replay.travelling_inputs import NamedInput, Piece, lacking_inputs, receive, send
from bis._version import __version__
from bis.config import home as home_here
from bis.corpus.cluster_client import connected
from bis.errors import ExecutionError, UsageError
from bis.model.progress import SILENT, Note, Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")

_LOOK_S = 10.0
_LONGEST_WAIT_S = 300.0
_ROUNDS = 20  # of sending inputs for one replay; each is for another worker, or for one that has lost its folder
_MOST_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a worker answers instead of a result: it needs these inputs first, or it has another version of bis."""

    worker: str
    inputs: tuple[NamedInput, ...] = ()
    version: str = __version__


def do_there(version: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Do a job, or say what is lacking for it; this is what runs on a worker of the cluster."""
    worker = str(import_module("distributed").get_worker().address)
    if version != __version__:  # a worker that has come since the others were asked
        return Lacking(worker, version=__version__)
    for argument in arguments:
        if isinstance(argument, Job):
            lacking = lacking_inputs(argument, home=home_here())
            if lacking:
                return Lacking(worker, lacking)
    return function(*arguments)


def receive_there(piece: Piece) -> str:
    """Take a piece of an input in; this is what runs on a worker of the cluster."""
    return receive(piece, home=home_here())


class ClusterExecutor(Executor):
    """An executor whose jobs run on a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected; it is not closed.
    home : Path
        The folder that bis keeps on this machine, in which the inputs are.
    observer : Observer
        Receives a note where the cluster has no workers.
    longest_wait_s : float
        How long it may have none, in seconds.
    """

    def __init__(
        self, client: Any, *, home: Path, observer: Observer = SILENT, longest_wait_s: float = _LONGEST_WAIT_S
    ) -> None:
        self._client = client
        self._home = home
        self._observer = observer
        self._longest_wait_s = longest_wait_s
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="bis-cluster")
        self._under_way: set[Any] = set()
        self._guard = threading.Lock()
        self._sending: dict[str, threading.Lock] = {}
        self._sent: dict[tuple[str, str], float] = {}  # by worker and digest: when that was done
        self._ended = False
        self._without_workers = False

    @property
    def slots(self) -> int:
        """How many jobs the cluster runs at a time; at least 1."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand a job to the cluster. Functions and arguments are picklable; there are no keywords.

        The future raises ExecutionError where the cluster is lost, or a job has taken several workers down.
        """
        if kwargs:
            raise TypeError(f"a job for a cluster has no keywords, got {', '.join(kwargs)}")
        return self._threads.submit(self._done, fn, args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 (the base's)
        """Take back what is under way, where that is wanted, and end the threads that wait for it."""
        if cancel_futures:
            with self._guard:
                self._ended = True
                left = list(self._under_way)
            with suppress(Exception):  # the scheduler may have gone, and all with it
                self._client.cancel(left)
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _done(self, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        """The result of a job, however many workers it takes."""
        workers: list[str] | None = None
        for _round in range(_ROUNDS):
            found = self._answer(function, arguments, workers)
            if not isinstance(found, Lacking):
                result: T = found
                return result
            if found.version != __version__:
                raise ExecutionError(
                    f"worker {found.worker} has bis {found.version}; this machine has {__version__}",
                    hint=f"Install the same one there: pip install bis=={__version__}",
                )
            self._send(found)
            workers = [found.worker]
        raise ExecutionError(
            f"workers of the cluster keep losing what they are sent ({_ROUNDS} times for one replay)",
            hint="Does each worker have a BIS_HOME of its own that stays?",
        )

    def _answer(self, function: Callable[..., Any], arguments: tuple[Any, ...], workers: list[str] | None) -> Any:
        """What a worker says; one of `workers`, as long as they live."""
        # A pure task would be done once for all replays with equal arguments.
        future = self._client.submit(
            do_there, __version__, function, arguments, pure=False, workers=workers, allow_other_workers=bool(workers)
        )
        with self._guard:
            self._under_way.add(future)
            ended = self._ended
        try:
            if ended:
                future.cancel()
            return self._waited_for(future)
        finally:
            with self._guard:
                self._under_way.discard(future)

    def _waited_for(self, future: Any) -> Any:
        distributed = import_module("distributed")
        waited_s = 0.0
        while True:
            try:
                return future.result(timeout=_LOOK_S)
            except distributed.TimeoutError:
                if future.status == "error":  # the job's own
                    raise
                waited_s = 0.0 if self._has_workers() else waited_s + _LOOK_S
            except distributed.KilledWorker as error:
                raise ExecutionError(
                    f"a replay was given up: the workers that took it were lost, the last one {error.last_worker}",
                    hint="Is there enough memory on them? Fewer replays at a time (-j) need less.",
                ) from error
            except distributed.CancelledError as error:
                raise ExecutionError(
                    "the scheduler of the cluster has gone, or has given the work up",
                    hint="Start it again and repeat the command with --add: what was finished is kept.",
                ) from error
            self._note(without_workers=waited_s > 0)
            if waited_s >= self._longest_wait_s:
                raise ExecutionError(
                    f"the cluster has had no workers for {waited_s:.0f} s",
                    hint="Start some and repeat the command with --add: what was finished is kept.",
                )

    def _note(self, *, without_workers: bool) -> None:
        """Say that there are no workers, once each time: all replays that wait find it out."""
        with self._guard:
            if without_workers and not self._without_workers:
                self._observer.noted(Note("cluster-without-workers"))
            self._without_workers = without_workers

    def _has_workers(self) -> bool:
        with suppress(Exception):  # the scheduler does not answer; the client knows when to give it up
            return bool(self._client.nthreads())
        return False

    def _send(self, lacking: Lacking) -> None:
        """Send a worker what it lacks, unless another replay has just done so."""
        asked = time.monotonic()
        with self._guard:
            lock = self._sending.setdefault(lacking.worker, threading.Lock())
        with lock:
            missing = tuple(i for i in lacking.inputs if self._sent.get((lacking.worker, i.digest), 0.0) < asked)
            try:
                send(missing, lambda piece: self._given(lacking.worker, piece), home=self._home, worker=lacking.worker)
            except _WorkerGone:
                return  # the replay goes to another worker
            self._sent.update({(lacking.worker, i.digest): time.monotonic() for i in missing})

    def _given(self, worker: str, piece: Piece) -> str:
        try:
            answers = self._client.run(receive_there, piece, workers=[worker], on_error="return")
            answer = answers[worker]
        except (OSError, KeyError, ValueError) as error:
            raise _WorkerGone from error
        if isinstance(answer, OSError):  # the connection was lost
            raise _WorkerGone from answer
        if isinstance(answer, BaseException):
            return f"{type(answer).__name__}: {answer}"
        return str(answer)


class _WorkerGone(Exception):
    """The worker that was to be sent something is not there any more."""


@contextmanager
def cluster_executor(
    scheduler: str, *, observer: Observer = SILENT, timeout_s: float = 15.0
) -> Iterator[ClusterExecutor]:
    """An executor on the cluster of this scheduler (its address, or the path of its scheduler file).

    Raises
    ------
    MissingExtra, ExecutionError
        See `bis.corpus.cluster_client.connected`.
    """
    with connected(scheduler, observer, timeout_s=timeout_s, same_version=True) as client:
        executor = ClusterExecutor(client, home=home_here(), observer=observer)
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)


@contextmanager
def chosen_executor(
    cluster: str | None, executor: Executor | None, jobs: int | None, *, observer: Observer = SILENT
) -> Iterator[tuple[Executor | None, int]]:
    """What a caller chose to run replays on (None: this machine), and how many at a time: on a cluster all it takes.

    Raises
    ------
    UsageError
        Both a cluster and an executor were given.
    MissingExtra, ExecutionError
        See `bis.corpus.cluster_client.connected`.
    """
    if cluster is None:
        yield executor, jobs or 1
        return
    if executor is not None:
        raise UsageError("a cluster and an executor were given", hint="Leave one of them out.")
    with cluster_executor(cluster, observer=observer) as found:
        yield found, jobs or found.slots
