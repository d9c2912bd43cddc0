"""Builds the record from an observed session: the events of a spool become facets."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bis.config import home
from bis.errors import BisError
from bis.evidence import spool as spool_files
from bis.evidence.addresses import scheme_of
from bis.evidence.digests import DigestCache, digest_file
from bis.evidence.hosts import host_digest
from bis.evidence.record_document import seed_api
from bis.evidence.redaction import REDACTED, Redactor, is_secret_name
from bis.evidence.session_secrets import redactor_of
from bis.model.facets import (
    Cell,
    Code,
    Data,
    EntryKind,
    Environment,
    FileDigest,
    GeneratorState,
    Machine,
    Outputs,
    Parameters,
    Randomness,
    Seed,
    Snapshot,
    Status,
    ThreadPool,
    Uncontrolled,
)
from bis.model.jsonable import from_json, json_value
from bis.model.record import FORMAT, VERSION, Mode, Record, State
from bis.record.carried_state import carried_state, opened_files, watched_modules
from bis.record.contents.content_reading import read_contents
from bis.record.contents.written_places import artifacts_to_read, written_places
from bis.record.given_input import standard_input_of, unkept_input
from bis.record.given_variables import unkept_values, variables_of
from bis.record.observed_session import (
    ObservedSession,
    SeenRun,
    datasets_of,
    identity_of,
    libraries_drew,
    outputs_of,
    parameters_of,
    trace_of,
)
from bis.record.probes.child_commands import Process
from bis.record.probes.code import relative_to
from bis.record.probes.data import probe_data
from bis.record.probes.machine import probe_machine
from bis.record.probes.program_texts import texts_of_sources
from bis.record.probes.snapshot import PackedSnapshot, add_external, external_sources
from bis.record.secret_names import data_without_secrets, outputs_without_secrets
from bis.record.store_places import StorePlaces, store_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bis.model.written_content import WrittenContent

_BIS = Path(__file__).resolve().parents[1]

Artifact = tuple[str, int, "Path | None"]
F = TypeVar("F", Parameters, Data, Randomness, Outputs)


def assemble(
    seen: ObservedSession, run: SeenRun | None, *, artifacts: tuple[Artifact, ...] = (), holder: str = ""
) -> Record:
    """Build the record of one run from its session's spool.

    Parameters
    ----------
    seen : ObservedSession
        What the spool holds.
    run : SeenRun or None
        The MLflow run; None for a program that started none.
    artifacts : tuple of (path, size, local file or None)
        The run's artifacts in MLflow; those without a local file are listed without a digest.
    holder : str
        The run that has the state that the program carried over; empty for this one.
    """
    session = seen.session
    redactor = redactor_of(seen.folder, session.argv)
    redact = texts(redactor)
    code = _code(seen, redact)
    with DigestCache(home() / "digests.sqlite") as cache:
        data = _data(seen, run, code, cache, holder)
        data = replace(data, datasets=tuple(replace(d, source=redact(d.source)) for d in data.datasets))
        data = data_without_secrets(data, redactor.name)
        outputs = outputs_without_secrets(_outputs(seen, run, artifacts, cache, redact), redactor.name)
    record = Record(
        format=FORMAT,
        version=VERSION,
        bis_version=session.bis_version,
        session=session.session,
        mode=session.mode,
        state=_state(seen),
        started_unix_s=session.started_unix_s,
        ended_unix_s=seen.exit.ended_unix_s if seen.exit else _last_time(seen),
        ordinal=run.ordinal if run is not None else 0,
        sessions=1,
        host=host_digest(),
        tracking_scheme=scheme_of(run.uri) if run is not None else "",
        code=code,
        parameters=_with_given(seen, _parameters(seen, run, redact), code),
        environment=_document(seen, spool_files.ENVIRONMENT, Environment),
        machine=_machine(seen),
        data=data,
        randomness=randomness_of(seen),
        outputs=outputs,
        notes=_notes(seen),
        session_runs=len(seen.runs),
        refused_stores=refused_stores(seen, redact),
        identity=None if run is None else replace(identity_of(seen, run, redact=redact), params={}),
    )
    return _with_gaps(record, _gaps(seen))


def _gaps(seen: ObservedSession) -> tuple[str, ...]:
    """What of the recorder's events is not there: a facet that is made of them may lack anything."""
    reasons = []
    if seen.lost:
        reasons.append(f"{seen.lost} of the recorder's events could not be written (no space, or a failing disk)")
    session, ended = seen.session, seen.exit
    is_program = session.mode is Mode.RUN and session.kind in {EntryKind.SCRIPT, EntryKind.MODULE}
    end_seen = any(e.get("main") for e in seen.all("process")) and seen.main("end")
    if is_program and ended is not None and ended.exit_code is not None and not end_seen:
        reasons.append(
            "the recorder did not see the program's end (os._exit, or no space): what is known then is missing"
        )
    return tuple(reasons)


def _with_gaps(record: Record, reasons: tuple[str, ...]) -> Record:
    if not reasons:
        return record

    def marked(facet: F) -> F:
        status = Status.MISSING if facet.status is Status.MISSING else Status.PARTIAL
        return replace(facet, status=status, reasons=(*facet.reasons, *reasons))

    return replace(
        record,
        parameters=marked(record.parameters),
        data=marked(record.data),
        randomness=marked(record.randomness),
        outputs=marked(record.outputs),
    )


def refused_stores(seen: ObservedSession, redact: Callable[[str], str]) -> dict[str, str]:
    """Why MLflow refused the stores of a scheme; under ``*`` where it refused all that the program asked for."""
    used = {scheme_of(run.uri) for run in seen.runs}
    refused = {str(e["scheme"]): redact(str(e["why"])) for e in seen.all("store-refused")}
    if not used and refused:
        return {"*": next(iter(refused.values()))}
    return {scheme: why for scheme, why in refused.items() if scheme not in used}


def randomness_of(seen: ObservedSession) -> Randomness:
    """The randomness facet of a session."""
    session = seen.session
    reasons = []
    if session.mode is Mode.AMBIENT:
        reasons.append("bis was loaded with MLflow: entropy was not served, only seeds and generator states were seen")
    elif not session.serve:
        reasons.append("entropy was not served (it was switched off)")
    if session.hash_seed is None:
        reasons.append("PYTHONHASHSEED was not set: the order of sets of strings cannot be repeated")
    if not seen.ended:
        reasons.append("the program was ended from outside")
    uncontrolled = tuple(dict.fromkeys((str(e["what"]), str(e["why"])) for e in seen.all("uncontrolled")))
    reasons += [f"{what}: {why}" for what, why in uncontrolled]
    reasons += [f"{e['what']}: {e['why']}" for e in seen.all("failed") if "randomness" in e["what"]]
    trace, draws = trace_of(seen)
    at_import, untouched = libraries_drew(seen)
    states: dict[str, GeneratorState] = {}
    for e in seen.main("state"):
        states.setdefault(e["generator"], GeneratorState(e["generator"], e["digest"], e.get("state")))
    root = Path(session.project_root)
    return Randomness(
        status=Status.PARTIAL if reasons else Status.RECORDED,
        reasons=tuple(reasons),
        root=session.root if session.serve else None,
        hash_seed=session.hash_seed,
        seeds=tuple(_seed(e, root) for e in seen.all("seed")),
        states=tuple(states.values()),
        uncontrolled=tuple(Uncontrolled(what, why) for what, why in uncontrolled),
        draws=draws,
        trace=trace,
        at_import=at_import,
        untouched=untouched,
    )


def _seed(event: dict[str, Any], root: Path) -> Seed:
    api, package = seed_api(event["api"])
    file = relative_to(event["file"], root)
    return Seed(api, event["value"], file, event["line"], event.get("package") or package, event.get("helper", ""))


def written_files(seen: ObservedSession, cache: DigestCache | None = None) -> tuple[FileDigest, ...]:
    """Files that the program wrote, as they are now."""
    digests = []
    for name, path in written_places(seen, _prefixes(seen), _stores(seen)).items():
        try:
            digests.append(digest_file(path, cache, name=name))
        except BisError:  # it was removed, or is still changing
            digests.append(FileDigest(name, -1, ""))
    return tuple(sorted(digests, key=lambda d: d.path))


def written_contents(
    seen: ObservedSession, artifacts: Mapping[str, Path], redact: Callable[[str], str]
) -> tuple[WrittenContent, ...]:
    """What stands in the files that the program wrote, and in the artifacts that it logged (path -> local file)."""
    files = [(name, path, False) for name, path in written_places(seen, _prefixes(seen), _stores(seen)).items()]
    files += [(name, path, True) for name, path in artifacts_to_read(artifacts).items()]
    return read_contents(files, redact)


def _stores(seen: ObservedSession) -> StorePlaces:
    return store_places((run.uri for run in seen.runs), seen.session.cwd)


def texts(redactor: Redactor) -> Callable[[str], str]:
    """Redact what a program printed."""
    return lambda text: redactor.text(text, place="output")


def _state(seen: ObservedSession) -> State:
    # Whoever stores a session does so when its program has ended, or says "end" before it goes on (IPython).
    return State.FINISHED if seen.ended else State.KILLED


def _last_time(seen: ObservedSession) -> float | None:
    times = [float(e["t"]) for events in seen.events.values() for e in events]
    return max(times, default=None)


def _document(seen: ObservedSession, name: str, kind: type) -> Any:
    path = seen.folder / name
    failed = next((e["why"] for e in seen.all("failed") if e["what"] == "code"), "")
    if not path.exists():
        return kind(Status.MISSING, (f"it was not written when the program started{failed and ': ' + failed}",))
    try:
        return from_json(kind, json_value(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        return kind(Status.MISSING, (f"what was written when the program started cannot be read: {error}",))


def _code(seen: ObservedSession, redact: Callable[[str], str]) -> Code:
    code: Code = _document(seen, spool_files.CODE, Code)
    cells: tuple[Cell, ...] = ()
    if seen.notebook is not None:
        cells = tuple(Cell(c.index, redact(c.source), c.position) for c in seen.notebook.cells)
    elif seen.all("cells"):
        sources = seen.all("cells")[-1]["sources"]
        cells = tuple(Cell(i, redact(source), None) for i, source in enumerate(sources))
    if code.kind is EntryKind.INTERACTIVE and not cells:
        code = replace(code, status=Status.PARTIAL, reasons=(*code.reasons, "no executed cell was seen"))
    return _with_external(seen, replace(code, cells=cells or code.cells, parameters=dict(seen.session.parameters)))


def _with_external(seen: ObservedSession, code: Code) -> Code:
    """Add modules that the program imported from outside its project to the archive, once."""
    archive = seen.folder / spool_files.SOURCE
    files = {name: path for e in seen.all("modules") for name, path in e["files"].items()}
    if code.snapshot is None or code.snapshot.external or not archive.exists() or not files:
        return code
    known = [f.path for f in code.snapshot.files]
    external = external_sources(files, root=Path(seen.session.project_root), prefixes=_prefixes(seen), known=known)
    if not external.entries:
        return code
    packed = add_external(PackedSnapshot(code.snapshot, archive.read_bytes()), external)
    spool_files.write_whole(archive, packed.content)
    reasons = (*code.reasons, *packed.reasons)
    grown = replace(
        code, snapshot=packed.snapshot, reasons=reasons, status=Status.PARTIAL if reasons else Status.RECORDED
    )
    spool_files.write_document(seen.folder / spool_files.CODE, replace(grown, cells=(), parameters=None))
    return grown


def _prefixes(seen: ObservedSession) -> tuple[str, ...]:
    found = {str(e[k]) for e in seen.all("process") for k in ("prefix", "base_prefix")}
    return (*sorted(found), str(_BIS), str(home() / "injection"))


def _parameters(seen: ObservedSession, run: SeenRun | None, redact: Callable[[str], str]) -> Parameters:
    values = {k: REDACTED if _is_secret(k, v) else redact(v) for k, v in parameters_of(seen, run).items()}
    if run is not None and run.how != "created":
        return Parameters(Status.PARTIAL, ("the run was started by another program",), values)
    return Parameters(Status.RECORDED, () if run is not None else ("the program started no MLflow run",), values)


def _is_secret(name: str, value: str) -> bool:
    """Whether a param is a secret by its name: MLflow has it, since the program logged it, and a record must not."""
    return is_secret_name(name) and Redactor({}).argv((f"--{name}={value}",)) != (f"--{name}={value}",)


def _with_given(seen: ObservedSession, parameters: Parameters, code: Code) -> Parameters:
    """The same with what the program was given: environment variables and standard input."""
    root, used = Path(seen.session.project_root), _used(seen, code)
    variables = variables_of(seen, lambda: texts_of_sources(root, used, code.snapshot))
    stdin = standard_input_of(seen)
    reasons = (*parameters.reasons, *unkept_values(variables), *unkept_input(stdin))
    partial = parameters.status is Status.PARTIAL or len(reasons) > len(parameters.reasons)
    status = Status.PARTIAL if partial else parameters.status
    return replace(parameters, status=status, reasons=reasons, variables=variables, stdin=stdin)


def _machine(seen: ObservedSession) -> Machine:
    variables = {**os.environ, **seen.session.variables}
    if seen.session.hash_seed is not None:
        variables["PYTHONHASHSEED"] = seen.session.hash_seed
    seen_last = seen.main("machine")
    if not seen_last:
        machine = probe_machine(environ=variables, redactor=Redactor(os.environ), ask_gpu=True)
        reason = "thread pools and switches are not known: the program did not end by itself"
        return replace(machine, status=Status.PARTIAL, reasons=(*machine.reasons, reason))
    facts = seen_last[-1]["facts"]
    machine = probe_machine(
        pools=tuple(ThreadPool(**pool) for pool in facts["pools"]),
        threads=facts["threads"],
        switches_seen=facts["switches"],
        environ=variables,
        redactor=Redactor(os.environ),
        ask_gpu=True,
    )
    if not facts["reasons"]:
        return machine
    return replace(machine, status=Status.PARTIAL, reasons=(*machine.reasons, *facts["reasons"]))


def _data(seen: ObservedSession, run: SeenRun | None, code: Code, cache: DigestCache, holder: str) -> Data:
    stores = _stores(seen)
    state = carried_state(seen, prefixes=_prefixes(seen), snapshot=code.snapshot, cache=cache)
    data = probe_data(
        [opened for opened in opened_files(seen) if not stores.keep_records_in(opened.path)],
        root=Path(seen.session.project_root),
        prefixes=_prefixes(seen),
        snapshot=_used(seen, code),
        loaded={name for e in seen.all("modules") for name in e["loaded"]},
        children=[Process(tuple(e["command"]), bool(e["python"]), str(e.get("cwd", ""))) for e in seen.all("child")],
        recorded={tuple(e["argv"]) for e in seen.all("process") if not e.get("main")},
        datasets=datasets_of(seen, run),
        cache=cache,
        complete=seen.ended,
        ambient=seen.session.mode is Mode.AMBIENT,
        watched=watched_modules(seen),
        earlier=state.earlier,
        unkept=state.unkept,
        carried=replace(state.carried, run_id=holder if state.carried.artifact else ""),
    )
    if not state.reasons:
        return data
    return replace(data, status=Status.PARTIAL, reasons=(*data.reasons, *state.reasons))


def _used(seen: ObservedSession, code: Code) -> Snapshot | None:
    """The snapshot without the files that the program did not load: what they would read does not matter."""
    if code.snapshot is None or not seen.all("modules"):
        return code.snapshot
    root = Path(seen.session.project_root)
    loaded = {relative_to(path, root) for e in seen.all("modules") for path in e["files"].values()} | {code.target}
    return replace(code.snapshot, files=tuple(f for f in code.snapshot.files if f.path in loaded))


def _outputs(
    seen: ObservedSession,
    run: SeenRun | None,
    artifacts: tuple[Artifact, ...],
    cache: DigestCache,
    redact: Callable[[str], str],
) -> Outputs:
    outputs = outputs_of(seen, run, redact=redact)
    found, unread = [], 0
    for path, size, local in artifacts:
        digest = _digest(local, path, cache)
        unread += digest is None
        found.append(digest or FileDigest(path, size, ""))
    reasons = outputs.reasons
    if unread:
        reasons = (*reasons, f"{unread} artifacts are not on this machine and have no digest")
    return replace(
        outputs,
        artifacts=tuple(found),
        files=written_files(seen, cache),
        contents=written_contents(seen, {path: local for path, _, local in artifacts if local is not None}, redact),
        reasons=reasons,
        status=Status.PARTIAL if reasons else Status.RECORDED,
    )


def _digest(local: Path | None, name: str, cache: DigestCache) -> FileDigest | None:
    try:
        return digest_file(local, cache, name=name) if local is not None else None
    except BisError:
        return None


def _notes(seen: ObservedSession) -> tuple[str, ...]:
    notes = []
    if seen.notebook is not None:
        notes += [f"cell {s['position']} was skipped: {s['why']}" for s in seen.notebook.skipped]
    failed = len(seen.all("unlogged"))
    if failed:
        notes.append(f"MLflow could not log {failed} of the batches that the program gave it to log later")
    if len(seen.runs) > 1:
        notes.append(f"the program started {len(seen.runs)} runs")
    return tuple(notes)
