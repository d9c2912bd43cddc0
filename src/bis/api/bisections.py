"""The verb that finds which change makes the replay of a run differ."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from bis._verify.tolerances import Tolerances
from bis.config import Tolerance, home, load_settings
from bis.errors import BisError, UsageError
from bis.model.progress import SILENT, Note, Observer
from bis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from concurrent.futures import Executor

    from bis.model.bisection import Bisection


def bisect(  # noqa: PLR0913 - a keyword for each option of the command
    run_id: str,
    *,
    metric: str | None = None,
    only: Collection[str] = (),
    replays: int | None = None,
    minutes: float | None = None,
    jobs: int = 1,
    data_folders: Sequence[str] = (),
    tolerance: Mapping[str, Tolerance] | None = None,
    timeout_s: float | None = None,
    tracking_uri: str | None = None,
    observer: Observer = SILENT,
    executor: Executor | None = None,
    consent: Callable[[str], bool] | None = None,
) -> Bisection:
    """Find which changed package, variable or number of threads makes today's replay of a run differ from its record.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``. All runs of its program are compared.
    metric : str, optional
        The result that decides. By default those that differ today: metrics, where there are any.
    only : collection of str
        What may be a cause, of packages, variables, threads, hash_seed and cpu; all but a new hash seed by default.
    replays, minutes : optional
        At most so many replays, or so long, in this call. What was made is kept, and the next call goes on.
    jobs : int
        How many replays at a time, where several of the same kind are needed.
    data_folders : sequence of str
        Where to look for input files that are not at their place.
    tolerance : mapping of str to Tolerance, optional
        How far a metric, or the metrics of a pattern, may be off and count as the same. Others must have the same bits.
    timeout_s : float, optional
        Limit for each replay, in seconds.
    tracking_uri : str, optional
        Where the run is; MLflow's own default otherwise.
    observer : Observer
        Receives progress.
    executor : concurrent.futures.Executor, optional
        What runs the replays; by default the calling thread, or processes where `jobs` is more than 1.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    BisError
        It cannot be replayed; the kind of error says why.
    """
    from bis._explain.bisect.bisect_run import BisectRequest, bisect_run
    from bis._explain.bisect.trials import TrialBudget
    from bis._explain.bisect.what_changed import KINDS
    from bis._replay.chosen_options import replay_options
    from bis._replay.session_runs import subject_of
    from bis.evidence.kept_bisections import keep_bisection
    from bis.record.asked_runs import run_to_replay

    if unknown := sorted(set(only) - set(KINDS)):
        raise UsageError(f"expected kinds among {', '.join(KINDS)}, found {', '.join(unknown)}")
    settings = load_settings(Path.cwd())
    found = run_to_replay(run_id, tracking_uri, Path.cwd(), observer)
    workspace = Workspace(settings, found.store, home(), observer, executor)
    options = replay_options(
        settings,
        fresh=False,
        environment="current",
        overrides=None,
        data_folders=data_folders,
        source=None,
        timeout_s=timeout_s,
    )
    request = BisectRequest(
        tolerances=Tolerances.from_settings(settings, declared=tolerance),
        metric=metric,
        only=tuple(only),
        budget=TrialBudget(replays, None if minutes is None else 60 * minutes),
        jobs=jobs,
        consent=consent,
    )
    subject = subject_of(found.store, found.run_id)
    bisection = bisect_run(subject.run, options, request, workspace=workspace, session=subject.session)
    try:
        keep_bisection(found.store, found.run_id, bisection, created_unix_s=time.time())
    except BisError as error:  # it is not lost with its copy
        observer.noted(Note("bisection-not-stored", {"message": error.message}))
    return bisection
