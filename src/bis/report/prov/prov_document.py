"""A run as PROV-JSON: entities, activities and agents of the W3C's model of provenance.

References
----------
Huynh, T. D. et al. (2013). The PROV-JSON Serialization. W3C Member Submission.
Moreau, L., & Missier, P. (eds.) (2013). PROV-DM: The PROV Data Model. W3C Recommendation.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bis.report.rocrate.crate_entities import timestamp
from bis.report.text.statement_text import statement_text

if TYPE_CHECKING:
    from bis.model.exported_run import ExportedRun
    from bis.model.facets import FileDigest, Outputs
    from bis.model.verdict import Outcome

PREFIXES = {
    "bis": "urn:x-bis:",
    "mlflow": "urn:x-mlflow-run:",
    "schema": "http://schema.org/",
}
_OWN_ARTIFACTS = "bis/"


def prov_document(run: ExportedRun) -> dict[str, Any]:
    """The document, ready for ``json.dump``. What is not known is not in it."""
    prov = _Provenance()
    activity = _run_activity(prov, run)
    software = prov.agent("bis", f"bis-{run.bis_version}", "prov:SoftwareAgent", f"bis {run.bis_version}")
    replays = [_replay_activity(prov, run, outcome) for outcome in run.replays]
    for file in run.files:
        prov.entity(f"file/{file.path}", file.path, {"bis:sha256": file.sha256, "bis:bytes": file.size_bytes})
    if run.verdict is not None:
        verdict = run.verdict.verdict
        judging = prov.activity("bis:verdict", "assessment", ended=run.verdict.created_unix_s)
        said = statement_text(verdict.statements[0]) if verdict.statements else ""
        level = prov.entity("verdict-level", said or "verdict", {"prov:value": verdict.level.value})
        prov.relate("wasGeneratedBy", entity=level, activity=judging)
        for informant in (activity, *replays):
            prov.relate("wasInformedBy", informed=judging, informant=informant)
        prov.relate("wasAssociatedWith", activity=judging, agent=software)
    return prov.document


class _Provenance:
    """Records of a document, each known by a name that has a prefix."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Any]] = defaultdict(dict)

    @property
    def document(self) -> dict[str, Any]:
        return {"prefix": PREFIXES, **self._records}

    def entity(self, name: str, label: str, attributes: dict[str, Any]) -> str:
        """Add an entity of bis; its name."""
        return self._add("entity", f"bis:{quote(name, safe='/', errors='backslashreplace')}", label, attributes)

    def activity(
        self, name: str, label: str, *, started: float | None = None, ended: float | None = None, **attributes: Any
    ) -> str:
        """Add an activity; its name."""
        times = {
            "prov:startTime": timestamp(started) if started else None,
            "prov:endTime": timestamp(ended) if ended else None,
        }
        return self._add("activity", name, label, {**times, **{f"bis:{k}": v for k, v in attributes.items()}})

    def agent(self, prefix: str, name: str, kind: str, label: str) -> str:
        """Add an agent; its name."""
        typed = {"prov:type": {"$": kind, "type": "prov:QUALIFIED_NAME"}}
        return self._add("agent", f"{prefix}:{quote(name, safe='', errors='backslashreplace')}", label, typed)

    def relate(self, kind: str, **ends: str) -> None:
        """Add a relation between records that are there."""
        known = self._records[kind]
        known[f"_:{kind}{len(known) + 1}"] = {f"prov:{role}": name for role, name in ends.items()}

    def _add(self, kind: str, name: str, label: str, attributes: dict[str, Any]) -> str:
        known = {k: _typed(v) for k, v in attributes.items() if v is not None and v != ""}
        self._records[kind].setdefault(name, {"prov:label": label, **known} if label else known)
        return name


def _typed(value: Any) -> Any:
    """A value of an attribute: floats have a type, since JSON has not all of them."""
    if isinstance(value, float):
        text = "NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF") if math.isinf(value) else repr(value)
        return {"$": text, "type": "xsd:double"}
    return value


def _run_activity(prov: _Provenance, run: ExportedRun) -> str:
    record, outputs = run.record, run.record.outputs
    activity = prov.activity(
        f"mlflow:{run.run_id}",
        run.name or run.run_id,
        started=outputs.started_unix_s or record.started_unix_s or run.started_unix_s,
        ended=outputs.ended_unix_s or record.ended_unix_s,
        failure=outputs.failure.message if outputs.failure else None,
    )
    program = _program(prov, run)
    prov.relate("used", activity=activity, entity=program)
    if run.user:
        user = prov.agent("bis", f"user-{run.user}", "prov:Person", run.user)
        prov.relate("wasAssociatedWith", activity=activity, agent=user, plan=program)
    for name, value in sorted(record.parameters.values.items()):
        used = prov.entity(f"param/{name}", name, {"prov:value": value})
        prov.relate("used", activity=activity, entity=used)
    for file in record.data.files:
        prov.relate("used", activity=activity, entity=_file(prov, "input", file))
    if record.environment.python:
        label = f"{record.environment.implementation} {record.environment.python}".strip()
        packages = {f"bis:package-{p.name}": p.version for p in record.environment.packages}
        prov.relate("used", activity=activity, entity=prov.entity("environment", label, packages))
    _generated(prov, activity, outputs, "run")
    return activity


def _program(prov: _Provenance, run: ExportedRun) -> str:
    code = run.record.code
    facts = {"bis:commit": code.commit, "bis:repository": code.remote, "bis:branch": code.branch}
    if code.snapshot is not None:
        facts["bis:blake3"] = code.snapshot.digest
    return prov.entity("program", code.target or "a program that was not recorded", facts)


def _replay_activity(prov: _Provenance, run: ExportedRun, outcome: Outcome) -> str:
    outputs = outcome.outputs
    name = f"mlflow:{outcome.run_id}" if outcome.run_id else f"bis:replay-{outcome.index}"
    activity = prov.activity(
        name,
        f"{outcome.kind.value} replay {outcome.index + 1}",
        started=outputs.started_unix_s if outputs else None,
        ended=outputs.ended_unix_s if outputs else None,
        failure=outcome.failure.message if outcome.failure else None,
    )
    prov.relate("used", activity=activity, entity="bis:program")
    prov.relate("wasInformedBy", informed=activity, informant=f"mlflow:{run.run_id}")
    if outputs is not None:
        _generated(prov, activity, outputs, f"replay-{outcome.run_id or outcome.index}")
    return activity


def _generated(prov: _Provenance, activity: str, outputs: Outputs, owner: str) -> None:
    made = [
        prov.entity(f"{owner}/metric/{c.name}", c.name, {"prov:value": c.final, "bis:points": len(c.values)})
        for c in outputs.metrics
        if c.values
    ]
    made += [
        prov.entity(f"{owner}/model/{m.name or i}", m.name or f"model {i + 1}", {"bis:sha256": m.digest})
        for i, m in enumerate(outputs.models)
    ]
    written = [f for f in (*outputs.artifacts, *outputs.files) if not f.path.startswith(_OWN_ARTIFACTS)]
    made += [_file(prov, f"{owner}/output", file) for file in written]
    for entity in made:
        prov.relate("wasGeneratedBy", entity=entity, activity=activity)


def _file(prov: _Provenance, kind: str, file: FileDigest) -> str:
    name = file.path.replace("\\", "/")
    name = name.rpartition("/")[2] if name.startswith("/") or name[1:2] == ":" else name
    facts = {"bis:blake3": file.digest, "bis:bytes": file.size_bytes}
    return prov.entity(f"{kind}/{name}-{file.digest[:16]}" if file.digest else f"{kind}/{name}", name, facts)
