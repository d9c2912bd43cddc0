"""The commands as functions: the same words, the same meaning.

>>> import bis
>>> recorded = bis.run("train.py", "--lr", "0.1")          # doctest: +SKIP
>>> verdict = bis.replay("last", bis.ReplayOptions(times=5))  # doctest: +SKIP
>>> verdict.level                                          # doctest: +SKIP
<Level.BITWISE: 'bitwise'>
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.config import Settings, Tolerance, load_settings, tracking_uri_given
from bis.errors import BisWarning, UsageError

# Each function imports its own part of bis: a recorded program starts the sooner, the less is loaded before it.
if TYPE_CHECKING:
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.model.difference import RecordDifference
    from bis.model.plan import Plan
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
    from bis.record.launcher import entry_from
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
    from bis.verify.difference import diff_records

    store = _store(tracking_uri)
    a, b = store.read(store.find(run_a)), store.read(store.find(run_b))
    return diff_records(a.record, b.record, a=a.run_id, b=b.run_id)


def plan(run_id: str, options: ReplayOptions | None = None, *, tracking_uri: str | None = None) -> Plan:
    """The plan of a replay, without carrying it out."""
    from bis.replay.engine import plan_replay

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
        Is told how it goes; see `bis.replay.engine.Observer`.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    BisError
        It cannot be replayed; the kind of error says why.
    """
    from bis.replay.engine import Request, replay_run
    from bis.verify.tolerances import Tolerances

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
    from bis.verify.expected import compare_saved_outputs, compare_table, read_table

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
    from bis.record.notebooks.document import saved_outputs_of

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
    from bis.model.verdict import ReplayKind
    from bis.replay.plan import ReplayOptions as PlanOptions

    return PlanOptions(
        kind=ReplayKind.FRESH if options.fresh else ReplayKind.EXACT,
        environment=None if options.environment == "auto" else options.environment,
        overrides=dict(options.overrides),
        data_dirs=tuple(options.data_folders),
        source_dir=options.source,
        timeout_s=options.timeout_s if options.timeout_s is not None else settings.replay_timeout_s,
    )
