"""One replay: workspace, program in quarantine, what came out of it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from bis._replay.inputs import Inputs, Resolved, resolve
from bis._replay.original_place import in_original_place
from bis._replay.planning import Layout
from bis._replay.program_environment import neutralise
from bis._replay.working_copy import build
from bis._version import __version__
from bis.config import MIB, Settings, home
from bis.errors import BisError, DataMissing, StorageError
from bis.evidence import spool as spool_files
from bis.evidence.digests import digest_file
from bis.evidence.redaction import Redactor, secrets_of
from bis.launch.launcher import child_environment, launch, write_session
from bis.launch.runners import Launch, NotebookOptions
from bis.model.facets import Cell, EntryKind, Failure, FileDigest, Outputs, Status
from bis.model.plan import Plan
from bis.model.record import Mode
from bis.model.session import Quarantine, Session
from bis.model.variation import Variation
from bis.model.verdict import Deviation, Outcome
from bis.record.assembly import texts, written_files
from bis.record.observed_session import ObservedSession, SeenRun, outputs_of, read_sightings, trace_of

_CELLS = "bis-executed-cells.ipynb"  # an interactive session replays as a notebook of its executed cells
_RUNNING: list[bool] = []
_ROOM_BYTES = 65536
_UNUSED_ROOT = "0" * 64  # where entropy is not served, nothing is derived from it


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs for one replay; small and picklable.

    It has no path that matters on another machine: `inputs` names by digest what is needed of the host.
    """

    plan: Plan
    index: int
    variation: Variation
    inputs: Inputs
    settings: Settings
    keep: bool = False
    layout: Layout = field(default_factory=Layout)
    cells: tuple[Cell, ...] = ()


def execute(job: Job) -> Outcome:
    """Run one replay; whatever goes wrong with it is part of the outcome.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C; the program and its workspace are gone.
    """
    started = time.monotonic()
    folder = None
    _RUNNING.append(True)
    try:
        folder = _folder(job)
        inputs = resolve(job.inputs, job.plan.data, home=home(), environment=job.variation.environment)
        outcome = _execute(job, inputs, folder)
    except BisError as error:
        outcome = _failed(job, Failure(_stage(error), error.message))
    except OSError as error:
        outcome = _failed(job, Failure("resource", f"{error.filename or folder}: {error.strerror or error}"))
    finally:
        if folder is not None and not job.keep:
            shutil.rmtree(folder, ignore_errors=True)
        _RUNNING.pop()
    kept = (*outcome.notes, f"the workspace is kept in {folder}") if job.keep and folder else outcome.notes
    return replace(outcome, duration_s=time.monotonic() - started, notes=kept)


def _stage(error: BisError) -> str:
    if isinstance(error, DataMissing):
        return "data"
    return "resource" if isinstance(error, StorageError) else "env"


def _folder(job: Job) -> Path:
    """Where this replay works: on the machine that planned it a place that the campaign removes, whatever happens."""
    if job.keep:
        return home() / "replays" / f"{job.plan.run_id[:8]}-{secrets.token_hex(4)}"
    scratch = job.inputs.origin.scratch
    if scratch and job.inputs.are_here and Path(scratch).is_dir():
        return Path(scratch) / str(job.index)
    return Path(tempfile.mkdtemp(prefix="bis-replay-"))


def quiet_when_idle() -> None:
    """Let a worker process that has nothing to do end silently on Ctrl-C; one that replays cleans up first."""
    cleaning_up = False

    def interrupted(_number: int, _frame: object) -> None:
        nonlocal cleaning_up
        # The signal comes twice, from the terminal and from the parent, and one is enough. SIG_IGN would be set too
        # late for one that is on its way: Python reports that on standard error ("ignored due to race condition").
        if cleaning_up:
            return
        if not _RUNNING:
            os._exit(130)
        cleaning_up = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)


def _execute(job: Job, inputs: Resolved, folder: Path) -> Outcome:
    plan = replace(job.plan, data=inputs.data)
    workspace = build(plan, inputs.archive, folder / "workspace", layout=job.layout)
    if job.plan.entry is EntryKind.INTERACTIVE:
        from bis.notebooks.document import notebook_from_cells, write_notebook  # extra: notebook

        write_notebook(notebook_from_cells(job.cells), workspace.cwd / _CELLS)
    session = write_session(_session(job, folder, workspace.root, workspace.cwd))
    quarantine = session.quarantine
    assert quarantine is not None
    base = neutralise(os.environ, quarantine.folder)
    base.update(job.plan.variables)
    base.update(job.variation.variables)
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    base["TMPDIR"] = str(temporary)
    if workspace.external:
        extra = [str(p) for p in workspace.external]
        base["PYTHONPATH"] = os.pathsep.join([*extra, *([base["PYTHONPATH"]] if base.get("PYTHONPATH") else [])])
    ended = launch(
        Launch(
            session=session,
            python=inputs.python,
            cwd=workspace.cwd,
            env=child_environment(session, base),
            echo=False,
            own_group=True,
            timeout_s=job.plan.timeout_s,
            stdout_bytes=int(job.settings.stdout_mib * MIB),
            notebook=NotebookOptions(parameters=job.plan.overrides, skip_installs=True),
        )
    )
    del ended
    _check_room(Path(session.spool))
    seen = read_sightings(Path(session.spool))
    outcome = _outcome(job, seen, (*inputs.deviations, *workspace.deviations))
    if outcome.outputs is None:
        return outcome
    return replace(outcome, outputs=in_original_place(outcome.outputs, workspace.root, job.layout.project_root))


def _check_room(spool: Path) -> None:
    """Refuse to judge a replay whose output may have been lost to a full disk: it would look like another result."""
    probe = spool / "room"
    try:
        with probe.open("wb", buffering=0) as file:
            written = file.write(bytes(_ROOM_BYTES))
        probe.unlink()
        if written == _ROOM_BYTES and (spool / spool_files.EXIT).exists():
            return
        reason = "No space left on device"
    except OSError as error:
        reason = error.strerror or str(error)
    raise StorageError(
        f"the outputs of the replay cannot be kept in {spool}: {reason}",
        hint="Free some space there, or point TMPDIR at a disk that has more.",
    )


def _session(job: Job, folder: Path, root: Path, cwd: Path) -> Session:
    plan = job.plan
    return Session(
        version=spool_files.VERSION,
        session=f"replay-{secrets.token_hex(6)}",
        mode=Mode.REPLAY,
        started_unix_s=time.time(),
        bis_version=__version__,
        kind=EntryKind.NOTEBOOK if plan.entry is EntryKind.INTERACTIVE else plan.entry,
        target=_target(plan, root, cwd),
        argv=plan.argv,
        interpreter_options=plan.interpreter_options,
        cwd=str(cwd),
        project_root=str(root),
        root=job.variation.root or _UNUSED_ROOT,
        serve=job.variation.root is not None,
        hash_seed=job.variation.hash_seed,
        roles=job.variation.roles,
        spool=str(folder / "spool"),
        states=plan.states if job.variation.root is None else (),
        quarantine=Quarantine(
            folder=str(folder / "quarantine"),
            writable=(str(folder), str(home() / "templates")),
            original_scheme=plan.original_scheme,
        ),
    )


def _target(plan: Plan, root: Path, cwd: Path) -> str:
    """The target as the program's command line had it: relative to its working directory."""
    if plan.entry is EntryKind.MODULE:
        return plan.target
    if plan.entry is EntryKind.INTERACTIVE:
        return _CELLS
    return os.path.relpath(root / plan.target, cwd)


def _outcome(job: Job, seen: ObservedSession, deviations: tuple[Deviation, ...]) -> Outcome:
    run = _matching_run(job.plan, seen.runs)
    outputs = outputs_of(seen, run, redact=texts(Redactor({**os.environ, **secrets_of({}, job.plan.argv)})))
    failure = outputs.failure
    notes = []
    if job.plan.original_scheme and run is None and failure is None:
        failure = Failure(
            "exception",
            f"the program started {len(seen.runs)} MLflow runs; the original is its run {job.plan.ordinal + 1}",
        )
    found = [Deviation(**{k: e[k] for k in ("what", "recorded", "replayed", "why")}) for e in seen.all("deviation")]
    if seen.notebook is not None:
        found += [
            Deviation(f"cell {s['position']}", str(s["source"])[:200], "skipped", str(s["why"]))
            for s in seen.notebook.skipped
        ]
    notes += [f"writing to {e['path']} was {e['what']}" for e in seen.all("wrote-outside")]
    notes += [f"recording of {e['what']} failed: {e['why']}" for e in seen.all("failed")]
    return Outcome(
        index=job.index,
        kind=job.plan.kind,
        root=job.variation.root,
        outputs=replace(outputs, artifacts=_artifacts(seen, run), files=written_files(seen), failure=failure),
        failure=failure,
        deviations=(*deviations, *found),
        trace=trace_of(seen)[0],
        notes=tuple(dict.fromkeys(notes)),
    )


def _matching_run(plan: Plan, runs: tuple[SeenRun, ...]) -> SeenRun | None:
    return next((r for r in runs if r.ordinal == plan.ordinal), None)


def _artifacts(seen: ObservedSession, run: SeenRun | None) -> tuple[FileDigest, ...]:
    """Digests of what the run logged into the quarantine."""
    quarantine = seen.session.quarantine
    if run is None or quarantine is None:
        return ()
    folders = [p for p in Path(quarantine.folder).rglob("artifacts") if p.parent.name == run.run_id]
    found = []
    for base in folders:
        for path in sorted(p for p in base.rglob("*") if p.is_file()):
            name = path.relative_to(base).as_posix()
            found.append(digest_file(path, None, name=name))
    return tuple(found)


def _failed(job: Job, failure: Failure) -> Outcome:
    return Outcome(
        index=job.index,
        kind=job.plan.kind,
        root=job.variation.root,
        outputs=Outputs(Status.MISSING, (failure.message,)),
        failure=failure,
        deviations=job.inputs.deviations,
    )
