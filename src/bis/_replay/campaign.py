"""Many replays of one run: jobs go to an executor, outcomes come back as they are finished."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._replay.execution import Job, execute
from bis._replay.probes import probes_in_use, with_kept_probe
from bis._replay.starts import Starts
from bis.config import home
from bis.errors import BisError, ExecutionError
from bis.model.progress import DONE, SILENT, Observer, Step, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bis._replay.prepare import Prepared
    from bis._verify.stopping import Stopping
    from bis.model.variation import Variation
    from bis.model.verdict import Outcome


def campaign(  # noqa: PLR0913 - each is a separate choice of the caller, named by keyword
    prepared: Prepared,
    variations: Sequence[Variation],
    *,
    executor: Executor,
    stopping: Stopping | None = None,
    sink: Callable[[Outcome], Outcome] | None = None,
    observer: Observer = SILENT,
    at_once: int = 1,
    earlier: Sequence[Outcome] = (),
    starts: Starts | None = None,
) -> tuple[Outcome, ...]:
    """Replay a prepared run once for each variation.

    A replay that fails is an outcome like any other. The outcomes come in the order in which they were finished;
    `index` is the place of the variation, counted on from the earlier replays.

    Parameters
    ----------
    prepared : Prepared
        The run, its plan and its inputs.
    variations : sequence of Variation
        What each replay has different.
    executor : concurrent.futures.Executor
        What runs the jobs: threads, processes, or a cluster (``dask.distributed.Client.get_executor()``). Jobs are
        picklable and name what they need by digest. It is not shut down.
    stopping : Stopping, optional
        Says after each outcome whether another one is needed; without it, all variations are replayed.
    sink : callable, optional
        Receives each outcome as it comes, and gives it back with what it has added, such as a run id.
    observer : Observer
        Receives a step for each outcome.
    at_once : int
        How many jobs the executor has at a time; at least 1.
    earlier : sequence of Outcome
        Replays of the same kind that were made before: `stopping` counts them, and they are not among the results.
    starts : Starts, optional
        How each replay is started. By default as the prepared run says; one that is given, of an earlier campaign with
        the same prepared run, goes on with what it knows of warm starts.

    Returns
    -------
    tuple of Outcome

    Raises
    ------
    ExecutionError
        The executor has lost a job. What was finished has gone to `sink`.
    BisError
        The executor cannot go on, and says why itself.
    ValueError
        A variation does not answer the question of the plan.
    KeyboardInterrupt
        Jobs that have not started are cancelled.
    """
    if at_once < 1:
        raise ValueError(f"at_once must be at least 1, found {at_once}")
    for variation in variations:
        prepared.check(variation)
    outcomes: list[Outcome] = []
    starts = Starts(prepared.start) if starts is None else starts
    observer.started(Task.REPLAYS, len(variations))
    with starts.scratch() as scratch, probes_in_use(variations, home=home()):
        first = max((outcome.index + 1 for outcome in earlier), default=0)
        jobs = _jobs(prepared, variations, scratch, first=first, starts=starts)
        again: deque[Job] = deque()
        for job, given in _completed(jobs, again, executor, _on_top_of(earlier, stopping, outcomes), at_once):
            outcome = starts.ended(given)
            if outcome is None:
                again.append(replace(job, preload=None))
                continue
            outcome = with_kept_probe(outcome, home())
            outcomes.append(outcome if sink is None else sink(outcome))
            code = outcome.failure.stage if outcome.failure else DONE
            observer.advanced(Task.REPLAYS, Step(str(outcome.index + 1), code))
    observer.finished(Task.REPLAYS)
    return tuple(outcomes)


def _on_top_of(
    earlier: Sequence[Outcome], stopping: Stopping | None, outcomes: Sequence[Outcome]
) -> Callable[[], bool]:
    """Whether another replay is needed, after those of before and those that have ended by now."""
    return lambda: stopping is None or stopping.next((*earlier, *outcomes))


def _jobs(
    prepared: Prepared, variations: Sequence[Variation], scratch: str, *, first: int, starts: Starts
) -> Iterator[Job]:
    inputs = replace(prepared.inputs, origin=replace(prepared.inputs.origin, scratch=scratch))
    for index, variation in enumerate(variations, start=first):
        yield Job(
            plan=prepared.plan,
            index=index,
            variation=variation,
            inputs=inputs,
            settings=prepared.settings,
            keep=prepared.keep,
            layout=prepared.layout,
            cells=prepared.run.record.code.cells,
            sandbox=prepared.sandbox,
            preload=starts.preload(index, variation, left=first + len(variations) - index),
        )


def _completed(
    jobs: Iterator[Job], again: deque[Job], executor: Executor, needed: Callable[[], bool], at_once: int
) -> Iterator[tuple[Job, Outcome]]:
    """Jobs with their outcomes as they come (first those in `again`), until nothing is left to do or to find out."""
    waiting: dict[Future[Outcome], Job] = {}
    try:
        while True:
            while len(waiting) < at_once and (again or needed()):
                following = again.popleft() if again else next(jobs, None)
                if following is None:
                    break
                waiting[executor.submit(execute, following)] = following
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), _result(future)
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[Outcome]) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenExecutor):
        raise ExecutionError(
            "a replay process was killed from outside",
            hint="Was there enough memory? Fewer replays at a time (-j) need less.",
        ) from error
    if isinstance(error, BisError):
        raise error
    if isinstance(error, Exception):
        raise ExecutionError(
            f"the executor has lost a replay: {type(error).__name__}: {error}",
            hint="Check that its workers run and have the same bis as this machine.",
        ) from error
    raise error
