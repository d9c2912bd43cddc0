"""One replay: workspace, program in quarantine, what came out of it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.containment import Contained, SandboxedProgram, SandboxPlace, chosen_kind, contain
from bis._replay.inputs import Inputs, Resolved, environment_in_use, resolve
from bis._replay.operations_seen import operations_seen
from bis._replay.original_place import in_original_place, original_paths
from bis._replay.own_home import with_own_home
from bis._replay.planning import Layout
from bis._replay.preloading import preload_of
from bis._replay.probes import found_probe, predictions_of, probe_digest, unkept_examples
from bis._replay.program_environment import neutralise
from bis._replay.templates import keep_templates, lend_templates
from bis._replay.trial_sightings import trial_seen
from bis._replay.trusted_sightings import files_inside, trusted_sightings
from bis._replay.what_was_stopped import programs_started, stopped
from bis._replay.working_copy import build
from bis._version import __version__
from bis.config import MIB, Settings, home
from bis.errors import BisError, DataMissing, NotFound, StorageError
from bis.evidence import spool as spool_files
from bis.evidence.digests import digest_file
from bis.evidence.redaction import Redactor, secrets_of
from bis.evidence.sqlite_reader import sqlite_reader
from bis.instrument.probe_report import PROBE
from bis.instrument.quarantine import DATABASE
from bis.instrument.search_trials import TRIAL
from bis.launch.kernel_folders import kernel_folder
from bis.launch.launcher import child_environment, launch, write_session
from bis.launch.runners import Launch, NotebookOptions
from bis.launch.sandbox.leftovers import end_leftovers
from bis.launch.warm_parents import ParentLostError
from bis.launch.warm_runner import WarmRunner
from bis.launch.warm_slots import can_fork, warm_slot
from bis.model.facets import Cell, EntryKind, Failure, Outputs, Status
from bis.model.plan import Plan
from bis.model.record import Mode
from bis.model.sandbox import USUAL, SandboxKind, SandboxRequest
from bis.model.session import Quarantine, Session
from bis.model.start import ColdReason, Preload, Start
from bis.model.variation import Variation
from bis.model.verdict import Deviation, Outcome
from bis.record.assembly import texts, written_contents, written_files
from bis.record.contents.written_places import artifacts_to_read
from bis.record.observed_session import (
    ObservedSession,
    library_state,
    outputs_of,
    session_run,
    trace_of,
)
from bis.record.role_draws import role_draws
from bis.record.unseen_metrics import with_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bis.evidence.tracking_reader import TrackingReader
    from bis.model.session_run import SessionRun
    from bis.model.written_content import WrittenContent

_CELLS = "bis-executed-cells.ipynb"  # an interactive session replays as a notebook of its executed cells
_RUNNING: list[bool] = []
_ROOM_BYTES = 65536
_TEMPLATES = "templates"
_HOME = "home"
_UNUSED_ROOT = "0" * 64  # where entropy is not served, nothing is derived from it


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs for one replay; small and picklable.

    It has no path that matters on another machine: `inputs` names by digest what is needed of the host. With `preload`
    it is started warm where it can be.
    """

    plan: Plan
    index: int
    variation: Variation
    inputs: Inputs
    settings: Settings
    keep: bool = False
    layout: Layout = field(default_factory=Layout)
    cells: tuple[Cell, ...] = ()
    preload: Preload | None = None
    sandbox: SandboxRequest = USUAL


def execute(job: Job) -> Outcome:
    """Run one replay; whatever goes wrong with it is part of the outcome.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C; the program and its workspace are gone.
    """
    started = time.monotonic()
    _RUNNING.append(True)
    try:
        outcome = _warm(job) if job.preload is not None else _cold(job)
    finally:
        _RUNNING.pop()
    return replace(outcome, duration_s=time.monotonic() - started)


def _warm(job: Job) -> Outcome:
    """Run it in a fork of a warm parent; cold where that cannot be, with the reason."""
    reason = cold_reason(job)
    if reason is not None:
        return replace(_cold(job), cold_reason=reason)
    assert job.preload is not None
    with warm_slot(Path(job.inputs.origin.scratch)) as slot:
        runner = WarmRunner(slot, job.preload)
        try:
            outcome = _in_folder(job, slot.folder, SandboxPlace(slot.around, warm=True), runner)
        except ParentLostError:
            return replace(_cold(job), cold_reason=ColdReason.LOST)
    return replace(outcome, start=Start.COLD if runner.reason else Start.WARM, cold_reason=runner.reason)


def cold_reason(job: Job) -> ColdReason | None:
    """Why a job cannot be started warm, as far as it says itself."""
    reasons = (
        (ColdReason.PLATFORM, not can_fork()),
        (ColdReason.KEPT, job.keep),
        (ColdReason.FOREIGN, job.sandbox.foreign),
        (ColdReason.PASSIVE, job.variation.root is None),
        (ColdReason.HASH_SEED, job.variation.hash_seed is None),
        (ColdReason.ELSEWHERE, not (job.inputs.are_here and Path(job.inputs.origin.scratch or os.devnull).is_dir())),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _cold(job: Job) -> Outcome:
    folder = None
    try:
        folder = _folder(job)
    except (BisError, OSError) as error:
        return _failed(job, _failure_of(error, folder))
    outcome = _in_folder(job, folder, SandboxPlace(folder))
    kept = (*outcome.notes, f"the workspace is kept in {folder}") if job.keep else outcome.notes
    return replace(outcome, notes=kept)


def _in_folder(job: Job, folder: Path, place: SandboxPlace, runner: WarmRunner | None = None) -> Outcome:
    """Run it in a folder, which does not exist before, and is kept only where it should be."""
    try:
        with _found(job) as inputs:
            return _execute(job, inputs, folder, place, runner)
    except ParentLostError:
        raise
    except (BisError, OSError) as error:
        return _failed(job, _failure_of(error, folder))
    finally:
        if not job.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _failure_of(error: BisError | OSError, folder: Path | None) -> Failure:
    if isinstance(error, BisError):
        return Failure(_stage(error), error.message)
    return Failure("resource", f"{error.filename or folder}: {error.strerror or error}")


@contextmanager
def _found(job: Job) -> Iterator[Resolved]:
    """What the replay needs of this machine, and meanwhile nobody removes it."""
    while True:
        probe = probe_digest(job.variation)
        inputs = resolve(job.inputs, job.plan.data, home=home(), environment=job.variation.environment, probe=probe)
        with environment_in_use(inputs.python, home=home()) as there:
            if there:
                yield inputs
                return


def _stage(error: BisError) -> str:
    if isinstance(error, DataMissing):
        return "data"
    return "resource" if isinstance(error, StorageError) else "env"


def _folder(job: Job) -> Path:
    """Where this replay works: on the machine that planned it a place that the campaign removes, whatever happens."""
    if job.keep:
        kept = home() / "replays" / f"{job.plan.run_id[:8]}-{secrets.token_hex(4)}"
        kept.mkdir(parents=True, mode=0o700)  # whatever else a workspace holds, it has the source and the data
        return kept
    scratch = job.inputs.origin.scratch
    if scratch and job.inputs.are_here and Path(scratch).is_dir():
        return Path(scratch) / str(job.index)
    return Path(tempfile.mkdtemp(prefix="bis-replay-"))


def is_running() -> bool:
    """Whether a replay runs in this process."""
    return bool(_RUNNING)


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


def _execute(job: Job, inputs: Resolved, folder: Path, place: SandboxPlace, runner: WarmRunner | None) -> Outcome:
    plan = replace(job.plan, data=inputs.data)
    workspace = build(plan, inputs.archive, folder / "workspace", layout=job.layout, state=inputs.state)
    if job.plan.entry is EntryKind.INTERACTIVE:
        from bis.notebooks.document import notebook_from_cells, write_notebook  # extra: notebook

        write_notebook(notebook_from_cells(job.cells), workspace.cwd / _CELLS)
    kind = chosen_kind(job.sandbox)
    session = write_session(_session(job, folder, workspace.root, workspace.cwd, kind))
    lend_templates(home() / "templates", folder / _TEMPLATES)
    if inputs.probe is not None:
        shutil.copyfile(inputs.probe, Path(session.spool) / PROBE)
    if inputs.begun is not None:
        shutil.copyfile(inputs.begun, Path(session.spool) / TRIAL)
    env = _environment(job, session, folder, workspace.external)
    sockets = kernel_folder(env["TMPDIR"]) if session.kind is EntryKind.NOTEBOOK else None
    also = (str(sockets),) if sockets and not sockets.is_relative_to(folder) else ()
    program = SandboxedProgram(inputs.python, inputs.data, env, workspace.cwd, job.plan.timeout_s, also)
    contained = contain(job.sandbox, kind, place, program, home=home())
    options = {**job.plan.parameters, **job.plan.overrides}
    try:
        launch(
            Launch(
                session=session,
                python=inputs.python,
                cwd=workspace.cwd,
                env=env,
                prefix=contained.prefix,
                echo=False,
                own_group=True,
                stdin=inputs.stdin,
                timeout_s=job.plan.timeout_s,
                stdout_bytes=int(job.settings.stdout_mib * MIB),
                notebook=NotebookOptions(options, skip_installs=True, folder=sockets),
                runner=runner,
            )
        )
    finally:
        if contained.stand_ins is not None and not place.warm:
            end_leftovers(place.folder)
    _check_room(Path(session.spool))
    if not job.sandbox.foreign:
        keep_templates(folder / _TEMPLATES, home() / "templates")
    seen = trusted_sightings(session, folder)
    outcome = _outcome(job, seen, (*inputs.deviations, *workspace.deviations), contained)
    if outcome.outputs is None:
        return outcome
    outputs = in_original_place(outcome.outputs, workspace.root, job.layout.project_root)
    return replace(outcome, outputs=outputs, preload=None if runner else preload_of(seen))


def _environment(job: Job, session: Session, folder: Path, external: Sequence[Path]) -> dict[str, str]:
    """The variables of the program."""
    assert session.quarantine is not None
    base = neutralise({k: v for k, v in os.environ.items() if k not in job.plan.unset}, session.quarantine.folder)
    base.update(job.plan.variables)
    base.update(job.variation.variables)
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    base["TMPDIR"] = str(temporary)
    if job.sandbox.own_home:
        base = with_own_home(base, folder / _HOME)
    if external:
        extra = [str(p) for p in external]
        base["PYTHONPATH"] = os.pathsep.join([*extra, *([base["PYTHONPATH"]] if base.get("PYTHONPATH") else [])])
    return child_environment(session, base)


def _check_room(spool: Path) -> None:
    """Refuse to judge a replay whose output may have been lost to a full disk: it would look like another result."""
    probe = spool / f"room-{secrets.token_hex(8)}"  # a name that the program has not taken
    try:
        with probe.open("xb", buffering=0) as file:
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


def _session(job: Job, folder: Path, root: Path, cwd: Path, sandbox: SandboxKind) -> Session:
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
        scoped=job.variation.scoped,
        reseeded=job.variation.reseeded,
        probe=job.variation.probe,
        trial=job.inputs.trial,
        operations=job.inputs.operations,
        switches=job.variation.switches,
        stderr_in_stdout=plan.stderr_in_stdout,
        spool=str(folder / "spool"),
        states=plan.states if job.variation.root is None else (),
        quarantine=Quarantine(
            folder=str(folder / "quarantine"),
            writable=(str(folder),),
            original_scheme=plan.original_scheme,
            later=plan.later,
            refused_stores=plan.refused_stores,
            templates=str(folder / _TEMPLATES),
            sandbox=sandbox.value,
            network=job.sandbox.network or sandbox is SandboxKind.NONE,
        ),
    )


def _target(plan: Plan, root: Path, cwd: Path) -> str:
    """The target as the program's command line had it: relative to its working directory."""
    if plan.entry is EntryKind.MODULE:
        return plan.target
    if plan.entry is EntryKind.INTERACTIVE:
        return _CELLS
    return os.path.relpath(root / plan.target, cwd)


def _outcome(job: Job, seen: ObservedSession, deviations: tuple[Deviation, ...], contained: Contained) -> Outcome:
    redact = texts(Redactor({**os.environ, **secrets_of({}, job.plan.argv)}))
    placed = original_paths(Path(seen.session.project_root), job.layout.project_root)
    outputs = outputs_of(seen, None, redact=redact)
    artifacts = _artifacts(seen)
    failure = outputs.failure
    notes = []
    later = [e["path"] for e in seen.all("wrote-outside") if e["what"] == "later"]
    if later:
        failure = Failure("data", f"{later[0]} is in a later state than the one that the original read")
    if job.plan.original_scheme and not seen.runs and failure is None:
        failure = Failure("exception", "the program started 0 MLflow runs, the original at least one")
    found = [Deviation(**{k: e[k] for k in ("what", "recorded", "replayed", "why")}) for e in seen.all("deviation")]
    if seen.notebook is not None:
        found += [
            Deviation(f"cell {s['position']}", str(s["source"])[:200], "skipped", str(s["why"]))
            for s in seen.notebook.skipped
        ]
    found += stopped(seen, contained.stand_ins)
    notes += [f"writing to {e['path']} was {e['what']}" for e in seen.all("wrote-outside") if e["what"] == "cache"]
    notes += [f"recording of {e['what']} failed: {e['why']}" for e in seen.all("failed")]
    probe, probe_content = found_probe(seen)
    return Outcome(
        index=job.index,
        kind=job.plan.kind,
        root=job.variation.root,
        outputs=replace(
            outputs,
            files=written_files(seen),
            contents=_contents(seen, artifacts, lambda text: placed(redact(text))),
            failure=failure,
        ),
        failure=failure,
        deviations=(*deviations, *found),
        trace={} if job.inputs.begun else trace_of(seen)[0],
        libraries=library_state(seen),
        notes=tuple(dict.fromkeys(notes)),
        runs=_session_runs(seen, artifacts, redact),
        predictions=predictions_of(seen, probe or job.variation.probe, redact),
        probe=probe,
        probe_content=probe_content,
        unkept=unkept_examples(seen),
        trial=trial_seen(seen),
        operations=operations_seen(seen),
        draws=role_draws(seen),
        containment=replace(contained.containment, programs=programs_started(seen)),
    )


def _session_runs(
    seen: ObservedSession, artifacts: Mapping[str, Mapping[str, Path]], redact: Callable[[str], str]
) -> tuple[SessionRun, ...]:
    """All runs of the program, with what only the quarantine's store has of them, as in the record of the original."""
    found = []
    for run in seen.runs:
        files = artifacts.get(run.run_id, {})
        digests = tuple(digest_file(path, None, name=name) for name, path in files.items())
        found.append(session_run(seen, run, artifacts=digests, redact=redact))
    quarantine = seen.session.quarantine
    database = None if quarantine is None else Path(quarantine.folder) / DATABASE
    found_there = [] if database is None else files_inside([database], database.parent)
    reader = sqlite_reader(found_there[0]) if found_there else None
    if reader is None:
        return tuple(found)
    return tuple(replace(r, outputs=_with_unseen(reader, r.identity.run_id, r.outputs)) for r in found)


def _with_unseen(reader: TrackingReader, run_id: str, outputs: Outputs) -> Outputs:
    with suppress(NotFound, OSError):  # the program did what it liked to its store: what was seen is what there is
        return with_unseen(outputs, reader.run(run_id).metrics, lambda metric: reader.history(run_id, metric))
    return outputs


def _contents(
    seen: ObservedSession, artifacts: Mapping[str, Mapping[str, Path]], redact: Callable[[str], str]
) -> tuple[WrittenContent, ...]:
    """What stands in the files that the program wrote, and in the artifacts of each of its runs."""
    logged = {
        f"{run}/{name}": path for run, files in artifacts.items() for name, path in artifacts_to_read(files).items()
    }
    found = written_contents(seen, logged, redact)
    return tuple(
        replace(c, run=c.path.partition("/")[0], path=c.path.partition("/")[2]) if c.artifact else c for c in found
    )


def _artifacts(seen: ObservedSession) -> dict[str, dict[str, Path]]:
    """What each run logged into the quarantine: by its id, path -> file."""
    quarantine = seen.session.quarantine
    if not seen.runs or quarantine is None:
        return {}
    known = {run.run_id for run in seen.runs}
    found: dict[str, dict[str, Path]] = {}
    for base in Path(quarantine.folder).rglob("artifacts"):
        if base.parent.name in known:
            files = files_inside(base.rglob("*"), Path(quarantine.folder))
            found.setdefault(base.parent.name, {}).update({p.relative_to(base).as_posix(): p for p in files})
    return found


def _failed(job: Job, failure: Failure) -> Outcome:
    return Outcome(
        index=job.index,
        kind=job.plan.kind,
        root=job.variation.root,
        outputs=Outputs(Status.MISSING, (failure.message,)),
        failure=failure,
        deviations=job.inputs.deviations,
        runs=(),
    )
