"""Values of the model for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from bis.model.facets import (
    Code,
    Curve,
    EntryKind,
    Environment,
    Outputs,
    Package,
    Parameters,
    Randomness,
    Seed,
    Status,
)
from bis.model.record import Mode, Record, missing_record
from bis.model.statement import StatementCode, statement
from bis.model.verdict import (
    Evidence,
    Group,
    Item,
    ItemKind,
    Level,
    MetricInterval,
    Outcome,
    ReplayKind,
    Verdict,
)

OK = Status.RECORDED
LIBRARY_SEED = Seed("numpy.random.default_rng", "7", "<scipy>", 9, "scipy")


def outputs(**metrics: float) -> Outputs:
    """Outputs with metrics that were logged once."""
    curves = tuple(Curve(n, (0,), (float(v).hex(),)) for n, v in metrics.items())
    return Outputs(OK, metrics=curves, exit_code=0)


def record(*, code: Status = OK, mse: float = 0.5) -> Record:
    """A record in which machine and data are missing."""
    return replace(
        missing_record("not seen"),
        mode=Mode.RUN,
        bis_version="0.1",
        started_unix_s=1.7e9,
        ended_unix_s=1.7e9 + 3.5,
        code=Code(
            code,
            () if code is OK else ("loaded late",),
            kind=EntryKind.SCRIPT,
            target="train.py",
            argv=("--lr", "0.1"),
            commit="abc123def4567890",
            branch="main",
            dirty=True,
        ),
        parameters=Parameters(OK, values={"lr": "0.1"}),
        environment=Environment(OK, python="3.11.7", implementation="CPython", packages=(Package("numpy", "2.1"),)),
        randomness=Randomness(
            OK, root="ab" * 32, hash_seed="0", seeds=(Seed("numpy.random.seed", "42", "train.py", 3), LIBRARY_SEED)
        ),
        outputs=outputs(mse=mse),
    )


def bitwise(metrics: int = 2) -> Verdict:
    """A bitwise verdict on some metrics."""
    said = statement(StatementCode.IDENTICAL, metrics=metrics, total=3, bound=0.05 ** (1 / 3), confidence=0.95)
    same = statement(StatementCode.SAME_BITS, same=3, total=3, steps=1)
    items = tuple(Item(f"m{i}", ItemKind.METRIC, Level.BITWISE, (same,)) for i in range(metrics))
    group = Group(ReplayKind.EXACT, Level.BITWISE, 3, 0, items, (said,))
    return Verdict("0123abcd", Level.BITWISE, (group,), (said,))


def statistical() -> Verdict:
    """A statistical verdict on one metric and five replays."""
    evidence = Evidence(
        original=("0.9",),
        interval=MetricInterval(0.85, 0.95, 0.95),
        p_value=0.4,
        p_adjusted=0.8,
        detectable_shift=0.0625,
        detectable_sigmas=4.12,
        replays=5,
    )
    inside = statement(StatementCode.INSIDE_INTERVAL, low=0.85, high=0.95, confidence=0.95, replays=5, last_only=False)
    items = (Item("accuracy", ItemKind.METRIC, Level.STATISTICAL, (inside,), evidence),)
    said = statement(StatementCode.CONSISTENT, consistent=1, metrics=1, replays=5, alpha=0.05)
    group = Group(ReplayKind.FRESH, Level.STATISTICAL, 5, 0, items, (said,))
    made = tuple(
        Outcome(i, ReplayKind.FRESH, f"{i}", outputs(accuracy=v)) for i, v in enumerate((0.88, 0.89, 0.9, 0.91, 0.92))
    )
    return Verdict("0123abcd", Level.STATISTICAL, (group,), (said,), outcomes=made)
