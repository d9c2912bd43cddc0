"""The commands as functions: the same words, the same meaning, each option a keyword.

>>> import bis
>>> recorded = bis.run("train.py", "--lr", "0.1")  # doctest: +SKIP
>>> verdict = bis.replay("last", times=5)          # doctest: +SKIP
>>> verdict.level                                  # doctest: +SKIP
<Level.BITWISE: 'bitwise'>
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bis._replay.chosen_options import replay_options
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance, home, load_settings, tracking_uri_given
from bis.errors import UsageError
from bis.evidence.redaction import is_secret_name
from bis.model.progress import SILENT, Observer
from bis.workspace import Workspace

# Late are the imports of rooms that only one or two verbs need: `bis.show` loads no recorder, `bis.audit` no replays,
# and NumPy and SciPy come with `_verify`.
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from bis._audit.fixes import Repair
    from bis.evidence.store import StoredRun
    from bis.model.corpus_summary import CorpusSummary
    from bis.model.kept_thing import CacheRemoval, KeptThing
    from bis.model.plan import Plan
    from bis.model.project_audit import ProjectAudit
    from bis.model.record_difference import RecordDifference
    from bis.model.rule_text import RuleText
    from bis.model.stored_runs import RunSummary
    from bis.model.verdict import Verdict
    from bis.record.recording import Recorded
    from bis.record.stores_at_hand import FoundRun
    from bis.record.storing import StoredSession

Environments = Literal["auto", "current", "rebuild"]


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

    (found,) = _read(tracking_uri, run_id)
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

    a, b = (found.store.read(found.run_id) for found in _read(tracking_uri, run_a, run_b))
    return diff_records(a.record, b.record, a=a.run_id, b=b.run_id)


def plan(
    run_id: str,
    *,
    fresh: bool = False,
    environment: Environments = "auto",
    overrides: Mapping[str, str] | None = None,
    data_folders: Sequence[str] = (),
    source: str | None = None,
    timeout_s: float | None = None,
    tracking_uri: str | None = None,
) -> Plan:
    """The plan of a replay, without carrying it out; the options are those of `replay`.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    from bis._replay.prepare import plan_replay

    (found,) = _read(tracking_uri, run_id)
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
    return plan_replay(found.store.read(found.run_id), options, workspace=workspace)


def replay(  # noqa: PLR0913 - a keyword for each option of the command
    run_id: str,
    *,
    times: int | None = None,
    fresh: bool = False,
    until_decided: bool = False,
    jobs: int = 1,
    environment: Environments = "auto",
    overrides: Mapping[str, str] | None = None,
    data_folders: Sequence[str] = (),
    source: str | None = None,
    tolerance: Mapping[str, Tolerance] | None = None,
    timeout_s: float | None = None,
    keep: bool = False,
    add: bool = False,
    primary: str | None = None,
    selected_from: int = 1,
    strict: bool = False,
    tracking_uri: str | None = None,
    observer: Observer = SILENT,
    executor: Executor | None = None,
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
    jobs : int
        How many replays at a time.
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
    keep : bool
        Whether to keep the workspaces.
    add : bool
        Whether to judge earlier replays of the same kind and with the same `overrides` together with the new ones.
    primary : str, optional
        The metric that decides first; the others share half the error.
    selected_from : int
        The original was picked as the best of so many runs.
    strict : bool
        Whether artifacts, files and printed text must have the same bytes, too.
    tracking_uri : str, optional
        Where the run is; MLflow's own default otherwise.
    observer : Observer
        Receives progress.
    executor : concurrent.futures.Executor, optional
        What runs the replays, `jobs` at a time: for instance ``dask.distributed.Client(...).get_executor()``. By
        default the calling thread, or processes of this machine where `jobs` is more than 1.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    BisError
        It cannot be replayed; the kind of error says why.
    """
    from bis._replay.replay_run import Request, replay_run
    from bis._replay.session_runs import subject_of
    from bis._verify.stopping import fresh_budget
    from bis.record.asked_runs import run_to_replay

    settings = load_settings(Path.cwd())
    settings = replace(settings, primary_metric=primary or settings.primary_metric)
    found = run_to_replay(run_id, tracking_uri, Path.cwd(), observer)
    workspace = Workspace(settings, found.store, home(), observer, executor)
    options = replay_options(
        settings,
        fresh=fresh,
        environment=environment,
        overrides=overrides,
        data_folders=data_folders,
        source=source,
        timeout_s=timeout_s,
    )
    default = settings.fresh_times if fresh else settings.replay_times
    if until_decided and fresh:
        default = fresh_budget(settings.alpha)
    request = Request(
        times=times or default,
        tolerances=Tolerances.from_settings(settings, declared=tolerance, selected_from=selected_from, strict=strict),
        jobs=jobs,
        until_decided=until_decided,
        keep=keep,
        add=add,
        consent=consent,
    )
    subject = subject_of(found.store, found.run_id)
    return replay_run(subject.run, options, request, workspace=workspace, session=subject.session)


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
    (found,) = _read(tracking_uri, run_id)
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


def _read(tracking_uri: str | None, *references: str) -> tuple[FoundRun, ...]:
    from bis.record.asked_runs import runs_to_read

    return runs_to_read(references, tracking_uri, Path.cwd())


def audit(
    path: str | Path = ".",
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    exclude: Sequence[str] = (),
    baseline: str | None = None,
    cache: bool = True,
) -> ProjectAudit:
    """What a project traces of its experiments, and what it fails to; its code is read, never run.

    Settings are those of ``[tool.bis]`` in the project.

    Parameters
    ----------
    path : str or Path
        A project's folder, or a file: then its project is audited, and what concerns the file is returned.
    select, ignore : sequence of str
        Codes of rules, or the digits that they start with.
    exclude : sequence of str
        Globs of files to leave out.
    baseline : str, optional
        The file whose findings are left out (empty: none, whatever the settings name).
    cache : bool
        Whether earlier audits may answer.

    Raises
    ------
    UsageError
        There is no such folder, file or rule, or the baseline is not one.
    """
    from bis._audit.single_project import AuditChoices, audit_path

    return audit_path(Path(path), AuditChoices(select, ignore, exclude, baseline, cache))


def audit_corpus(  # noqa: PLR0913 - a keyword for each option of the command
    path: str | Path,
    out: str | Path = "bis-audit",
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    exclude: Sequence[str] = (),
    cache: bool = True,
    workers: int | None = None,
    cluster: str | None = None,
    observer: Observer = SILENT,
) -> CorpusSummary:
    """Audit many projects, and write tables, statistics and pages to `out`.

    An audit that was interrupted goes on where it stopped.

    Parameters
    ----------
    path : str or Path
        A folder of projects, or a CSV file with the columns repository and commit.
    out : str or Path
        The folder of the results.
    select, ignore, exclude, cache
        As for `audit`.
    workers : int, optional
        How many processes; all cores by default.
    cluster : str, optional
        Address or scheduler file of a Dask cluster on which to work instead.
    observer : Observer
        Receives a step for each project, and notes.

    Raises
    ------
    UsageError
        There is no such folder or file, or the CSV file has faults.
    StorageError
        `out` cannot be written.
    """
    from bis._audit.single_project import AuditChoices
    from bis.corpus.corpus_work import audit_and_summarise

    choices = AuditChoices(select, ignore, exclude, None, cache)
    return audit_and_summarise(Path(path), Path(out), choices, workers=workers, cluster=cluster, observer=observer)


def fetch_corpus(
    topic: str, out: str | Path, *, limit: int = 100, clones: bool = True, observer: Observer = SILENT
) -> int:
    """List the repositories of a topic on GitHub in ``projects.csv`` in `out`, and clone them; returns their number.

    The token is taken from GITHUB_TOKEN or GH_TOKEN. What was listed or cloned before is kept.

    Raises
    ------
    BisError
        GitHub does not answer, or refuses.
    """
    from bis.corpus.corpus_work import list_and_clone

    return list_and_clone(topic, Path(out), limit=limit, clones=clones, observer=observer)


def project_folder(path: str | Path) -> Path:
    """The folder of the project that `path` is audited as.

    A folder is one itself. A file belongs to the nearest folder above it that has a repository or a pyproject.toml,
    else to its own.
    """
    from bis._audit import single_project

    return single_project.project_folder(Path(path))


def repairs(path: str | Path, audited: ProjectAudit, *, write: bool = False) -> list[Repair]:
    """What the files of a project would be with all safe fixes made; with `write`, they are made."""
    from bis._audit.single_project import repairs_of

    return repairs_of(Path(path), audited, write=write)


def write_baseline(path: str | Path, audits: Sequence[ProjectAudit], roots: Sequence[str | Path] = ()) -> int:
    """List all findings in a file, so that later audits report new ones only; returns their number.

    `roots` are what was audited, in the order of `audits`: files are listed from the folder of the baseline. Without
    them they are listed as the audits have them, which is right for a baseline in the project's folder.

    Raises
    ------
    UsageError
        There are not as many `roots` as `audits`.
    """
    from bis._audit.single_project import list_findings

    return list_findings(Path(path), audits, [Path(root) for root in roots])


def rule(code: str) -> RuleText:
    """One rule of the audit with its documentation, by its code or its name.

    Raises
    ------
    UsageError
        There is no such rule.
    """
    from bis._audit.rules.retired_rules import removal_of

    wanted = code.strip().upper()
    for known in rules():
        if wanted in {known.code, known.name.upper()}:
            return known
    if gone := removal_of(wanted):
        raise UsageError(gone, hint="`bis rule` lists the rules that there are.")
    raise UsageError(f"no rule has the code {code}", hint="`bis rule` lists all.")


def rules() -> list[RuleText]:
    """All rules of the audit, with their documentation."""
    from bis._audit.rules.documentation import rule_texts

    return rule_texts()
