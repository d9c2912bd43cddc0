"""Runs and outcomes of replays, for tests of comparisons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from bis._explain.comparison.replays_of_two import ComparedSubject, ReplayedTwo, TwoRunsRequest
from bis._replay.executors import CallingThread
from bis._replay.session_runs import Subject, session_run_of
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.tolerances import Tolerances
from bis.evidence.store import StoredRun
from bis.model.facets import Curve, Failure, Outputs, Status
from bis.model.role import Role, RoleDraws
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._replay.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.model.facets import Seed
    from bis.workspace import Workspace


def compared(
    run_id: str, *metrics: str, draws: Mapping[str, int] | None = None, seeds: Sequence[Seed] = ()
) -> ComparedSubject:
    """A run that logged these metrics; `draws` are those of its record."""
    made = record(data={"files": ()})
    randomness = replace(made.randomness, draws=dict(draws or {}), seeds=tuple(seeds), untouched=())
    made = replace(made, randomness=randomness, outputs=outputs(dict.fromkeys(metrics, 0.0)))
    stored = StoredRun(run_id, "0", f"name of {run_id}", "FINISHED", 0.0, "", {}, made, recorded=True)
    session = OriginalSession((session_run_of(stored),), 0, made.outputs)
    return ComparedSubject(Subject(stored, session), cast("Workspace", None))


def outputs(metrics: Mapping[str, float]) -> Outputs:
    """Metrics with one value each."""
    return Outputs(Status.RECORDED, metrics=tuple(Curve(n, (0,), (float(v).hex(),)) for n, v in metrics.items()))


def outcome(
    index: int,
    metrics: Mapping[str, float] | None,
    *,
    kind: ReplayKind = ReplayKind.VARIED,
    drawn: Mapping[str, str] | None = None,
) -> Outcome:
    """A replay with these metrics (None: it failed), that drew for roles what their digests say."""
    return Outcome(
        index=index,
        kind=kind,
        root=f"{index:064x}",
        outputs=None if metrics is None else outputs(metrics),
        failure=Failure("exception", "ValueError") if metrics is None else None,
        draws=tuple(RoleDraws(Role(role), 10, digest) for role, digest in (drawn or {}).items()),
    )


def replayed(a: Sequence[Outcome], b: Sequence[Outcome], **more: Any) -> ReplayedTwo:
    """Replays of both."""
    return ReplayedTwo(tuple(a), tuple(b), **more)


def request(times: int = 8, seeds: str = "auto", **tolerances: Any) -> TwoRunsRequest:
    """What was asked for."""
    return TwoRunsRequest(times, seeds, Tolerances(**tolerances), CallingThread())
