"""The verb that compares experiments: two runs by their replays, or groups of runs that exist already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bis._replay.chosen_options import replay_options
from bis._verify.tolerances import Tolerances
from bis.config import home, load_settings
from bis.errors import UsageError
from bis.model.comparison import Direction
from bis.model.progress import SILENT, Observer
from bis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from bis.api.replays import Environments
    from bis.model.comparison import GroupComparison, RunComparison

SeedHandling = Literal["auto", "keep", "draw"]


def compare(  # noqa: PLR0913 - a keyword for each option of the command
    run_a: str,
    run_b: str,
    *,
    times: int | None = None,
    metric: str | None = None,
    higher: Sequence[str] = (),
    lower: Sequence[str] = (),
    margin: Mapping[str, float] | None = None,
    seeds: SeedHandling = "auto",
    add: bool = False,
    jobs: int | None = None,
    environment: Environments = "auto",
    data_folders: Sequence[str] = (),
    timeout_s: float | None = None,
    tracking_uri: str | None = None,
    observer: Observer = SILENT,
    executor: Executor | None = None,
    cluster: str | None = None,
    consent: Callable[[str], bool] | None = None,
) -> RunComparison:
    """Say whether run B is better than run A beyond run-to-run noise, by new replays of both.

    Parameters
    ----------
    run_a, run_b : str
        MLflow run ids, unique prefixes of them, or ``last``.
    times : int, optional
        How many replays of each: by default as many as `replay` makes fresh ones. 0 makes none, and needs `add`.
    metric : str, optional
        The one that counts: it gets half the error, the others share the rest.
    higher, lower : sequence of str
        Metrics of which higher (lower) values are better. Of others only is said which values are higher.
    margin : mapping of str to float, optional
        By metric the largest difference that does not matter, in its unit: equivalence can then be shown.
    seeds : {"auto", "keep", "draw"}
        Seeds that the programs set are kept, or drawn anew for each replay: by default drawn where one of the programs
        would else give one result only.
    add : bool
        Whether to use fresh replays that were made before, too; replays are then not paired.
    jobs : int, optional
        How many replays at a time: by default 1, and on a `cluster` as many as it takes.
    environment : {"auto", "current", "rebuild"}
        As for `replay`.
    data_folders : sequence of str
        As for `replay`.
    timeout_s : float, optional
        Limit for each replay, in seconds.
    tracking_uri : str, optional
        Where the runs are; else where bis knows them to be.
    observer : Observer
        Receives progress.
    executor : concurrent.futures.Executor, optional
        As for `replay`.
    cluster : str, optional
        As for `replay`.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    UsageError
        A metric was named that the runs do not share, or one run was given twice with seeds to keep.
    BisError
        One of them cannot be replayed; the kind of error says why.
    """
    from bis._explain.comparison.compare_runs import ComparisonWishes, compare_runs
    from bis._explain.comparison.replays_of_two import ComparedSubject, TwoRunsRequest
    from bis._replay.cluster_executor import chosen_executor
    from bis._replay.executors import executor_for
    from bis._replay.session_runs import subject_of
    from bis.record.asked_runs import run_to_replay

    settings = load_settings(Path.cwd())
    count = settings.fresh_times if times is None else times
    if count < 1 and not add:
        raise UsageError("there are no replays to compare", hint="Make some (-n), or use earlier ones (--add).")
    wishes = ComparisonWishes(metric or settings.primary_metric, _directions(higher, lower), dict(margin or {}))
    options = replay_options(
        settings,
        fresh=True,
        environment=environment,
        overrides=None,
        data_folders=data_folders,
        source=None,
        timeout_s=timeout_s,
    )
    sides = []
    with chosen_executor(cluster, executor, jobs, observer=observer) as (chosen, at_once):
        for reference in (run_a, run_b):
            found = run_to_replay(reference, tracking_uri, Path.cwd(), observer)
            workspace = Workspace(settings, found.store, home(), observer, chosen)
            sides.append(ComparedSubject(subject_of(found.store, found.run_id), workspace))
        a, b = sides
        with executor_for(at_once, chosen) as running:
            request = TwoRunsRequest(
                times=count,
                seeds=seeds,
                tolerances=replace(Tolerances.from_settings(settings), primary=wishes.primary),
                executor=running,
                at_once=at_once,
                add=add,
                consent=consent,
            )
            return compare_runs(a, b, options, request, wishes)


def compare_groups(
    *keys: str,
    metrics: Sequence[str],
    over: str | None = None,
    higher: Sequence[str] = (),
    lower: Sequence[str] = (),
    experiment: str | None = None,
    search: str | None = None,
    tracking_uri: str | None = None,
) -> GroupComparison:
    """Compare groups of runs that exist already; nothing is run, and bis need not have seen them.

    Parameters
    ----------
    *keys : str
        What runs are grouped by: ``params.KEY``, ``tags.KEY``, ``metrics.KEY`` or ``attributes.KEY``, as MLflow's
        search names them. Without a place, KEY is a param, or else a tag.
    metrics : sequence of str
        What is compared: the last value of each run.
    over : str, optional
        The key in which runs of a group differ, such as ``params.seed``: runs with the same value in two groups are
        compared in pairs.
    higher, lower : sequence of str
        Metrics of which higher (lower) values are better.
    experiment : str, optional
        The name of the only experiment whose runs are taken.
    search : str, optional
        A condition in the language of MLflow's search that runs must satisfy.
    tracking_uri : str, optional
        Where the runs are; MLflow's own default otherwise.

    Raises
    ------
    UsageError
        A key is none, MLflow does not understand `search`, or no run has a metric.
    StoreUnavailable
        There is no answer.
    """
    from bis._explain.comparison.group_comparison import compare_groups_of
    from bis._explain.comparison.run_groups import run_key
    from bis.model.stored_runs import RunFilter
    from bis.record.asked_runs import store_to_list

    settings = load_settings(Path.cwd())
    grouped = [run_key(key) for key in keys]
    repeats = None if over is None else run_key(over)
    if not grouped:
        raise UsageError("there is nothing to group runs by", hint="Give a key such as params.model.")
    directions = _directions(higher, lower)
    store = store_to_list(tracking_uri, Path.cwd())
    runs = store.whole_runs(RunFilter(experiment=experiment), search=search or "")
    return compare_groups_of(runs, grouped, repeats, tuple(dict.fromkeys(metrics)), directions, alpha=settings.alpha)


def _directions(higher: Sequence[str], lower: Sequence[str]) -> dict[str, Direction]:
    both = sorted(set(higher) & set(lower))
    if both:
        raise UsageError(f"{', '.join(both)}: higher and lower values cannot both be better")
    return dict.fromkeys(higher, Direction.HIGHER) | dict.fromkeys(lower, Direction.LOWER)
