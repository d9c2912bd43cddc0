"""The verbs that record runs and look at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.api.named_runs import runs_asked_for
from bis.config import home, load_settings, tracking_uri_given
from bis.errors import UsageError
from bis.evidence.redaction import is_secret_name
from bis.model.progress import SILENT, Observer

# Late are the imports of rooms that only one or two verbs need: `bis.show` loads no recorder.
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bis.evidence.store import StoredRun
    from bis.model.kept_thing import CacheRemoval, KeptThing
    from bis.model.record_difference import RecordDifference
    from bis.model.stored_runs import RunSummary
    from bis.record.recording import Recorded
    from bis.record.storing import StoredSession


def run(
    target: str,
    *arguments: str,
    module: bool = False,
    parameters: Mapping[str, str] | None = None,
    env: Sequence[str] = (),
    tracking_uri: str | None = None,
    wait: bool | None = None,
    echo: bool = True,
    observer: Observer = SILENT,
) -> Recorded:
    """Run a script, notebook or module once, recorded.

    Parameters
    ----------
    target : str
        A script, a notebook, or with `module` the name of a module.
    *arguments : str
        The program's own.
    module : bool
        Whether `target` is a module.
    parameters : mapping of str to str, optional
        Values for the cell tagged ``parameters`` of a notebook.
    env : sequence of str
        Environment variables whose values are recorded where the program reads them, besides those whose names are
        harmless.
    tracking_uri : str, optional
        Where the run is stored; MLflow's own default otherwise.
    wait : bool, optional
        Whether to wait until the evidence is in MLflow; by default in CI and containers.
    echo : bool
        Whether the program's output is shown.
    observer : Observer
        Receives the cells of a notebook as they start, and the storing.

    Raises
    ------
    UsageError
        There is no such program, it takes no such parameters, or `env` names a secret.
    ExecutionError
        It cannot be started.
    """
    from bis.launch.launcher import entry_from
    from bis.record.recording import record_program

    entry = entry_from(target, arguments, module=module)
    if parameters and not entry.kind.takes_parameters:
        raise UsageError(
            f"{target} is not a notebook: it has no parameters to set ({', '.join(parameters)})",
            hint="Give a script its arguments after its name.",
        )
    settings = load_settings(Path.cwd())
    secret = [name for name in (*settings.env, *env) if is_secret_name(name)]
    if secret:
        raise UsageError(
            f"{', '.join(secret)}: by its name a secret, which is never recorded",
            hint="Leave it out: a replay gets the value that is set when it runs.",
        )
    return record_program(
        entry,
        settings,
        tracking_uri=tracking_uri,
        wait=wait,
        echo=echo,
        parameters=dict(parameters or {}),
        env=tuple(env),
        observer=observer,
    )


def show(run_id: str, *, tracking_uri: str | None = None) -> StoredRun:
    """Show what a run was made of, with its latest verdict and its replays.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    from bis.evidence.verdicts import with_results

    (found,) = runs_asked_for(tracking_uri, run_id)
    return with_results(found.store, found.store.read(found.run_id))


def runs(
    *,
    experiment: str | None = None,
    verdict: str | None = None,
    limit: int | None = None,
    tracking_uri: str | None = None,
) -> tuple[RunSummary, ...]:
    """List runs, latest first, without replays.

    Parameters
    ----------
    experiment : str, optional
        The name of the only experiment whose runs are listed.
    verdict : str, optional
        The level that the latest verdict of a run must have, for instance ``divergent``.
    limit : int, optional
        How many runs at most; without it all.
    tracking_uri : str, optional
        Where the runs are; MLflow's own default otherwise.

    Raises
    ------
    StoreUnavailable
        There is no answer.
    UsageError
        There is no such level.
    """
    from bis.model.stored_runs import RunFilter
    from bis.model.verdict import Level
    from bis.record.asked_runs import store_to_list

    levels = [level.value for level in Level]
    if verdict is not None and verdict not in levels:
        raise UsageError(f"{verdict!r} is not a level of a verdict", hint=f"Levels: {', '.join(levels)}.")
    tags = {} if verdict is None else {"bis.verdict": verdict}
    return store_to_list(tracking_uri, Path.cwd()).runs(RunFilter(experiment=experiment, tags=tags), limit=limit)


def store(
    *, tracking_uri: str | None = None, on_session: Callable[[StoredSession], None] | None = None
) -> tuple[StoredSession, ...]:
    """Store recorded sessions that are not in MLflow yet; one result for each of them.

    Parameters
    ----------
    tracking_uri : str, optional
        Sessions of this store are stored; MLflow's own default otherwise.
    on_session : callable, optional
        Is given each result as soon as it is known.
    """
    from bis.record.storing import store_waiting

    results = []
    for result in store_waiting(tracking_uri or tracking_uri_given(), Path.cwd()):
        results.append(result)
        if on_session is not None:
            on_session(result)
    return tuple(results)


def list_cache(*, kinds: Sequence[str] = ()) -> tuple[KeptThing, ...]:
    """What bis keeps in ``BIS_HOME``, of these kinds (see `bis.model.kept_thing.KeptKind`) or all of it."""
    from bis._replay.home_contents import contents_of_kinds

    return contents_of_kinds(home(), kinds)


def remove_cache(
    *names: str,
    kinds: Sequence[str] = (),
    older_than: float | None = None,
    all_of_it: bool = False,
    unstored: bool = False,
    dry_run: bool = False,
) -> tuple[CacheRemoval, ...]:
    """Free things that `list_cache` lists: by name, of these `kinds`, unused for so many days, or all of it.

    What is in use is left, and so (but with `unstored`) are sessions that are not in MLflow yet. UsageError or NotFound
    is raised where nothing was chosen, or nothing (or more than one thing) has such a name.
    """
    from bis._replay.home_contents import CacheChoice, remove_chosen

    choice = CacheChoice(names, tuple(kinds), older_than, all_of_it)
    return remove_chosen(home(), choice, unstored=unstored, dry_run=dry_run)


def diff(run_a: str, run_b: str, *, tracking_uri: str | None = None) -> RecordDifference:
    """Compare the records and metrics of two runs.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    from bis._verify.record_diff import diff_records

    a, b = (found.store.read(found.run_id) for found in runs_asked_for(tracking_uri, run_a, run_b))
    return diff_records(a.record, b.record, a=a.run_id, b=b.run_id)
