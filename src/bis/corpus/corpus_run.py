"""A task with all projects of a corpus, from its list to the file of results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol

from bis.corpus.journal import Journal
from bis.corpus.local import work_locally
from bis.corpus.project_outcomes import ProjectOutcome, ProjectWork, T
from bis.corpus.projects import ProjectListing, ProjectSource
from bis.model.progress import KEPT, SILENT, Observer, Step, Task
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from bis.corpus.project_outcomes import ProjectTask, ResultKind

CLONES = "clones"


class KnownResults(Protocol):
    """Results of earlier runs, to whatever folder, of projects that have not changed since; each is one line.

    What is asked and remembered in the processes of the projects is picklable.
    """

    def line_of(self, source: ProjectSource) -> str | None:
        """The result of a project; None where there is none, or the project has changed."""

    def state_of(self, source: ProjectSource) -> str:
        """What changes with a project; taken before anything is done with it."""

    def keep(self, source: ProjectSource, state: str, line: str) -> None:
        """Remember the result of a project that was in this state."""


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """Limits and places that seldom need to be changed.

    Parameters
    ----------
    project_timeout_s : float
        For each project, in seconds.
    clone_timeout_s : float
        For each clone, in seconds.
    clones : Path, optional
        The folder for clones: ``clones`` in the folder of the results by default; on a cluster, by default, a folder of
        each worker that is emptied as it goes.
    version : str
        Of what decides over a result besides the project: of bis and of the rules chosen. Results of another version
        are not taken over from an earlier run.
    resume : bool
        Whether to keep what an earlier run to the same folder has finished.
    work : Task
        What is done with the projects, as it is reported.
    known : KnownResults, optional
        Results that need not be made again.
    load : callable, optional
        Loads what the task needs, once for all processes of this machine that can be forked from this one.
    """

    project_timeout_s: float = 300.0
    clone_timeout_s: float = 600.0
    clones: Path | None = None
    version: str = ""
    resume: bool = True
    work: Task = Task.AUDITS
    known: KnownResults | None = None
    load: Callable[[], object] | None = None


_DEFAULTS = CorpusOptions()


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """What became of a corpus: `done` now, `kept` from an earlier run, and of those done now, `failed` by kind."""

    results: Path
    done: int = 0
    kept: int = 0
    failed: dict[str, int] = field(default_factory=dict)


def run_corpus(
    sources: Iterable[ProjectSource],
    *,
    task: ProjectTask[T],
    results: ResultKind[T],
    out: Path,
    workers: int | None = None,
    cluster: str | None = None,
    observer: Observer = SILENT,
    options: CorpusOptions = _DEFAULTS,
) -> CorpusResult:
    """Do a task with all projects, and write each result as it comes to a file in `out`.

    Parameters
    ----------
    sources : iterable of ProjectSource
        Read only as far as needed; a `ProjectListing` gives its total and its notes.
    task : callable
        Takes a project's folder and its name; picklable.
    results : ResultKind
        How what the task returns is written and read again.
    out : Path
        The folder of the results; made where it is absent.
    workers : int, optional
        How many processes; all cores by default.
    cluster : str, optional
        Address or scheduler file of a Dask cluster on which to work instead.
    observer : Observer
        Receives a step for each project, and notes.
    options : CorpusOptions
        Limits and places.

    Raises
    ------
    StorageError
        The results cannot be written; those written so far are kept.
    UsageError
        Another run is writing to `out`.
    ExecutionError
        The processes cannot be started, or the cluster cannot be used.
    MissingExtra
        `cluster` is given, and dask.distributed is not installed.
    KeyboardInterrupt
        After the processes have ended; what was finished is kept.
    """
    failures: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    known = options.known
    with Journal(out, results, version=options.version, resume=options.resume) as journal:
        listed = sources if isinstance(sources, ProjectListing) else ProjectListing(lambda: iter(sources))
        for note in (*listed.notes, *journal.notes):
            observer.noted(note)
        observer.started(options.work, listed.total)

        def left() -> Iterator[ProjectSource]:
            for source in listed:
                if journal.has(source):
                    counts["kept"] += 1
                    observer.advanced(options.work, Step(source.name, KEPT))
                elif known is not None and (line := known.line_of(source)) is not None:
                    journal.append_line(line)
                    counts["done"] += 1
                    observer.advanced(options.work, Step(source.name))
                else:
                    yield source

        writing = _Writing(results.of, results.to_line, results.failure_of, results.detail_of)
        work = ProjectWork(task, writing)
        if known is not None:
            work = ProjectWork(task, writing, known.state_of, _Keeping(known))
        outcomes = _outcomes(left(), work, out, options, workers=workers, cluster=cluster, observer=observer)
        with closing(outcomes):
            for outcome in outcomes:
                name, result = outcome.source.name, outcome.result
                assert not isinstance(result, Problem)  # it was written, too
                journal.append_line(result.line)
                counts["done"] += 1
                failures.update([result.failure])
                step = Step(name, result.failure, result.detail) if result.failure else Step(name)
                observer.advanced(options.work, step)
        journal.finish()
        observer.finished(options.work)
    del failures[""]
    return CorpusResult(journal.path, counts["done"], counts["kept"], dict(failures))


@dataclass(frozen=True, slots=True)
class _WrittenResult:
    """A result as its line; the kind of problem for which there is none, and the reason."""

    line: str
    failure: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Writing(Generic[T]):
    """Makes lines of results in the processes that work: handing a line back costs less than the result."""

    of: Callable[[ProjectOutcome[T]], T]
    to_line: Callable[[T], str]
    failure_of: Callable[[T], str]
    detail_of: Callable[[T], str]

    def __call__(self, outcome: ProjectOutcome[T]) -> _WrittenResult:
        result = self.of(outcome)
        failure = self.failure_of(result)
        return _WrittenResult(self.to_line(result), failure, self.detail_of(result) if failure else "")


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Remembers results of projects in the processes that have made them."""

    known: KnownResults

    def __call__(self, source: ProjectSource, state: str, result: _WrittenResult) -> None:
        if not result.failure:
            self.known.keep(source, state, result.line)


def _outcomes(
    sources: Iterator[ProjectSource],
    work: ProjectWork[T, _WrittenResult],
    out: Path,
    options: CorpusOptions,
    *,
    workers: int | None,
    cluster: str | None,
    observer: Observer,
) -> Generator[ProjectOutcome[_WrittenResult], None, None]:
    if cluster is None:
        yield from work_locally(
            sources,
            work=work,
            clones=options.clones or out / CLONES,
            workers=workers,
            timeout_s=options.project_timeout_s,
            clone_timeout_s=options.clone_timeout_s,
            load=options.load,
        )
        return
    from bis.corpus.cluster import run_on_cluster  # late: few have a cluster

    states: dict[str, str] = {}

    def looked_at() -> Iterator[ProjectSource]:
        for source in sources:
            states[source.name] = work.state(source) if work.state is not None else ""
            yield source

    outcomes = run_on_cluster(
        looked_at(),
        task=work.task,
        scheduler=cluster,
        clones=options.clones,
        timeout_s=options.project_timeout_s,
        clone_timeout_s=options.clone_timeout_s,
        observer=observer,
    )
    with closing(outcomes):
        for outcome in outcomes:
            result = work.finish(outcome)
            if work.keep is not None:
                work.keep(outcome.source, states.pop(outcome.source.name, ""), result)
            yield ProjectOutcome(outcome.source, result)
