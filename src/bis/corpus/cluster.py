"""A task with many projects on an existing Dask cluster: the same work as on one machine, in batches.

Each batch runs on a worker of the cluster as a corpus runs locally, in one process of its own: what crashes or hangs
there harms neither the worker nor the other projects, and is reported in the same way. Folders must be visible to the
workers under the same path; repositories are cloned where the work is done.
"""

from __future__ import annotations

import pickle
import queue
import socket
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.corpus.cluster_client import connected
from bis.corpus.local import run_locally
from bis.corpus.project_outcomes import CRASHED, MISSING, ProjectOutcome, ProjectTask, T
from bis.corpus.projects import ProjectSource
from bis.errors import ExecutionError
from bis.model.progress import SILENT, Note, Observer
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_LARGEST_BATCH = 16
_LOOK_S = 10.0
_LONGEST_WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Projects that a worker takes one after another, and what it does with them."""

    sources: tuple[ProjectSource, ...]
    task: bytes
    clones: Path | None
    timeout_s: float
    clone_timeout_s: float


def run_batch(batch: Batch) -> list[ProjectOutcome[Any]]:
    """Do the task with the projects of a batch; this is what runs on a worker of the cluster."""
    found: list[ProjectSource] = []
    outcomes: list[ProjectOutcome[Any]] = []
    for source in batch.sources:
        if source.folder is not None and not source.folder.is_dir():
            detail = f"{source.folder} is not visible on {socket.gethostname()}; workers need the folders' file system"
            outcomes.append(ProjectOutcome(source, Problem("", MISSING, detail)))
        else:
            found.append(source)
    with _folder_for_clones(batch) as clones:
        outcomes += run_locally(
            iter(found),
            task=pickle.loads(batch.task),  # noqa: S301 (from the client, as the task itself is)
            clones=clones,
            workers=1,
            timeout_s=batch.timeout_s,
            clone_timeout_s=batch.clone_timeout_s,
        )
    return outcomes


@contextmanager
def _folder_for_clones(batch: Batch) -> Iterator[Path]:
    if batch.clones is not None:
        yield batch.clones
        return
    own = None
    with suppress(ImportError, ValueError):  # not on a worker: the system's folder will do
        own = import_module("distributed").get_worker().local_directory
    with tempfile.TemporaryDirectory(prefix="bis-clones-", dir=own) as folder:
        yield Path(folder)


def run_on_cluster(
    sources: Iterator[ProjectSource],
    *,
    task: ProjectTask[T],
    scheduler: str,
    clones: Path | None = None,
    timeout_s: float,
    clone_timeout_s: float,
    observer: Observer = SILENT,
    connect_timeout_s: float = 15.0,
) -> Generator[ProjectOutcome[T], None, None]:
    """Do a task with projects on a Dask cluster, in whatever order they are finished.

    A batch whose worker is lost goes to another one. Where that happens time and again (the cluster's setting
    ``distributed.scheduler.allowed-failures``), its projects are tried one by one, and then reported with a problem
    of the kind ``crashed``.

    Parameters
    ----------
    sources : iterator of ProjectSource
        Read only as far as needed.
    task : callable
        Takes a folder and a name; picklable, and importable on the workers.
    scheduler : str
        Its address, or the path of its scheduler file.
    clones : Path, optional
        A folder for clones that the workers share; by default each uses one of its own, and empties it.
    timeout_s : float
        For each project, in seconds.
    clone_timeout_s : float
        For each clone, in seconds.
    observer : Observer
        Receives notes on differing versions and on missing workers.
    connect_timeout_s : float
        For the scheduler to answer, and for it to have a worker, in seconds.

    Raises
    ------
    MissingExtra
        dask.distributed is not installed.
    ExecutionError
        The scheduler does not answer, has no workers, or these have no bis.
    """
    pattern = Batch((), pickle.dumps(task), clones, timeout_s, clone_timeout_s)
    with connected(scheduler, observer, timeout_s=connect_timeout_s) as client:
        work = _Work(client, sources, pattern)
        try:
            while not work.fill():
                future = work.next(observer)
                if future.status == "finished":
                    yield from work.taken(future)
                else:
                    yield from work.lost(future)
        finally:
            work.cancel()


class _Work:
    """The batches under way: twice as many as the cluster can run at a time."""

    def __init__(self, client: Any, sources: Iterator[ProjectSource], pattern: Batch) -> None:
        self._client = client
        self._sources = sources
        self._pattern = pattern
        self._under_way: dict[str, tuple[Any, Batch]] = {}
        self._again: list[Batch] = []
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._submitted = 0

    def fill(self) -> bool:
        """Hand out batches while there is room; whether all is done."""
        slots = max(1, sum(self._client.nthreads().values()))
        while len(self._under_way) < 2 * slots:
            batch = self._again.pop() if self._again else self._next_batch(slots)
            if not batch.sources:
                break
            future = self._client.submit(run_batch, batch, pure=False)
            self._under_way[future.key] = (future, batch)
            future.add_done_callback(self._ended.put)
        return not self._under_way

    def _next_batch(self, slots: int) -> Batch:
        # Small ones first, so that a short list keeps all workers busy.
        size = min(_LARGEST_BATCH, 1 + self._submitted // (2 * slots))
        self._submitted += 1
        taken = islice(self._sources, size)
        return replace(
            self._pattern,
            sources=tuple(replace(s, folder=s.folder.absolute()) if s.folder is not None else s for s in taken),
        )

    def next(self, observer: Observer) -> Any:
        """The next batch that has ended, well or not."""
        waited_s = 0.0
        while True:
            try:
                return self._ended.get(timeout=_LOOK_S)
            except queue.Empty:
                waited_s = 0.0 if self._client.nthreads() else waited_s + _LOOK_S
            if waited_s == _LOOK_S:
                observer.noted(Note("cluster-without-workers"))
            if waited_s >= _LONGEST_WAIT_S:
                raise ExecutionError(
                    f"the cluster has had no workers for {waited_s:.0f} s",
                    hint="Start some, and run the same command again: what was finished is kept.",
                )

    def taken(self, future: Any) -> list[ProjectOutcome[Any]]:
        """The outcomes of a batch that has ended well."""
        del self._under_way[future.key]
        outcomes: list[ProjectOutcome[Any]] = future.result()
        return outcomes

    def lost(self, future: Any) -> list[ProjectOutcome[Any]]:
        """What becomes of a batch without results: its projects are tried one by one, and then given up."""
        _future, batch = self._under_way.pop(future.key)
        if future.status != "error":
            raise ExecutionError(
                f"the scheduler has given up the work: it is {future.status}",
                hint="Check that the scheduler runs, and run the same command again: what was finished is kept.",
            )
        error = future.exception()
        if isinstance(error, (ExecutionError, ImportError, AttributeError)):
            raise ExecutionError(
                f"the workers of the cluster cannot do the work: {type(error).__name__}: {error}",
                hint="Install the same bis on them as here.",
            ) from error
        if len(batch.sources) > 1:
            self._again += [replace(batch, sources=(source,)) for source in batch.sources]
            return []
        problem = Problem("", CRASHED, f"it failed on the cluster: {type(error).__name__}: {error}"[:300])
        return [ProjectOutcome(source, problem) for source in batch.sources]

    def cancel(self) -> None:
        """Take back what is under way."""
        if self._under_way:
            self._client.cancel([future for future, _batch in self._under_way.values()])
