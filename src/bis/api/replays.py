"""The verbs that run an experiment again, and judge it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bis._replay.chosen_options import replay_options
from bis._verify.tolerances import Tolerances
from bis.api.named_runs import runs_asked_for
from bis.config import Settings, Tolerance, home, load_settings
from bis.errors import UsageError
from bis.model.progress import SILENT, Observer
from bis.model.start import Start
from bis.workspace import Workspace

# Late are the imports of rooms that only one or two verbs need. NumPy and SciPy come with `_verify`.
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from bis._replay.planning import ReplayOptions
    from bis._replay.replay_run import Request
    from bis._replay.session_runs import Subject
    from bis.model.plan import Plan
    from bis.model.verdict import Verdict
    from bis.record.stores_at_hand import FoundRun

Environments = Literal["auto", "current", "rebuild"]
Sandboxes = Literal["auto", "namespaces", "bwrap", "landlock", "none"]


def plan(  # noqa: PLR0913 - a keyword for each option of the command
    run_id: str,
    *,
    fresh: bool = False,
    environment: Environments = "auto",
    overrides: Mapping[str, str] | None = None,
    data_folders: Sequence[str] = (),
    source: str | None = None,
    timeout_s: float | None = None,
    sandbox: Sandboxes = "auto",
    network: bool = False,
    tracking_uri: str | None = None,
) -> Plan:
    """The plan of a replay, without carrying it out; the options are those of `replay`.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    from bis._replay.prepare import plan_replay

    (found,) = runs_asked_for(tracking_uri, run_id)
    workspace = Workspace(load_settings(Path.cwd()), found.store, home())
    options = replay_options(
        workspace.settings,
        fresh=fresh,
        environment=environment,
        overrides=overrides,
        data_folders=data_folders,
        source=source,
        timeout_s=timeout_s,
    )
    options = replace(options, sandbox=sandbox, network=network)
    return plan_replay(found.store.read(found.run_id), options, workspace=workspace)


def replay(  # noqa: PLR0913 - a keyword for each option of the command
    run_id: str,
    *,
    times: int | None = None,
    fresh: bool = False,
    until_decided: bool = False,
    jobs: int | None = None,
    environment: Environments = "auto",
    overrides: Mapping[str, str] | None = None,
    data_folders: Sequence[str] = (),
    source: str | None = None,
    tolerance: Mapping[str, Tolerance] | None = None,
    timeout_s: float | None = None,
    sandbox: Sandboxes = "auto",
    network: bool = False,
    keep: bool = False,
    add: bool = False,
    cold: bool = False,
    primary: str | None = None,
    selected_from: int | None = None,
    trial: int | None = None,
    strict: bool = False,
    note: bool = False,
    tracking_uri: str | None = None,
    observer: Observer = SILENT,
    executor: Executor | None = None,
    cluster: str | None = None,
    consent: Callable[[str], bool] | None = None,
) -> Verdict:
    """Replay a recorded run, and judge whether the result is the same.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``. All runs of its program are judged; of a run that is
        nested in another one of the program and named by its id, that run alone.
    times : int, optional
        How many replays: by default 3 exact or 8 fresh ones, or what the settings say.
    fresh : bool
        Whether each replay gets new randomness instead of the recorded one.
    until_decided : bool
        Whether to stop as soon as the verdict cannot change; `times` is then the most.
    jobs : int, optional
        How many replays at a time: by default 1, and on a `cluster` as many as it takes.
    environment : {"auto", "current", "rebuild"}
        Packages: this environment where it equals the lock, else rebuilt; or one of them in any case.
    overrides : mapping of str to str, optional
        Other values of arguments or notebook parameters: each is a deviation.
    data_folders : sequence of str
        Where to look for input files that are not at their place.
    source : str, optional
        A clone that has the commit of a run that bis did not record.
    tolerance : mapping of str to Tolerance, optional
        How far a metric, or the metrics of a pattern, may be off.
    timeout_s : float, optional
        Limit for each replay, in seconds.
    sandbox : {"auto", "namespaces", "bwrap", "landlock", "none"}
        What keeps the replays from the rest of the machine: the strongest that works here, or one of them.
    network : bool
        Whether they can reach the network.
    keep : bool
        Whether to keep the workspaces.
    add : bool
        Whether to judge earlier replays of the same kind and with the same `overrides` together with the new ones.
    cold : bool
        Whether each replay starts an interpreter of its own, instead of being forked from a process that has imported.
    primary : str, optional
        The metric that decides first; the others share half the error.
    selected_from : int, optional
        The original was picked as the best of so many runs; 1 where it was not picked. By default this is looked for: a
        nested run that is the best of its siblings in a metric counts as picked by that.
    trial : int, optional
        The number of a trial of the search that the run is of, which is judged alone. A trial of Optuna's
        ``study.optimize`` is run alone where it then gives what it gives in its program; other trials are the nested
        runs in the order in which they were created, from 0, and are replayed with their program.
    strict : bool
        Whether artifacts, files and printed text must have the same bytes, too.
    note : bool
        Whether a summary is put into the note of the run in MLflow, between two marks; the rest of it is left as it is.
    tracking_uri : str, optional
        Where the run is; MLflow's own default otherwise.
    observer : Observer
        Receives progress.
    executor : concurrent.futures.Executor, optional
        What runs the replays, `jobs` at a time: for instance ``dask.distributed.Client(...).get_executor()``. By
        default the calling thread, or processes of this machine where `jobs` is more than 1.
    cluster : str, optional
        The scheduler of an existing Dask cluster that runs the replays: its address, or the path of its scheduler
        file. Its workers need no folder in common with this machine.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    BisError
        It cannot be replayed; the kind of error says why.
    """
    from bis._replay.cluster_executor import chosen_executor
    from bis._replay.replay_run import Request, replay_run
    from bis._replay.session_runs import subject_of

    settings = _settings(primary)
    found = _run_to_replay(run_id, tracking_uri, observer)
    options = replay_options(
        settings,
        fresh=fresh,
        environment=environment,
        overrides=overrides,
        data_folders=data_folders,
        source=source,
        timeout_s=timeout_s,
    )
    options = replace(options, sandbox=sandbox, network=network)
    subject = subject_of(found.store, found.run_id)
    tolerances = Tolerances.from_settings(settings, declared=tolerance, selected_from=selected_from or 1, strict=strict)
    with chosen_executor(cluster, executor, jobs, observer=observer) as (chosen, at_once):
        workspace = Workspace(settings, found.store, home(), observer, chosen)
        request = Request(
            times=times or _usual_times(settings, fresh=fresh, until_decided=until_decided),
            tolerances=tolerances,
            jobs=at_once,
            until_decided=until_decided,
            keep=keep,
            add=add,
            start=Start.COLD if cold or settings.cold else Start.WARM,
            consent=consent,
            looks_for_siblings=selected_from is None,
            note=note,
        )
        subject, request = _of_trial(subject, trial, options, request, workspace)
        return replay_run(subject.run, options, request, workspace=workspace, session=subject.session)


def _run_to_replay(run_id: str, tracking_uri: str | None, observer: Observer) -> FoundRun:
    from bis.record.asked_runs import run_to_replay

    return run_to_replay(run_id, tracking_uri, Path.cwd(), observer)


def _settings(primary: str | None) -> Settings:
    settings = load_settings(Path.cwd())
    return replace(settings, primary_metric=primary or settings.primary_metric)


def _of_trial(
    subject: Subject, trial: int | None, options: ReplayOptions, request: Request, workspace: Workspace
) -> tuple[Subject, Request]:
    """The run of a trial, which is judged alone, and the request for its replays; without a trial, what is given."""
    if trial is None:
        return subject, request
    from bis._replay.one_trial import locate_trial
    from bis._replay.session_runs import subject_of

    located = locate_trial(
        subject, trial, options, tolerances=request.tolerances, workspace=workspace, consent=request.consent
    )
    found = subject_of(workspace.store, located.run_id)
    alone = replace(found, session=replace(found.session, alone=True))
    return alone, replace(request, trial=located, consent=None)


def _usual_times(settings: Settings, *, fresh: bool, until_decided: bool) -> int:
    """How many replays are made where nothing is said about it; the most, where a rule decides."""
    from bis._verify.stopping import fresh_budget

    if not fresh:
        return settings.replay_times
    return fresh_budget(settings.alpha) if until_decided else settings.fresh_times


def verify(
    run_id: str,
    *,
    expect: str,
    names: Mapping[str, str] | None = None,
    tolerance: Mapping[str, Tolerance] | None = None,
    tracking_uri: str | None = None,
) -> Verdict:
    """Compare a run with a published table, or a notebook's outputs with those saved in its file.

    A column that the run has no metric for means that of another run of the same program, if only one of them has it.

    Raises
    ------
    UsageError
        The table cannot be read, or names metrics that the run does not have.
    """
    from bis._replay.saved_notebook import saved_and_run
    from bis._replay.session_runs import subject_of
    from bis._verify.published.published_table import read_table
    from bis._verify.published.saved_outputs import compare_saved_outputs
    from bis._verify.published.table_comparison import compare_table
    from bis._verify.sessions.metrics_of_a_session import metrics_of_a_session

    saved = expect == "saved-outputs"
    if saved and names:
        raise UsageError("--map names columns of a table, and saved outputs have none", hint="Leave out --map.")
    table = None if saved else read_table(Path(expect))
    (found,) = runs_asked_for(tracking_uri, run_id)
    store = found.store
    subject = subject_of(store, found.run_id, as_logged=True)
    stored = subject.run
    settings = load_settings(Path.cwd())
    tolerances = {**settings.tolerances, **(tolerance or {})}
    if table is None:
        cells, run = saved_and_run(store, stored)
        return compare_saved_outputs(cells, run, tolerances=Tolerances(declared=tolerances), run_id=stored.run_id)
    return compare_table(
        table,
        (stored.record.outputs, *store.fresh_outputs(stored.run_id))
        if table.runs > 1
        else metrics_of_a_session(subject.session),
        names=names,
        tolerances=tolerances,
        alpha=settings.alpha,
        run_id=stored.run_id,
    )
