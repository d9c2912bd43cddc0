"""The events of a spool, put in order: processes, runs, and what belongs to which run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bis.errors import EvidenceError
from bis.evidence.spool import NOTEBOOK_RESULT, STDERR, STDOUT, read_events, read_exit, read_session
from bis.model.facets import (
    Cell,
    CellOutput,
    Curve,
    Dataset,
    Failure,
    ModelWeights,
    Outputs,
    PrintedRest,
    Status,
)
from bis.model.jsonable import from_json
from bis.model.session import Exit, Session


@dataclass(frozen=True, slots=True)
class SeenRun:
    """An MLflow run that the program created or resumed; `ordinal` counts them from 0."""

    run_id: str
    how: str
    experiment_id: str
    uri: str
    ordinal: int
    at: float


@dataclass(frozen=True, slots=True)
class NotebookReport:
    """What the notebook runner wrote down (``notebook.json``)."""

    cells: tuple[Cell, ...] = ()
    outputs: tuple[CellOutput, ...] = ()
    failure: Failure | None = None
    skipped: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedSession:
    """All that a spool holds."""

    folder: Path
    session: Session
    exit: Exit | None
    runs: tuple[SeenRun, ...]
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notebook: NotebookReport | None = None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind, in order."""
        return self.events.get(kind, [])

    def main(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind in the program itself, without those of processes that it started."""
        pid = next((e["pid"] for e in self.all("process") if e.get("main")), None)
        return [e for e in self.all(kind) if pid is None or e["pid"] == pid]

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
        It cannot be read.
    """
    events: dict[str, list[dict[str, Any]]] = {}
    for event in read_events(folder):
        events.setdefault(str(event.get("k")), []).append(event)
    runs: dict[str, SeenRun] = {}
    for e in sorted(events.get("run", []), key=lambda e: float(e["t"])):
        run_id = str(e["run_id"])
        if run_id not in runs:
            runs[run_id] = SeenRun(
                run_id, str(e["how"]), str(e.get("experiment_id", "")), str(e["uri"]), len(runs), float(e["t"])
            )
    return ObservedSession(
        folder=folder,
        session=read_session(folder),
        exit=read_exit(folder),
        runs=tuple(runs.values()),
        events=events,
        notebook=_notebook(folder),
    )


def outputs_of(seen: ObservedSession, run: SeenRun | None, *, redact: Any = str) -> Outputs:
    """The outputs of the program that belong to one of its runs (None: a program that started no run).

    `redact` is applied to every text that the program printed.
    """
    reasons = []
    stdout, stderr = _printed(seen.folder / STDOUT), _printed(seen.folder / STDERR)
    if stdout is None and seen.notebook is None:
        reasons.append("what the program printed was not captured")
    if seen.exit is not None and (seen.exit.stdout_cut or seen.exit.stderr_rest):
        reasons.append("only the first part and the end of what the program printed was kept")
    if not seen.ended:
        reasons.append("the end of the program was not seen (killed, or no space): only what came before is recorded")
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
        stderr=None if stderr is None else redact(stderr),
        stdout_rest=_rest(seen.exit.stdout_rest, redact) if seen.exit else None,
        stderr_rest=_rest(seen.exit.stderr_rest, redact) if seen.exit else None,
    )


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
            traceback=(_printed(seen.folder / STDERR) or "")[-4000:],
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
    return {e["key"]: e["value"] for e in seen.all("param") if run is not None and e["run_id"] == run.run_id}


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


def unused_of(seen: ObservedSession) -> tuple[str, ...]:
    """The shared generators from which nothing was drawn, by process."""
    found = []
    for event in seen.all("entropy"):
        trace = event.get("trace") or {}
        found += [name if trace["key"] == "main" else f"{trace['key']}/{name}" for name in trace.get("unused", ())]
    return tuple(sorted(set(found)))


def _curves(seen: ObservedSession, run: SeenRun | None) -> tuple[Curve, ...]:
    points: dict[str, list[tuple[int, str]]] = {}
    known: set[tuple[object, ...]] = set()
    for e in seen.all("metric"):
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
    last = not seen.runs or run is None or run == seen.runs[-1]
    found = []
    for e in seen.all("model"):
        owner = e.get("run_id")
        if (run is not None and owner == run.run_id) or (not owner and last):
            found.append(ModelWeights(e["name"], e["framework"], e["digest"], e["arrays"], e["size_bytes"]))
    return tuple(found)


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
        return from_json(NotebookReport, json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise EvidenceError(f"{path}: {error}") from error


def _redacted(failure: Failure, redact: Any) -> Failure:
    return replace(failure, message=redact(failure.message), traceback=redact(failure.traceback))
