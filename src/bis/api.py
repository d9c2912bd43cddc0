"""The commands as functions: the same words, the same meaning.

>>> import bis
>>> recorded = bis.run("train.py", "--lr", "0.1")          # doctest: +SKIP
>>> verdict = bis.replay("last", bis.ReplayOptions(times=5))  # doctest: +SKIP
>>> verdict.level                                          # doctest: +SKIP
<Level.BITWISE: 'bitwise'>
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.config import Settings, Tolerance, load_settings, tracking_uri_given
from bis.errors import BisWarning, UsageError

# Each function imports its own part of bis: a recorded program starts the sooner, the less is loaded before it.
if TYPE_CHECKING:
    from bis._audit.auditor import Options
    from bis._audit.fixes import Repair
    from bis.corpus.corpus_progress import CorpusProgress
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.model.corpus_summary import CorpusSummary
    from bis.model.plan import Plan
    from bis.model.project_audit import ProjectAudit
    from bis.model.record_difference import RecordDifference
    from bis.model.rule_text import RuleText
    from bis.model.verdict import Verdict
    from bis.record.recording import Recorded


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What ``bis replay`` can be told; the command's options have the same names.

    `times` is 3 by default (8 for fresh replays), `environment` one of auto, current, rebuild.
    """

    times: int | None = None
    fresh: bool = False
    until_decided: bool = False
    jobs: int = 1
    environment: str = "auto"
    overrides: Mapping[str, str] = field(default_factory=dict)
    data_folders: tuple[str, ...] = ()
    source: str | None = None
    tolerance: Mapping[str, Tolerance] = field(default_factory=dict)
    timeout_s: float | None = None
    keep: bool = False
    primary: str | None = None
    selected_from: int = 1
    strict: bool = False


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """What ``bis audit`` can be told; the command's options have the same names.

    `select` and `ignore` are codes of rules or their beginnings, `exclude` globs of files to leave out, `baseline` the
    file whose findings are not told (empty: none, whatever the settings name). `cache` is whether earlier audits
    may answer.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    cache: bool = True


def options_from(**given: Any) -> ReplayOptions:
    """Options of the command line, those that are not for this left out."""
    known: dict[str, Any] = {k: v for k, v in given.items() if k in ReplayOptions.__dataclass_fields__}
    return ReplayOptions(**known)


def run(
    target: str,
    *arguments: str,
    module: bool = False,
    parameters: Mapping[str, str] | None = None,
    tracking_uri: str | None = None,
    wait: bool | None = None,
    echo: bool = True,
    on_cell: Callable[[int, int], None] | None = None,
) -> Recorded:
    """Run a script, notebook or module once, recorded.

    Raises
    ------
    UsageError
        There is no such program.
    ExecutionError
        It cannot be started.
    """
    from bis.launch.launcher import entry_from
    from bis.record.recording import record_program

    entry = entry_from(target, arguments, module=module)
    if parameters and not entry.kind.takes_parameters:
        raise UsageError(
            f"{target} is no notebook: it has no parameters to set ({', '.join(parameters)})",
            hint="Give a script its arguments after its name.",
        )
    return record_program(
        entry,
        load_settings(Path.cwd()),
        tracking_uri=tracking_uri,
        wait=wait,
        echo=echo,
        parameters=dict(parameters or {}),
        on_cell=on_cell,
    )


def show(run_id: str, *, tracking_uri: str | None = None) -> StoredRun:
    """Show what a run was made of.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    store = _store(tracking_uri)
    return store.read(store.find(run_id))


def diff(run_a: str, run_b: str, *, tracking_uri: str | None = None) -> RecordDifference:
    """Compare the records and metrics of two runs.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    from bis._verify.record_diff import diff_records

    store = _store(tracking_uri)
    a, b = store.read(store.find(run_a)), store.read(store.find(run_b))
    return diff_records(a.record, b.record, a=a.run_id, b=b.run_id)


def plan(run_id: str, options: ReplayOptions | None = None, *, tracking_uri: str | None = None) -> Plan:
    """The plan of a replay, without carrying it out."""
    from bis._replay.engine import plan_replay

    store = _store(tracking_uri)
    settings = load_settings(Path.cwd())
    return plan_replay(store.read(store.find(run_id)), _plan_options(options or ReplayOptions(), settings))


def replay(
    run_id: str,
    options: ReplayOptions | None = None,
    *,
    tracking_uri: str | None = None,
    observer: Any = None,
    consent: Callable[[str], bool] | None = None,
) -> Verdict:
    """Replay a recorded run, and judge whether the result is the same.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``.
    options : ReplayOptions, optional
        How often, and how.
    tracking_uri : str, optional
        Where the run is; MLflow's own default otherwise.
    observer : object, optional
        Is told how it goes; see `bis._replay.engine.Observer`.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    BisError
        It cannot be replayed; the kind of error says why.
    """
    from bis._replay.engine import Request, replay_run
    from bis._verify.tolerances import Tolerances

    options = options or ReplayOptions()
    settings = load_settings(Path.cwd())
    settings = replace(settings, primary_metric=options.primary or settings.primary_metric)
    store = _store(tracking_uri)
    stored = store.read(store.find(run_id))
    default = settings.fresh_times if options.fresh else settings.replay_times
    return replay_run(
        store,
        stored,
        _plan_options(options, settings),
        Request(
            times=options.times or (19 + 3 if options.until_decided and options.fresh else default),
            jobs=options.jobs,
            until_decided=options.until_decided,
            keep=options.keep,
            consent=consent,
            tolerances=Tolerances.from_settings(
                settings,
                declared=options.tolerance,
                selected_from=options.selected_from,
                strict=options.strict,
            ),
        ),
        settings=settings,
        observer=observer,
    )


def verify(
    run_id: str,
    *,
    expect: str,
    names: Mapping[str, str] | None = None,
    tolerances: Mapping[str, Tolerance] | None = None,
    tracking_uri: str | None = None,
) -> Verdict:
    """Compare a run with a published table, or a notebook's outputs with those saved in its file.

    Raises
    ------
    UsageError
        The table cannot be read, or names metrics that the run does not have.
    """
    from bis._verify.published.expected import compare_saved_outputs, compare_table, read_table

    table = None if expect == "saved-outputs" else read_table(Path(expect))
    store = _store(tracking_uri)
    stored = store.read(store.find(run_id))
    settings = load_settings(Path.cwd())
    if table is None:
        return compare_saved_outputs(_saved_outputs(store, stored), stored.record.outputs.cells, run_id=stored.run_id)
    return compare_table(
        table,
        (stored.record.outputs, *store.fresh_outputs(stored.run_id)) if table.runs > 1 else stored.record.outputs,
        names=names,
        tolerances={**settings.tolerances, **(tolerances or {})},
        alpha=settings.alpha,
        run_id=stored.run_id,
    )


def _saved_outputs(store: EvidenceStore, stored: StoredRun) -> Any:
    from bis.evidence.archive import read_entries
    from bis.evidence.store import SOURCE
    from bis.notebooks.document import saved_outputs_of

    code = stored.record.code
    if not code.target.endswith(".ipynb") or code.snapshot is None:
        raise UsageError(
            f"run {stored.run_id} is not of a notebook file with a snapshot, so there are no saved outputs",
            hint="Use --expect TABLE.csv, or record the notebook with `bis run NOTEBOOK.ipynb`.",
        )
    entries = {e.name: e for e in read_entries(store.download(stored.run_id, SOURCE))}
    content = entries[code.target].source if code.target in entries else None
    if not isinstance(content, bytes):
        raise UsageError(f"the source snapshot of run {stored.run_id} does not contain {code.target}")
    return saved_outputs_of(content, code.target)


def _store(tracking_uri: str | None) -> EvidenceStore:
    from bis.evidence.store import EvidenceStore, set_up_client
    from bis.record.storing import drain

    set_up_client()
    for problem in drain(tracking_uri or tracking_uri_given(), Path.cwd()):
        warnings.warn(problem, BisWarning, stacklevel=3)
    return EvidenceStore(tracking_uri)


def _plan_options(options: ReplayOptions, settings: Settings) -> Any:
    from bis._replay.planning import ReplayOptions as PlanOptions
    from bis.model.verdict import ReplayKind

    return PlanOptions(
        kind=ReplayKind.FRESH if options.fresh else ReplayKind.EXACT,
        environment=None if options.environment == "auto" else options.environment,
        overrides=dict(options.overrides),
        data_dirs=tuple(options.data_folders),
        source_dir=options.source,
        timeout_s=options.timeout_s if options.timeout_s is not None else settings.replay_timeout_s,
    )


def audit(path: str | Path = ".", *, options: AuditOptions | None = None) -> ProjectAudit:
    """What a project traces of its experiments, and what it fails to; its code is read, never run.

    `path` is a project's folder, or a file: then its project is audited, and what concerns the file is told. Settings
    are those of ``[tool.bis]`` in the project.

    Raises
    ------
    UsageError
        There is no such folder or file, or the baseline is none.
    """
    from bis._audit.auditor import audit_project
    from bis._audit.baseline import read_baseline, without_known

    given = Path(path)
    if not given.exists():
        raise UsageError(f"there is no folder or file {given}", hint="Name a project's folder: bis audit .")
    root = project_folder(given)
    options = options or AuditOptions()
    settings = _audit_settings(root)
    audited = audit_project(root, root.resolve().name, _engine_options(options, settings))
    if not given.is_dir():
        name = given.resolve().relative_to(root.resolve()).as_posix()
        audited = replace(
            audited,
            calls=tuple(call for call in audited.calls if call.place.file == name),
            findings=tuple(finding for finding in audited.findings if finding.place.file == name),
        )
    baseline = options.baseline
    if baseline is None and settings.baseline:
        baseline = str(root / settings.baseline)
    if baseline:
        known = read_baseline(Path(baseline))
        audited = replace(audited, findings=without_known(audited.findings, known, _from(Path(baseline), root)))
    return audited


def audit_corpus(
    path: str | Path,
    out: str | Path = "bis-audit",
    *,
    options: AuditOptions | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    progress: CorpusProgress | None = None,
) -> CorpusSummary:
    """Audit many projects, and write tables, statistics and pages to `out`.

    `path` is a folder of projects, or a CSV file with the columns repository and commit. A run that was interrupted
    goes on where it stopped.

    Raises
    ------
    UsageError
        There is no such folder or file, or the CSV file has faults.
    StorageError
        `out` cannot be written.
    """
    from functools import partial

    from bis._audit.auditor import audit_project, version_of
    from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
    from bis.corpus.audits.results import write_results
    from bis.corpus.corpus_progress import CorpusProgress
    from bis.corpus.corpus_run import CorpusOptions, run_corpus
    from bis.corpus.projects import listing_of

    given, folder = Path(path), Path(out)
    chosen = _engine_options(options or AuditOptions(), load_settings(Path.cwd()))
    run_corpus(
        listing_of(given, leave_out=[folder]),
        task=partial(audit_project, options=chosen),
        results=AUDIT_RESULTS,
        out=folder,
        workers=workers,
        cluster=cluster,
        progress=progress or CorpusProgress(),
        options=CorpusOptions(version=version_of(chosen)),
    )
    return write_results(folder, {rule.code: rule.name for rule in rules() if chosen.wants(rule.code)})


def fetch_corpus(
    topic: str,
    out: str | Path,
    *,
    limit: int = 100,
    clones: bool = True,
    progress: CorpusProgress | None = None,
) -> int:
    """List the repositories of a topic on GitHub in ``projects.csv`` in `out`, and clone them; returns their number.

    The token is taken from GITHUB_TOKEN or GH_TOKEN. What was listed or cloned before is kept.

    Raises
    ------
    BisError
        GitHub does not answer, or refuses.
    """
    from bis.config import github_api_url, github_token
    from bis.corpus.clones import clone
    from bis.corpus.corpus_progress import CorpusProgress
    from bis.corpus.github import GitHub, fetch_with_urllib
    from bis.corpus.projects import listing_of
    from bis.corpus.search import write_listing
    from bis.model.project_audit import Problem

    told = progress or CorpusProgress()
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "projects.csv"
    github = GitHub(github_api_url(), token=github_token(), fetch=fetch_with_urllib, progress=told)
    write_listing(topic, limit, listed, api=github, progress=told)
    sources = listing_of(listed)
    told.begin(sources.total)
    count = 0
    for source in sources:
        made = clone(source, folder / "clones", timeout_s=600) if clones else None
        if isinstance(made, Problem):
            told.note(f"{source.name}: {made.detail}")
        told.kept(source.name)
        count += 1
    return count


def project_folder(path: str | Path) -> Path:
    """The folder of the project that `path` is audited as.

    A folder is one itself. A file belongs to the nearest folder above it that has a repository or a pyproject.toml,
    else to its own.
    """
    given = Path(path)
    if given.is_dir():
        return given
    folder = given.resolve().parent
    marks = (".git", "pyproject.toml")
    return next((f for f in (folder, *folder.parents) if any((f / mark).exists() for mark in marks)), folder)


def repairs(path: str | Path, audited: ProjectAudit, *, write: bool = False) -> list[Repair]:
    """What the files of a project would be with all safe repairs made; with `write`, they are."""
    from bis._audit import fixes

    root = project_folder(path)
    made = fixes.repairs(root, audited.findings)
    if write:
        fixes.apply(root, made)
    return made


def write_baseline(path: str | Path, audits: list[ProjectAudit], roots: Sequence[str | Path] = ()) -> int:
    """List all findings in a file, so that later audits tell new ones only; returns their number.

    `roots` are what was audited, in the order of `audits`: files are listed from the folder of the baseline. Without
    them they are listed as the audits have them, which is right for a baseline in the project's folder.

    Raises
    ------
    UsageError
        There are not as many `roots` as `audits`.
    """
    from bis._audit.baseline import write_baseline as write

    if roots and len(roots) != len(audits):
        raise UsageError(f"{len(audits)} audits and {len(roots)} roots: expected one root for each audit")
    folders = [_from(Path(path), project_folder(root)) for root in roots] or [""] * len(audits)
    listed = [audited.below(folder) for folder, audited in zip(folders, audits, strict=True)]
    return write(Path(path), [finding for audited in listed for finding in audited.findings])


def _from(baseline: Path, root: Path) -> str:
    """A project's folder as one sees it from the folder of a baseline."""
    return Path(os.path.relpath(root.resolve(), baseline.absolute().parent.resolve())).as_posix()


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


def _engine_options(options: AuditOptions, settings: Settings) -> Options:
    from bis._audit.auditor import Options
    from bis._audit.rules.documentation import unknown_codes
    from bis.config import home

    select = tuple(code.upper() for code in options.select or settings.select)
    ignore = tuple(code.upper() for code in (*options.ignore, *settings.ignore))
    unknown = unknown_codes((*select, *ignore))
    if unknown:
        named = set(unknown) & {code.upper() for code in (*settings.select, *settings.ignore)}
        where = " ([tool.bis] in pyproject.toml)" if named else ""
        raise UsageError(f"no rule has the code {', '.join(unknown)}{where}", hint="See: bis rule")
    return Options(
        select,
        ignore,
        (*options.exclude, *settings.exclude),
        settings.max_file_mib,
        home() / "audit" if options.cache else None,
    )


def _audit_settings(root: Path) -> Settings:
    """Settings of a project; a pyproject.toml that cannot be read and says nothing of bis stops nothing."""
    from bis.config import pyproject_above
    from bis.errors import ConfigurationError

    try:
        return load_settings(root)
    except ConfigurationError:
        path = pyproject_above(root.absolute())
        if path is not None and b"tool.bis" not in path.read_bytes():
            return Settings()
        raise
