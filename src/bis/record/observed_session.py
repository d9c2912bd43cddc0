"""The events of a spool, put in order: processes, runs, and what belongs to which run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.errors import EvidenceError
from bis.evidence.spool import EXIT, NOTEBOOK_RESULT, STDERR, STDOUT, read_events, read_exit, read_session
from bis.model.facets import (
    Cell,
    CellOutput,
    Curve,
    Dataset,
    Failure,
    FileDigest,
    ModelWeights,
    OutputPart,
    Outputs,
    PrintedRest,
    Status,
    ThreadPool,
)
from bis.model.jsonable import from_json, json_value
from bis.model.library_state import LibraryState
from bis.model.record import Mode
from bis.model.run_identity import RunIdentity
from bis.model.session import Exit, Session
from bis.model.session_run import SessionRun

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = "mlflow.runName"
_PARENT = "mlflow.parentRunId"
_MOST_PIDS = 200
_LONGEST_PARAM = 500  # enough to tell runs apart


@dataclass(frozen=True, slots=True)
class SeenRun:
    """An MLflow run that the program created or resumed; `ordinal` counts them from 0.

    For `name`, `named`, `parent` and `tags` see `bis.model.run_identity.RunIdentity`.
    """

    run_id: str
    how: str
    experiment_id: str
    uri: str
    ordinal: int
    at: float
    name: str = ""
    named: bool | None = None
    parent: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotebookReport:
    """What the notebook runner wrote down (``notebook.json``)."""

    cells: tuple[Cell, ...] = ()
    outputs: tuple[CellOutput, ...] = ()
    failure: Failure | None = None
    skipped: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedSession:
    """All that a spool holds.

    `unread` are the names of its notes that are there and cannot be read; `lost` counts the events that a process made
    and that are not there.
    """

    folder: Path
    session: Session
    exit: Exit | None
    runs: tuple[SeenRun, ...]
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notebook: NotebookReport | None = None
    unread: tuple[str, ...] = ()
    lost: int = 0

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind, in order."""
        return self.events.get(kind, [])

    def main(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind in the program itself, without those of processes that it started.

        Where only such processes could write anything, there are none of the program.
        """
        processes = self.all("process")
        pid = next((e["pid"] for e in processes if e.get("main")), None)
        return [e for e in self.all(kind) if e["pid"] == pid or not processes]

    @property
    def ended(self) -> bool:
        """Whether the program ended by itself (as opposed to being killed)."""
        if self.exit is not None:
            return self.exit.signal is None and not self.exit.timed_out
        return bool(self.main("end"))


def read_sightings(folder: Path) -> ObservedSession:
    """Read a spool.

    Raises
    ------
    EvidenceDamaged, EvidenceTooNew
        The launcher's instructions cannot be read; what else cannot be is named in `ObservedSession.unread`.
    """
    unread: list[str] = []

    def note(name: str, read: Callable[[Path], Any]) -> Any:
        try:
            return read(folder)
        except EvidenceError:
            unread.append(name)
            return None

    events: dict[str, list[dict[str, Any]]] = {}
    for event in read_events(folder):
        events.setdefault(str(event.get("k")), []).append(event)
    runs: dict[str, SeenRun] = {}
    for e in sorted(events.get("run", []), key=lambda e: float(e["t"])):
        run_id = str(e["run_id"])
        if run_id not in runs:
            runs[run_id] = SeenRun(
                run_id,
                str(e["how"]),
                str(e.get("experiment_id", "")),
                str(e["uri"]),
                len(runs),
                float(e["t"]),
                name=str(e.get("name", "")),
                named=e.get("named"),
                parent=str(e.get("parent", "")),
                tags=dict(e.get("tags", {})),
            )
    for e in sorted(events.get("tag", []), key=lambda e: float(e["t"])):
        if str(e["run_id"]) in runs:
            runs[str(e["run_id"])] = _tagged(runs[str(e["run_id"])], dict(e["tags"]))
    return ObservedSession(
        folder=folder,
        session=read_session(folder),
        exit=note(EXIT, read_exit),
        runs=tuple(runs.values()),
        events=events,
        notebook=note(NOTEBOOK_RESULT, _notebook),
        unread=tuple(unread),
        lost=_lost(events),
    )


def _lost(events: dict[str, list[dict[str, Any]]]) -> int:
    """How many events could not be written, by the numbers of those after them."""
    numbers: dict[int, list[set[int]]] = {}
    for e in sorted((e for found in events.values() for e in found if type(e.get("n")) is int), key=lambda e: e["t"]):
        of_process = numbers.setdefault(e["pid"], [set()])
        if e["k"] == "process" and of_process[-1]:  # the process became another program, which counts from 0
            of_process.append(set())
        of_process[-1].add(e["n"])
    return sum(max(found) + 1 - len(found) for of_process in numbers.values() for found in of_process if found)


def _tagged(run: SeenRun, tags: dict[str, str]) -> SeenRun:
    """The run with tags that were set after it was created."""
    name, parent = tags.pop(_NAME, ""), tags.pop(_PARENT, "")
    if name:
        run = replace(run, name=name, named=True)
    return replace(run, parent=parent or run.parent, tags={**run.tags, **tags})


def identity_of(seen: ObservedSession, run: SeenRun, *, redact: Any = str) -> RunIdentity:
    """What tells one of the program's runs from the others."""
    params = parameters_of(seen, run)
    return RunIdentity(
        run_id=run.run_id,
        ordinal=run.ordinal,
        name=redact(run.name),
        named=run.named,
        parent=run.parent,
        params={k: redact(v)[:_LONGEST_PARAM] for k, v in params.items()},
        tags={k: redact(v) for k, v in run.tags.items()},
    )


def session_run(
    seen: ObservedSession, run: SeenRun, *, artifacts: tuple[FileDigest, ...] = (), redact: Any = str
) -> SessionRun:
    """One of the program's runs, with what was logged to it."""
    own = tuple(_weights(e) for e in seen.all("model") if e.get("run_id") == run.run_id)
    outputs = Outputs(Status.RECORDED, metrics=_curves(seen, run), models=own, artifacts=artifacts)
    return SessionRun(identity_of(seen, run, redact=redact), outputs)


def outputs_of(seen: ObservedSession, run: SeenRun | None, *, redact: Any = str) -> Outputs:
    """The outputs of the program that belong to one of its runs (None: those that belong to none).

    `redact` is applied to every text that the program printed.
    """
    reasons = []
    merged = seen.session.stderr_in_stdout
    stdout, stderr = _printed(seen.folder / STDOUT), None if merged else _printed(seen.folder / STDERR)
    if stdout is None and seen.notebook is None:
        reasons.append("what the program printed was not captured")
    if seen.exit is not None and (seen.exit.stdout_cut or seen.exit.stderr_rest):
        reasons.append("only the first part and the end of what the program printed was kept")
    if not seen.ended:
        reasons.append("the end of the program was not seen (killed, or no space): only what came before is recorded")
    elif seen.exit is None and seen.session.mode is not Mode.AMBIENT:
        reasons.append(
            "how the program ended was not written down (bis was killed, or no space): its exit status is not known, "
            "and what it printed may not be whole"
        )
    if NOTEBOOK_RESULT in seen.unread:
        reasons.append("the notebook's cells and their outputs cannot be read")
    reasons += [f"{e['what']}: {e['why']}" for e in seen.all("failed") if e["what"] in {"metrics", "models", "outputs"}]
    failure = failure_of(seen)
    return Outputs(
        status=Status.PARTIAL if reasons else Status.RECORDED,
        reasons=tuple(reasons),
        metrics=_curves(seen, run),
        models=_models(seen, run),
        stdout=None if stdout is None else redact(stdout),
        cells=tuple(
            CellOutput(c.position, c.kind, redact(c.text)) for c in (seen.notebook or NotebookReport()).outputs
        ),
        exit_code=seen.exit.exit_code if seen.exit else None,
        failure=None if failure is None else _redacted(failure, redact),
        started_unix_s=seen.session.started_unix_s,
        ended_unix_s=seen.exit.ended_unix_s if seen.exit else None,
        stderr=None if stderr is None else redact(stderr),
        stdout_rest=_rest(seen.exit.stdout_rest, redact) if seen.exit else None,
        stderr_rest=_rest(seen.exit.stderr_rest, redact) if seen.exit else None,
        pids=tuple(dict.fromkeys(int(e["pid"]) for e in seen.all("process")))[:_MOST_PIDS],
        incomplete=_incomplete(seen),
        stderr_in_stdout=merged,
    )


def _incomplete(seen: ObservedSession) -> tuple[OutputPart, ...]:
    """The parts of the outputs of which there may have been more than is known."""
    found: list[OutputPart] = []
    if seen.exit is None and (seen.session.mode is not Mode.AMBIENT or not seen.ended):
        found += [OutputPart.END, OutputPart.PRINTED]  # both are seen by whoever started the program
    if seen.exit is None and not seen.ended:
        found += [OutputPart.LOGGED, OutputPart.WRITTEN]
    elif seen.lost or any(e["what"] == "metrics" for e in seen.all("failed")):
        found.append(OutputPart.LOGGED)
    return tuple(found)


def failure_of(seen: ObservedSession) -> Failure | None:
    """Why the program did not end well; None where it did, or where that was not seen."""
    if seen.notebook is not None and seen.notebook.failure is not None:
        return seen.notebook.failure
    ended = seen.exit
    raised = next(reversed(seen.main("exception")), None)
    if ended is not None and ended.timed_out:
        return Failure("timeout", "the program did not end within its time limit")
    if ended is not None and ended.signal is not None:
        return Failure("killed", f"the program was ended by signal {ended.signal}", None, ended.signal)
    code = ended.exit_code if ended is not None else None
    if raised is not None and code != 0:
        stage = "import" if raised["type"] in {"ImportError", "ModuleNotFoundError"} else "exception"
        message = f"{raised['type']}: {raised['message']}"
        return Failure(stage, message, code, None, None, str(raised.get("traceback", "")), str(raised["type"]))
    if code:
        return Failure(
            "exception",
            f"the program ended with exit status {code}",
            code,
            traceback=(_printed(seen.folder / (STDOUT if seen.session.stderr_in_stdout else STDERR)) or "")[-4000:],
        )
    return None


def datasets_of(seen: ObservedSession, run: SeenRun | None) -> tuple[Dataset, ...]:
    """MLflow's dataset inputs of a run."""
    return tuple(
        Dataset(e["name"], e["digest"], e.get("source_type", ""), e.get("source", ""), e.get("context", ""))
        for e in seen.all("dataset")
        if run is not None and e["run_id"] == run.run_id
    )


def parameters_of(seen: ObservedSession, run: SeenRun | None) -> dict[str, str]:
    """Params that the program logged to a run."""
    return {e["key"]: e["value"] for e in _logged(seen, "param") if run is not None and e["run_id"] == run.run_id}


def trace_of(seen: ObservedSession) -> tuple[dict[str, str], dict[str, int]]:
    """Digest and number of the entropy draws, by process and stream."""
    digests: dict[str, str] = {}
    draws: dict[str, int] = {}
    for event in seen.all("entropy"):
        trace = event.get("trace") or {}
        for stream, facts in trace.get("streams", {}).items():
            name = stream if trace["key"] == "main" else f"{trace['key']}/{stream}"
            digests[name] = str(facts["digest"])
            draws[name] = int(facts["draws"])
    return digests, draws


def library_state(seen: ObservedSession) -> LibraryState | None:
    """What libraries ran with at the end of the program's main process; None where it did not end by itself."""
    last = seen.main("machine")
    if not last:
        return None
    facts = last[-1]["facts"]
    return LibraryState(tuple(ThreadPool(**pool) for pool in facts["pools"]), facts["threads"], facts["switches"])


def _logged(seen: ObservedSession, kind: str) -> list[dict[str, Any]]:
    """The events of a kind, without those of batches that were queued and that MLflow then could not log."""
    failed = {(e["pid"], e["queued"]) for e in seen.all("unlogged")}
    return [e for e in seen.all(kind) if "queued" not in e or (e["pid"], e["queued"]) not in failed]


def libraries_drew(seen: ObservedSession) -> tuple[dict[str, int], tuple[str, ...] | None]:
    """The draws of libraries while they were imported, by process and stream; the shared generators left untouched."""
    drew: dict[str, int] = {}
    untouched: list[str] | None = None
    for event in seen.all("entropy"):
        trace = event.get("trace") or {}
        process = "" if trace.get("key") == "main" else f"{trace.get('key')}/"
        drew |= {process + stream: int(number) for stream, number in trace.get("at_import", {}).items()}
        if "untouched" in trace:
            untouched = [*(untouched or ()), *(process + generator for generator in trace["untouched"])]
    return drew, None if untouched is None else tuple(untouched)


def _curves(seen: ObservedSession, run: SeenRun | None) -> tuple[Curve, ...]:
    points: dict[str, list[tuple[int, str]]] = {}
    known: set[tuple[object, ...]] = set()
    for e in _logged(seen, "metric"):
        if run is not None and e["run_id"] == run.run_id:
            point = (e["key"], e["step"], e["hex"], e.get("at"))
            if e.get("model") and point in known:  # the same point, logged again for a model
                continue
            known.add(point)
            points.setdefault(e["key"], []).append((int(e["step"]), str(e["hex"])))
    return tuple(
        Curve(name, tuple(s for s, _ in found), tuple(v for _, v in found)) for name, found in sorted(points.items())
    )


def _models(seen: ObservedSession, run: SeenRun | None) -> tuple[ModelWeights, ...]:
    """Models logged to the run; those found in the program at its end belong to its last run."""
    last = run is None or not seen.runs or run == seen.runs[-1]
    found = []
    for e in seen.all("model"):
        owner = e.get("run_id")
        if (run is not None and owner == run.run_id) or (not owner and last):
            found.append(_weights(e))
    return tuple(found)


def _weights(event: dict[str, Any]) -> ModelWeights:
    return ModelWeights(
        event["name"], event["framework"], event["digest"], event["arrays"], event["size_bytes"], event.get("named")
    )


def _printed(path: Path) -> str | None:
    if not path.exists():
        return None
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def _rest(rest: PrintedRest | None, redact: Any) -> PrintedRest | None:
    return None if rest is None else replace(rest, tail=redact(rest.tail.replace("\r\n", "\n")))


def _notebook(folder: Path) -> NotebookReport | None:
    path = folder / NOTEBOOK_RESULT
    if not path.exists():
        return None
    try:
        return from_json(NotebookReport, json_value(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path}: {error}") from error


def _redacted(failure: Failure, redact: Any) -> Failure:
    return replace(failure, message=redact(failure.message), traceback=redact(failure.traceback))
