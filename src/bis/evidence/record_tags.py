"""A record and the tags of its run: what is searchable of it, and what the tags say of a run without a record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.evidence.addresses import without_password
from bis.model.facets import Code, Data, EntryKind, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.model.facets import Dataset
    from bis.model.record import Record


def record_tags(record: Record) -> dict[str, str]:
    """The small searchable facts of a record, as tags of its run."""
    facts = {
        "bis.version": record.bis_version,
        "bis.session": record.session,
        "bis.mode": record.mode.value,
        "bis.state": record.state.value,
        "bis.partial": ",".join(n for n, f in record.facets().items() if f.status is not Status.RECORDED) or "none",
    }
    if record.code.commit:
        facts["bis.commit"] = record.code.commit
        facts["bis.dirty"] = str(bool(record.code.dirty)).lower()
    if record.code.snapshot:
        facts["bis.source"] = record.code.snapshot.digest
    if record.outputs.exit_code is not None:
        facts["bis.exit_code"] = str(record.outputs.exit_code)
    if record.outputs.failure is not None:
        facts["bis.failure"] = record.outputs.failure.message[:500]
    return facts


def with_tags(record: Record, tags: Mapping[str, str], reason: str, datasets: tuple[Dataset, ...]) -> Record:
    """A record of a run that bis did not record, with what its tags and inputs say; `reason` is why that is not all."""
    data = Data(Status.PARTIAL, ("only MLflow's dataset inputs are known",), datasets=datasets)
    name = tags.get("mlflow.source.name", "")
    if not name and "mlflow.source.git.commit" not in tags:
        return replace(record, data=data if datasets else record.data)
    kind = EntryKind.NOTEBOOK if name.endswith(".ipynb") else EntryKind.SCRIPT
    code = Code(
        status=Status.PARTIAL,
        reasons=(reason, "the tags have neither arguments, working directory nor uncommitted changes"),
        kind=kind if name.endswith((".py", ".ipynb")) else EntryKind.UNKNOWN,
        target=name,
        commit=tags.get("mlflow.source.git.commit"),
        branch=tags.get("mlflow.source.git.branch"),
        remote=without_password(tags["mlflow.source.git.repoURL"]) if "mlflow.source.git.repoURL" in tags else None,
    )
    return replace(record, code=code, data=data if datasets else record.data)
