"""A plan with secrets, and outputs, for tests of what is kept of replays."""

from __future__ import annotations

from bis.model.facets import Curve, EntryKind, Outputs, Status
from bis.model.plan import Plan
from bis.model.verdict import ReplayKind

PLAN = Plan(
    run_id="r",
    kind=ReplayKind.EXACT,
    entry=EntryKind.SCRIPT,
    target="train.py",
    argv=("--token", "a-secret-of-argv"),
    interpreter_options=(),
    cwd=".",
    source="snapshot",
    environment="current",
    hash_seed="0",
    root="ab" * 32,
    original_scheme="sqlite",
    overrides={"lr": "0.1", "api_key": "a-secret-override"},
)


def outputs(**metrics: float) -> Outputs:
    """Outputs with metrics that were logged once."""
    return Outputs(Status.RECORDED, metrics=tuple(Curve(n, (0,), (v.hex(),)) for n, v in metrics.items()))
