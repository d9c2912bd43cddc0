"""What was run, as actions of an RO-Crate: the run, its replays, and the assessment of the one by the others."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from bis.model.exported_run import FileRole
from bis.model.facets import EntryKind, Status
from bis.model.verdict import ItemKind
from bis.report.rocrate.crate_entities import (
    CrateGraph,
    Entity,
    Reference,
    file_id,
    local_id,
    number,
    property_value,
    reference,
    timestamp,
)
from bis.report.text.statement_text import item_name, statement_text, statements_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.model.exported_run import ExportedRun
    from bis.model.facets import Failure, FileDigest, Machine, Outputs
    from bis.model.verdict import Outcome, Verdict

COMPLETED, FAILED = "http://schema.org/CompletedActionStatus", "http://schema.org/FailedActionStatus"
_OWN_ARTIFACTS = "bis/"


def add_run(graph: CrateGraph, run: ExportedRun) -> Reference:
    """Add the action of the run, with all that it used and gave."""
    record, outputs = run.record, run.record.outputs
    started = outputs.started_unix_s or record.started_unix_s or run.started_unix_s
    ended = outputs.ended_unix_s or record.ended_unix_s
    return graph.add(
        {
            "@id": local_id("run"),
            "@type": "CreateAction",
            "name": f"run {run.name or run.run_id}",
            "description": _command(run) or f"MLflow run {run.run_id}",
            "identifier": run.run_id,
            "instrument": _program(graph, run),
            "agent": _agent(graph, run),
            "startTime": timestamp(started) if started else None,
            "endTime": timestamp(ended) if ended else None,
            **_ending(outputs, run.status if not run.recorded else ""),
            "object": [*_data(graph, run), *_parameters(graph, run)],
            "result": _results(graph, outputs, "run", _contained(run)),
            "environment": _variables(graph, run),
            "location": _machine(graph, record.machine),
        }
    )


def add_replays(graph: CrateGraph, run: ExportedRun) -> list[Reference]:
    """Add an action for each replay; an outcome without a run of its own is known by its number."""
    return [_replay(graph, run, outcome) for outcome in run.replays]


def add_verdict(graph: CrateGraph, run: ExportedRun, judged: list[Reference]) -> Reference | None:
    """Add the assessment of the run by its replays (`judged`), where there is one."""
    if run.verdict is None:
        return None
    verdict = run.verdict.verdict
    software = graph.add(_bis(run.verdict.bis_version))
    evidence = [reference(file_id(f.path)) for f in run.files if f.role is FileRole.VERDICT]
    return graph.add(
        {
            "@id": local_id("verdict"),
            "@type": "AssessAction",
            "name": f"verdict: {verdict.level.value}",
            "description": "; ".join(statement_text(s) for s in verdict.statements),
            "instrument": software,
            "endTime": timestamp(run.verdict.created_unix_s),
            "object": judged,
            "result": [*_levels(graph, verdict), *evidence],
        }
    )


def _replay(graph: CrateGraph, run: ExportedRun, outcome: Outcome) -> Reference:
    key = outcome.run_id or str(outcome.index)
    outputs = outcome.outputs
    files = [reference(file_id(f.path)) for f in run.files if f.role is FileRole.REPLAY and f.run_id == key]
    changes = [f"{d.what}: {d.recorded} -> {d.replayed}" for d in outcome.deviations]
    return graph.add(
        {
            "@id": local_id("replay", key),
            "@type": "CreateAction",
            "name": f"{outcome.kind.value} replay {outcome.index + 1}",
            "description": "; ".join([f"{outcome.kind.value} replay of run {run.run_id}", *changes]),
            "identifier": outcome.run_id,
            "instrument": reference(local_id("program")),
            "startTime": timestamp(outputs.started_unix_s) if outputs and outputs.started_unix_s else None,
            "endTime": timestamp(outputs.ended_unix_s) if outputs and outputs.ended_unix_s else None,
            **_ended(outcome.failure, completed=outputs is not None and outputs.exit_code == 0),
            "result": [*(_results(graph, outputs, f"replay-{key}") if outputs else []), *files],
        }
    )


def _program(graph: CrateGraph, run: ExportedRun) -> Reference:
    """The executed program, with its source and what it needs."""
    record = run.record
    code, environment = record.code, record.environment
    source = [reference(file_id(f.path)) for f in run.files if f.role in {FileRole.SOURCE, FileRole.NOTEBOOK}]
    lock = [reference(file_id(f.path)) for f in run.files if f.role is FileRole.LOCK]
    python = None
    if environment.python:
        name = environment.implementation or "Python"
        python = graph.add(
            {
                "@id": local_id("python"),
                "@type": ["SoftwareApplication"],
                "name": name,
                "softwareVersion": environment.python,
            }
        )
    return graph.add(
        {
            "@id": local_id("program"),
            "@type": "SoftwareSourceCode",
            "name": code.target or "a program that was not recorded",
            "description": _changed(run),
            "version": code.commit,
            "codeRepository": code.remote,
            "programmingLanguage": "Python" if environment.python else None,
            "runtimePlatform": f"{environment.implementation} {environment.python}".strip(),
            "softwareRequirements": [*([python] if python else []), *lock],
            "hasPart": source,
        }
    )


def _changed(run: ExportedRun) -> str:
    code = run.record.code
    if code.status is Status.MISSING:
        return "; ".join(code.reasons)
    if code.dirty is None:
        return ""
    return "with changes that were not committed" if code.dirty else "as committed"


def _command(run: ExportedRun) -> str:
    code = run.record.code
    if code.kind is EntryKind.UNKNOWN or not code.target:
        return ""
    if code.kind is EntryKind.SCRIPT:
        return shlex.join(["python", *code.interpreter_options, code.target, *code.argv])
    if code.kind is EntryKind.MODULE:
        return shlex.join(["python", *code.interpreter_options, "-m", code.target, *code.argv])
    return f"{code.kind.value} {code.target}"


def _agent(graph: CrateGraph, run: ExportedRun) -> Reference | None:
    if not run.user:
        return None
    return graph.add(
        {
            "@id": local_id("user", run.user),
            "@type": "Person",
            "name": run.user,
            "description": "the user name that MLflow noted for the run",
        }
    )


def _ending(outputs: Outputs, status: str) -> Entity:
    """How the run ended; `status` is MLflow's, of a run of which nothing else is known.

    MLflow calls a run finished where its program failed later on, so that this alone says nothing.
    """
    if status:
        return {"actionStatus": FAILED if status == "FAILED" else None}
    failed = outputs.failure is not None or outputs.exit_code not in {None, 0}
    if failed and outputs.failure is None:
        return {"actionStatus": FAILED, "error": f"exit status {outputs.exit_code}"}
    return _ended(outputs.failure, completed=outputs.exit_code == 0)


def _ended(failure: Failure | None, *, completed: bool) -> Entity:
    if failure is not None:
        return {"actionStatus": FAILED, "error": failure.message or failure.exception or failure.stage}
    return {"actionStatus": COMPLETED if completed else None}


def _data(graph: CrateGraph, run: ExportedRun) -> list[Reference]:
    """What was read. The contents are not part of the crate, their digests are."""
    data = run.record.data
    files = [graph.add(_digested(f, "input")) for f in data.files]
    datasets = [
        graph.add(
            {
                "@id": local_id("dataset", f"{d.name}-{d.digest}"),
                "@type": "Dataset",
                "name": d.name,
                "description": f"dataset input of MLflow, {d.context}" if d.context else "dataset input of MLflow",
                "identifier": f"mlflow:{d.digest}" if d.digest else "",
            }
        )
        for d in data.datasets
    ]
    carried = [reference(file_id(f.path)) for f in run.files if f.role in {FileRole.CARRIED, FileRole.STDIN}]
    return [*files, *datasets, *carried]


def _digested(file: FileDigest, kind: str) -> Entity:
    """A file that is described and not contained; outside of the project only its name is given."""
    name = file.path if not file.path.startswith(("/", "\\")) and file.path[1:2] != ":" else _last_part(file.path)
    return {
        "@id": local_id(kind, f"{name}-{file.digest[:16]}" if file.digest else name),
        "@type": "CreativeWork",
        "name": name,
        "size": str(file.size_bytes),
        "identifier": f"blake3:{file.digest}" if file.digest else "",
    }


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _parameters(graph: CrateGraph, run: ExportedRun) -> list[Reference]:
    record = run.record
    logged = record.parameters.values
    given = record.code.parameters or {}
    return [
        *(graph.add(property_value(local_id("param", name), name, value)) for name, value in sorted(logged.items())),
        *(
            graph.add(property_value(local_id("parameter", n), n, v, description="set in the notebook"))
            for n, v in sorted(given.items())
        ),
    ]


def _variables(graph: CrateGraph, run: ExportedRun) -> list[Reference]:
    """Environment variables that the program asked for and whose values were kept."""
    kept = [v for v in run.record.parameters.variables or () if v.value is not None and not v.secret]
    return [graph.add(property_value(local_id("variable", v.name), v.name, v.value)) for v in kept]


def _contained(run: ExportedRun) -> dict[str, str]:
    """Ids of files of the crate, by the artifact that they are."""
    return {f.artifact: file_id(f.path) for f in run.files if f.role is FileRole.OUTPUT}


def _results(
    graph: CrateGraph, outputs: Outputs, owner: str, contained: Mapping[str, str] | None = None
) -> list[Reference]:
    """Metrics by their last values, models and files by their digests; what is `contained` as files of the crate."""
    known = contained or {}
    metrics = [
        graph.add(
            property_value(
                local_id(f"{owner}-metric", curve.name),
                curve.name,
                number(curve.final),
                description=f"metric, the last of {len(curve.values)} values" if len(curve.values) > 1 else "metric",
            )
        )
        for curve in outputs.metrics
        if curve.values
    ]
    models = [
        graph.add(
            {
                "@id": local_id(f"{owner}-model", m.name or str(i)),
                "@type": "CreativeWork",
                "name": m.name or f"model {i + 1}",
                "description": f"model of {m.framework}, {m.arrays} arrays",
                "size": str(m.size_bytes),
                "identifier": f"sha256:{m.digest}",
            }
        )
        for i, m in enumerate(outputs.models)
    ]
    written = [f for f in (*outputs.artifacts, *outputs.files) if not f.path.startswith(_OWN_ARTIFACTS)]
    files = [
        reference(known[f.path]) if f.path in known else graph.add(_digested(f, f"{owner}-output")) for f in written
    ]
    return [*metrics, *models, *files]


def _machine(graph: CrateGraph, machine: Machine) -> Reference | None:
    """Where the run took place: what of a machine decides over bits, and nothing that tells it from others."""
    facts: dict[str, str | int] = {
        "system": machine.system,
        "architecture": machine.architecture,
        "libc": machine.libc,
        "processor": machine.cpu_model,
        "cores": machine.cores,
        "usable cores": machine.usable_cores,
        "memory in bytes": machine.memory_bytes,
        "graphics processors": ", ".join(machine.gpus),
        "CUDA": machine.cuda,
        **{f"threads of {name}": count for name, count in machine.threads.items()},
    }
    known = {name: value for name, value in facts.items() if value}
    if not known:
        return None
    return graph.add(
        {
            "@id": local_id("machine"),
            "@type": "Place",
            "name": "the machine of the run",
            "additionalProperty": [
                graph.add(property_value(local_id("machine", name), name, value)) for name, value in known.items()
            ],
        }
    )


def _levels(graph: CrateGraph, verdict: Verdict) -> list[Reference]:
    """The level as a whole, and that of each metric and curve that counts."""
    said = statement_text(verdict.statements[0]) if verdict.statements else ""
    whole = property_value(local_id("level"), "verdict", verdict.level.value, description=said)
    found = [graph.add({k: v for k, v in whole.items() if v})]
    for group in verdict.groups:
        for item in group.items:
            if item.counts and item.kind in {ItemKind.METRIC, ItemKind.CURVE} and item.run in {"", verdict.run_id}:
                name = item_name(item)
                entity = property_value(
                    local_id("level", f"{group.kind.value}-{item.kind.value}-{name}"),
                    f"verdict on {name}, {group.kind.value} replays",
                    item.level.value,
                    description=statements_text(item.statements),
                )
                found.append(graph.add(entity))
    return found


def _bis(version: str) -> Entity:
    return {
        "@id": local_id("bis", version),
        "@type": "SoftwareApplication",
        "name": "bis",
        "softwareVersion": version,
    }
