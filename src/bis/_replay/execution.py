"""One replay: workspace, program in quarantine, what came out of it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bis._replay.planning import Layout
from bis._replay.program_environment import neutralise
from bis._replay.working_copy import build
from bis._version import __version__
from bis.config import MIB, Settings, home
from bis.errors import BisError, StorageError
from bis.evidence import spool as spool_files
from bis.evidence.digests import digest_file
from bis.evidence.redaction import Redactor, secrets_of
from bis.launch.launcher import Launch, NotebookOptions, child_environment, launch, write_session
from bis.model.facets import Cell, EntryKind, Failure, FileDigest, Outputs, Status
from bis.model.plan import Plan
from bis.model.record import Mode
from bis.model.session import Quarantine, Session
from bis.model.verdict import Deviation, Outcome
from bis.record.assembly import texts, written_files
from bis.record.observed_session import ObservedSession, SeenRun, outputs_of, read_sightings, trace_of

_CELLS = "bis-executed-cells.ipynb"  # an interactive session replays as a notebook of its executed cells
_RUNNING: list[bool] = []
_ROOM_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs for one replay; small and picklable.

    `served` is false where the original's entropy was only watched. `root` is the entropy root in hexadecimal.
    """

    plan: Plan
    index: int
    root: str
    hash_seed: str | None
    served: bool
    archive: str
    python: str
    folder: str
    settings: Settings
    keep: bool = False
    deviations: tuple[Deviation, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    cells: tuple[Cell, ...] = ()


def execute(job: Job) -> Outcome:
    """Run one replay; whatever goes wrong with it is part of the outcome.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C; the program and its workspace are gone.
    """
    folder = Path(job.folder)
    started = time.monotonic()
    _RUNNING.append(True)
    try:
        outcome = _execute(job, folder)
    except BisError as error:
        stage = "resource" if isinstance(error, StorageError) else "env"
        outcome = _failed(job, Failure(stage, error.message))
    except OSError as error:
        outcome = _failed(job, Failure("resource", f"{error.filename or folder}: {error.strerror or error}"))
    finally:
        _RUNNING.pop()
        if not job.keep:
            shutil.rmtree(folder, ignore_errors=True)
    kept = (*outcome.notes, f"the workspace is kept in {folder}") if job.keep else outcome.notes
    return replace(outcome, duration_s=time.monotonic() - started, notes=kept)


def quiet_when_idle() -> None:
    """Let a worker process that has nothing to do end silently on Ctrl-C; one that replays cleans up first."""

    def interrupted(_number: int, _frame: object) -> None:
        if not _RUNNING:
            os._exit(130)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's and the parent's: one is enough to clean up
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)


def _execute(job: Job, folder: Path) -> Outcome:
    workspace = build(job.plan, Path(job.archive) if job.archive else None, folder / "workspace", layout=job.layout)
    if job.plan.entry is EntryKind.INTERACTIVE:
        from bis.notebooks.document import notebook_from_cells, write_notebook  # extra: notebook

        write_notebook(notebook_from_cells(job.cells), workspace.cwd / _CELLS)
    session = write_session(_session(job, folder, workspace.root, workspace.cwd))
    quarantine = session.quarantine
    assert quarantine is not None
    base = neutralise(job.environ, quarantine.folder)
    base.update(job.plan.variables)
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    base["TMPDIR"] = str(temporary)
    if workspace.external:
        extra = [str(p) for p in workspace.external]
        base["PYTHONPATH"] = os.pathsep.join([*extra, *([base["PYTHONPATH"]] if base.get("PYTHONPATH") else [])])
    ended = launch(
        Launch(
            session=session,
            python=job.python,
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
    return _outcome(job, seen, workspace.deviations)


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
        f"what the replay gave cannot be kept in {spool}: {reason}",
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
        root=job.root,
        serve=job.served,
        hash_seed=job.hash_seed,
        spool=str(folder / "spool"),
        states=plan.states,
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
    outputs = outputs_of(seen, run, redact=texts(Redactor({**job.environ, **secrets_of({}, job.plan.argv)})))
    failure = outputs.failure
    notes = []
    if job.plan.original_scheme and run is None and failure is None:
        failure = Failure(
            "exception",
            f"the program began {len(seen.runs)} MLflow runs; the original is its run {job.plan.ordinal + 1}",
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
        root=job.root,
        outputs=replace(outputs, artifacts=_artifacts(seen, run), files=written_files(seen), failure=failure),
        failure=failure,
        deviations=(*job.deviations, *deviations, *found),
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
        root=job.root,
        outputs=Outputs(Status.MISSING, (failure.message,)),
        failure=failure,
        deviations=job.deviations,
    )
