"""A recorded run as a study keeps it: what of its record the report shows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.model.study_result import FacetState, RecordedRun, ReplayedCurves

if TYPE_CHECKING:
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.model.facets import Curve
    from bis.model.verdict import Outcome, Verdict

EVIDENCE = "bis"
_MOST_INPUTS = 500  # data files whose contents are looked at again


def recorded_run(store: EvidenceStore, stored: StoredRun, *, run_ids: tuple[str, ...] = ()) -> RecordedRun:
    """What the report shows of a run; `inputs` are the paths of its data files, without digests."""
    record = stored.record
    code, machine, randomness, outputs = record.code, record.machine, record.randomness, record.outputs
    root = Path(code.project_root or ".")
    kept = _evidence(store, stored.run_id)
    return RecordedRun(
        run_id=stored.run_id,
        tracking_scheme=record.tracking_scheme or (store.tracking_uri or "").partition(":")[0],
        run_ids=run_ids or (stored.run_id,),
        recorded=stored.recorded,
        exit_code=outputs.exit_code,
        failure=outputs.failure.message if outputs.failure is not None else "",
        facets=tuple(FacetState(name, facet.status, facet.reasons) for name, facet in record.facets().items()),
        target=code.target,
        commit=code.commit or "",
        dirty=code.dirty,
        source_files=len(code.snapshot.files) if code.snapshot is not None else 0,
        python=record.environment.python,
        packages={p.name: p.version for p in record.environment.packages},
        system=machine.system,
        cpu=machine.cpu_model,
        threads=machine.threads,
        params=record.parameters.values,
        root=randomness.root is not None,
        seeds=sum(seed.is_the_programs for seed in randomness.seeds),
        draws=sum(randomness.draws.values()),
        uncontrolled=tuple(dict.fromkeys(u.what for u in randomness.uncontrolled)),
        data_files=len(record.data.files),
        datasets=len(record.data.datasets),
        metrics=outputs.metrics,
        inputs={str(root / file.path): file.digest for file in record.data.files[:_MOST_INPUTS]},
        evidence_files=len(kept),
        evidence_bytes=sum(kept),
    )


def curves_of_replays(store: EvidenceStore, verdict: Verdict) -> tuple[ReplayedCurves, ...]:
    """The metrics of the replays that a verdict judges, as their runs have them."""
    return tuple(_curves(store, outcome) for outcome in verdict.outcomes)


def curves_of(outcome: Outcome) -> ReplayedCurves:
    """The metrics of one replay."""
    metrics = outcome.outputs.metrics if outcome.outputs is not None else ()
    return ReplayedCurves(outcome.run_id or "", metrics, _failure(outcome))


def _curves(store: EvidenceStore, outcome: Outcome) -> ReplayedCurves:
    if outcome.outputs is not None or outcome.run_id is None:
        return curves_of(outcome)
    metrics: tuple[Curve, ...] = ()
    with suppress(BisError):  # the verdict has judged it; without its run there is no picture
        metrics = store.read(outcome.run_id).record.outputs.metrics
    return ReplayedCurves(outcome.run_id, metrics, _failure(outcome))


def _failure(outcome: Outcome) -> str:
    return outcome.failure.message.splitlines()[0] if outcome.failure is not None and outcome.failure.message else ""


def _evidence(store: EvidenceStore, run_id: str) -> list[int]:
    """Sizes of the files of evidence, in bytes; empty where they are not on this machine."""
    folder = store.artifact_folder(run_id)
    if folder is None or not (folder / EVIDENCE).is_dir():
        return []
    return [path.stat().st_size for path in (folder / EVIDENCE).rglob("*") if path.is_file()]
