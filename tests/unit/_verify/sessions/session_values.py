"""Builders of sessions of several runs, for the tests of this folder and of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis._verify.sessions.original_session import OriginalSession
from bis.model.facets import Failure, ModelWeights, Outputs, Status
from bis.model.run_identity import RunIdentity
from bis.model.session_run import SessionRun
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._verify.runs import curve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.unit._verify.runs import Values


def run(
    run_id: str,
    metrics: Mapping[str, Values] | None = None,
    *,
    ordinal: int = 0,
    weights: Sequence[ModelWeights] = (),
    **identity: Any,
) -> SessionRun:
    """A run; its name was given by the program unless `named` says otherwise."""
    named = identity.pop("named", "name" in identity)
    outputs = Outputs(
        Status.RECORDED, metrics=tuple(curve(n, v) for n, v in (metrics or {}).items()), models=tuple(weights)
    )
    return SessionRun(RunIdentity(run_id, ordinal, named=named, **identity), outputs)


def in_order(*runs: SessionRun) -> tuple[SessionRun, ...]:
    """The runs, created in this order."""
    return tuple(
        SessionRun(
            RunIdentity(**{f: getattr(r.identity, f) for f in RunIdentity.__slots__} | {"ordinal": i}), r.outputs
        )
        for i, r in enumerate(runs)
    )


def session(*runs: SessionRun, lead: int = 0, stdout: str | None = "", **facts: Any) -> OriginalSession:
    """A session of these runs, all of which the store has."""
    made = in_order(*runs)
    own = made[lead].outputs
    whole = Outputs(Status.RECORDED, metrics=own.metrics, models=own.models, stdout=stdout, exit_code=0)
    return OriginalSession(made, lead, whole, **{"total": len(made), **facts})


def replay(
    *runs: SessionRun,
    index: int = 0,
    kind: ReplayKind = ReplayKind.EXACT,
    stdout: str | None = "",
    failure: Failure | None = None,
    found: Sequence[ModelWeights] = (),
) -> Outcome:
    """A replay that created these runs in this order; `found` are models of the program that it logged to none."""
    outputs = Outputs(
        Status.RECORDED, models=tuple(found), stdout=stdout, exit_code=1 if failure else 0, failure=failure
    )
    root = "aa" * 32 if kind is ReplayKind.EXACT else f"{index:064x}"
    return Outcome(index, kind, root, outputs, failure, runs=in_order(*runs))
